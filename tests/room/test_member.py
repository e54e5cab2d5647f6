"""A learner in a room: what a check sends, also from two notebooks, and into a folder that hangs."""

import json
import sys
import threading

import pytest
from verdicts import verdict

from workbook.room.diary import Diary
from workbook.room.exhibits import exhibit_of
from workbook.room.folder import Folder
from workbook.room.member import LATE, RoomWarning
from workbook.room.sent import MOST_SHARED, Sent
from workbook.room.transport import RoomError


class Hanging(Folder):
    """A network disk that does not answer until it is told to."""

    def __init__(self, path):
        super().__init__(path)
        self.answers = threading.Event()
        self.answers.set()
        self.asked = threading.Event()

    def put(self, key, text):
        self.asked.set()
        assert self.answers.wait(60)
        super().put(key, text)


def sent(folder):
    return [Sent.read(path.read_text()) for path in sorted(folder.glob("learner-*.json"))]


def test_a_check_is_sent_at_once(join, folder, clock):
    ada = join("Ada")
    ada.heard(verdict(mistake="too-long"))
    clock.now += 60
    ada.heard(verdict(passed=True))
    (of_ada,) = sent(folder)
    tried = of_ada.exercises["vt-1"]
    assert (of_ada.name, tried.tries, tried.solved, tried.mistakes) == ("Ada", 2, True, {"too-long": 1})
    assert (tried.last - tried.first, of_ada.written) == (60, clock.now)


def test_two_notebooks_of_one_learner_are_one_learner(join, folder):
    first = join("Ada")
    second = join("Ada", diary=first.diary)
    first.heard(verdict("vt-1"))
    second.heard(verdict("dlq-1"))
    first.heard(verdict("vt-1", passed=True))
    (of_ada,) = sent(folder)
    assert {name: each.tries for name, each in of_ada.exercises.items()} == {"vt-1": 2, "dlq-1": 1}


def test_many_notebooks_at_once_lose_no_try(join, folder):
    first = join("Ada")
    notebooks = [first, *(join("Ada", diary=first.diary) for _ in range(5))]
    threads = [
        threading.Thread(target=lambda book=book: [book.heard(verdict()) for _ in range(5)])
        for book in notebooks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sent(folder)[0].exercises["vt-1"].tries == 30


def test_a_folder_that_hangs_does_not_hold_up_a_check_and_gets_all_of_it_later(join, folder):
    transport = Hanging(folder)
    ada = join("Ada", transport=transport, patience=0.01)
    transport.answers.clear()
    for _ in range(3):
        with pytest.warns(RoomWarning) as told:
            ada.heard(verdict())
        assert str(told[0].message) == LATE
    assert sent(folder)[0].exercises == {}
    transport.answers.set()
    ada._errand.join(60)
    assert sent(folder)[0].exercises["vt-1"].tries == 3  # the last check of the day, too
    ada._patience = 60.0
    ada.heard(verdict())
    assert sent(folder)[0].exercises["vt-1"].tries == 4


def test_a_folder_that_is_gone_is_a_warning_and_the_next_check_sends_it_all(join, folder):
    ada = join("Ada")
    aside = folder.rename(folder.with_name("aside"))
    with pytest.warns(
        RoomWarning, match="cannot be written to: no such file or directory. Your check is not"
    ):
        ada.heard(verdict())
    aside.rename(folder)
    ada.heard(verdict())
    assert sent(folder)[0].exercises["vt-1"].tries == 2


def test_who_left_in_one_notebook_has_left_in_all(join, folder):
    first = join("Ada")
    second = join("Ada", diary=first.diary)
    first.heard(verdict())
    first.leave()
    second.heard(verdict())
    assert sent(folder) == []
    with pytest.raises(RoomError, match="You are in no room"):
        second.share(exhibit_of("my text"))
    assert [path.name for path in folder.iterdir()] == ["room.json"]


def test_to_leave_removes_all_that_was_sent_and_nothing_of_others(join, folder):
    ada, bo = join("Ada"), join("Bo")
    for each in (ada, bo):
        each.heard(verdict())
        each.share(exhibit_of("a text"))
    ada.leave()
    assert [each.name for each in sent(folder)] == ["Bo"]
    assert len(list(folder.glob("share-*"))) == 1
    assert ada.diary.read() is None


def test_what_cannot_be_removed_is_said_nothing_more_is_sent_and_one_can_try_again(join, folder):
    ada = join("Ada")
    aside = folder.rename(folder.with_name("aside"))
    with pytest.raises(RoomError, match="is not there, so share-"):
        ada.leave()
    aside.rename(folder)
    ada.heard(verdict())
    assert sent(folder)[0].exercises == {}
    ada.leave()
    assert sent(folder) == []


def test_the_newest_things_that_were_shared_are_kept(join, folder):
    ada = join("Ada")
    for number in range(MOST_SHARED + 2):
        ada.share(exhibit_of(f"text {number}"))
    (of_ada,) = sent(folder)
    assert [each.title for each in of_ada.shared] == ["text 2", "text 3", "text 4"]
    texts = {json.loads(path.read_text())["text"] for path in folder.glob("share-*")}
    assert texts == {"text 2", "text 3", "text 4"}
    assert ada.take_back() == 3
    assert sent(folder)[0].shared == ()
    assert list(folder.glob("share-*")) == []


def test_where_nothing_is_kept_on_disk_two_threads_still_lose_no_try(join, folder):
    ada = join("Ada", diary=Diary(None))
    threads = [threading.Thread(target=lambda: [ada._noted(verdict()) for _ in range(50)]) for _ in range(8)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert ada.diary.read().sent.exercises["vt-1"].tries == 400


def test_what_a_hanging_folder_takes_late_is_removed_when_its_learner_leaves(join, folder):
    transport = Hanging(folder)
    ada = join("Ada", transport=transport, patience=0.01)
    transport.answers.clear()
    transport.asked.clear()
    with pytest.warns(RoomWarning):
        ada.heard(verdict())
    assert transport.asked.wait(60)
    leaving = threading.Thread(target=ada.leave)
    leaving.start()
    transport.answers.set()
    leaving.join(60)
    assert [path.name for path in folder.iterdir()] == ["room.json"]
