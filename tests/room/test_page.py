"""The instructor's page and the learner's panel, pressed and read without a browser."""

import json
import time

import ipywidgets
import pytest
from verdicts import verdict

from workbook import Lab
from workbook.flow.input_button import InputButton, inputs_in
from workbook.room import page as make_page
from workbook.room.exhibits import exhibit_of
from workbook.room.folder import Folder
from workbook.room.opening import VARIABLE
from workbook.room.page import NOTHING_KEPT, RoomPage
from workbook.room.panel import NOTHING, ShownPanel
from workbook.room.sent import Sent, Tried
from workbook.scenarios import SCENARIOS, own_lab, poison_message
from workbook.teaching.catalogue import all_exercises

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def page(room):
    return RoomPage(room)


@pytest.fixture
def panel(folder):
    return ShownPanel(Folder(folder))


@pytest.fixture
def no_lab_left():
    yield
    own_lab().close()


def inside(box):
    """All widgets in a box, at any depth."""
    for child in getattr(box, "children", ()):
        yield child
        yield from inside(child)


def button_of(box, name):
    kinds = (ipywidgets.Button, InputButton)
    (button,) = [each for each in inside(box) if isinstance(each, kinds) and each.description == name]
    return button


def press(box, name):
    button_of(box, name).click()


def state(page):
    return json.loads(page.view.state)


def beat(page):
    """What the browser does every few seconds."""
    page.pulse._handle_custom_msg("look", [])


def test_it_says_in_words_and_shapes_where_everybody_is(room, join):
    ada = join("Ada")
    ada.heard(verdict("vt-1", mistake="as-long-as-possible"))
    ada.heard(verdict("vt-1", passed=True))
    seen = state(RoomPage(room))
    assert seen["words"] == "1 learner, 1 exercise solved, 0 stuck."
    (learner,) = seen["learners"]
    place = list(all_exercises()).index("vt-1")
    assert seen["begun"] == [place]
    assert learner["cells"][place] == {
        "kind": "solved", "sign": "✓ 2", "words": "solved after 2 tries; recognised: as-long-as-possible",
    }  # fmt: skip
    assert learner["cells"][place + 1] is None
    assert seen["common"][0]["name"] == "vt-1, as-long-as-possible"
    assert seen["common"][0]["count"] == "1 learner, once"


def test_a_beat_brings_it_up_to_date_and_is_answered(page, join):
    join("Ada")
    assert state(page)["learners"] == []
    beat(page)
    assert [learner["name"] for learner in state(page)["learners"]] == ["Ada"]
    assert page.pulse.answered == 1
    assert page.said.value == ""  # nothing is read out every few seconds


def test_refresh_says_how_it_stands(page, join):
    join("Ada")
    press(page, "Refresh")
    assert "1 learner, 0 exercises solved, 0 stuck." in page.said.value


def test_one_can_stop_it_from_changing_by_itself(page):
    (live,) = [each for each in inside(page) if getattr(each, "description", "") == "keep it up to date"]
    live.value = False
    assert page.pulse.beats is False


def test_a_folder_that_is_gone_is_said_until_it_is_there_again(page, folder):
    aside = folder.rename(folder.with_name("aside"))
    beat(page)
    assert "cannot be read: no such file or directory" in page.out_of_reach.value
    assert page.pulse.answered == 1
    aside.rename(folder)
    beat(page)
    assert page.out_of_reach.value == ""


def test_a_run_that_was_shared_is_seen_as_a_flow_and_can_be_shown_to_all(page, panel, join):
    with Lab(seed=7) as lab:
        lab.client("sqs").create_queue(QueueName="orders")
        join("Ada").share(exhibit_of(lab, f"my queue {SCRIPT}"))
    beat(page)
    (shared,) = state(page)["shared"]
    page.look(*shared["key"])
    assert "orders" in next(each for each in inside(page.stage) if hasattr(each, "stage")).stage
    press(page, "Show this to all")
    panel.look()
    assert "my queue" in panel.said.value
    assert "<script" not in panel.said.value + page.shown.value
    press(page, "Close")
    assert page.stage.children == ()


def test_a_scenario_that_was_shared_runs_with_its_settings(page, join, no_lab_left):
    join("Ada").share(exhibit_of(poison_message, max_receives=5))
    beat(page)
    page.look(*state(page)["shared"][0]["key"])
    assert "received 5 times" in page.stage.children[0].answer.value


def test_where_a_lab_is_open_that_is_said(page, join, lab):
    join("Ada").share(exhibit_of(poison_message))
    beat(page)
    page.look(*state(page)["shared"][0]["key"])
    assert "a Lab is open already" in page.trouble.value


def test_what_was_taken_back_meanwhile_is_said(page, join):
    ada = join("Ada")
    ada.share(exhibit_of("a text"))
    beat(page)
    ada.take_back()
    page.look(*state(page)["shared"][0]["key"])
    assert "taken it back" in page.trouble.value


def test_a_scenario_is_shown_to_all_with_the_settings_that_were_chosen(page, panel, no_lab_left):
    page.form.choice.value = poison_message
    page.form.controls["max_receives"].value = 5
    press(page, "Show the scenario to all")
    assert "All see now: A poison message." in page.said.value
    panel.look()
    assert "poison_message.panel(run=False, max_receives=5)" in panel.stage.children[0].value
    press(panel, "Open it here")
    assert panel.stage.children[0].controls["max_receives"].value == 5
    assert panel.stage.children[0].play.triggered == 0
    panel.look()  # the same again does not take the opened panel away
    assert panel.stage.children[0].controls["max_receives"].value == 5


def test_a_click_that_overtakes_what_was_typed_brings_it_along(page, panel):
    page.form.choice.value = poison_message
    (field,) = inputs_in([page.form.controls["max_receives"].widget])
    show = button_of(page, "Show the scenario to all")
    show._handle_custom_msg({"shown": [[field.model_id, 5]]}, [])
    panel.look()
    assert "max_receives=5" in panel.stage.children[0].value


def test_a_setting_out_of_its_range_is_refused_and_what_was_shown_stays(page, panel):
    page.form.text.value = "Break"
    press(page, "Show the text to all")
    page.form.choice.value = poison_message
    page.form.controls["visibility_timeout"].value = 1
    press(page, "Show the scenario to all")
    assert "visibility_timeout=1" in page.trouble.value
    panel.look()
    assert "Break" in panel.said.value


def test_a_text_is_shown_until_it_is_taken_down(page, panel):
    page.form.text.value = f"Break until 10:30\n{SCRIPT}"
    press(page, "Show the text to all")
    panel.look()
    assert "Break until 10:30" in panel.said.value
    assert "&lt;script&gt;" in panel.stage.children[0].value
    assert "<script" not in panel.stage.children[0].value
    press(page, "Show nothing")
    panel.look()
    assert NOTHING in panel.said.value
    assert panel.stage.children == ()
    press(page, "Show nothing")
    assert "Nothing was shown." in page.said.value


def test_a_text_without_a_letter_is_refused(page):
    press(page, "Show the text to all")
    assert "nothing in this text to show" in page.trouble.value


def test_what_is_shown_and_broken_is_said_and_stops_nobody(room, folder):
    (folder / "shown.json").write_text("{")
    assert "only half of it" in RoomPage(room).shown.value
    assert "only half of it" in ShownPanel(Folder(folder)).said.value


def test_all_is_removed_after_a_question(page, join, folder):
    join("Ada")
    beat(page)
    press(page, "Remove all that was sent")
    assert "Remove what learners sent" in page.said.value
    assert page.sure.layout.display == ""
    press(page, "Keep it")
    assert len(list(folder.glob("learner-*"))) == 1
    press(page, "Remove all that was sent")
    press(page, "Yes, remove it")
    assert list(folder.glob("learner-*")) == []
    assert state(page)["learners"] == []
    assert page.sure.layout.display == "none"


def test_nobodys_name_is_in_what_a_notebook_saves(page, join):
    join("Ada").share(exhibit_of("a text"))
    beat(page)
    bundle = page._repr_mimebundle_()
    assert "Ada" not in json.dumps(bundle)
    assert NOTHING_KEPT in bundle["text/html"]
    assert repr(page.view) == "<the room>"


def test_without_a_folder_the_page_says_how_to_open_a_room(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert "workbook room FOLDER" in make_page().children[0].value


def test_the_folder_may_be_named_by_the_command(monkeypatch, room, folder):
    monkeypatch.setenv(VARIABLE, str(folder))
    assert make_page().room.transport.place == str(folder)
    assert make_page(tries=2).room.patience.tries == 2


def crowd(folder, tries):
    for number in range(30):
        tried = {id_: Tried(tries, mistakes={each.mistakes[0].name: tries}, first=1, last=2)
                 for id_, each in all_exercises().items()}  # fmt: skip
        Folder(folder).put(f"learner-{number:016x}", Sent(f"Learner {number:02}", 2, tried).text())


def test_thirty_learners_at_forty_exercises_are_brought_up_to_date_within_a_fifth_of_a_second(page, folder):
    spent = []
    for tries in range(1, 6):
        crowd(folder, tries)
        begin = time.process_time()
        beat(page)
        spent.append(time.process_time() - begin)
        assert state(page)["learners"][29]["cells"][0]["sign"].endswith(str(tries))
    assert min(spent) < 0.2
    assert len(page.view.state) < 300_000


def test_looking_at_many_things_leaves_no_widgets_behind(page, panel, join, room):
    with Lab(seed=7) as lab:
        lab.client("sqs").create_queue(QueueName="orders")
        join("Ada").share(exhibit_of(lab))
    beat(page)
    key = state(page)["shared"][0]["key"]

    def look_on():
        page.look(*key)
        other = SCENARIOS["polling"]
        page.form.choice.value = other if page.form.choice.value != other else poison_message
        press(page, "Show this to all")
        panel.look()
        press(page, "Show nothing")
        panel.look()
        press(page, "Close")

    def alive():
        return len(ipywidgets.widgets.widget._instances)

    look_on()
    look_on()  # twice, so that the form offers what it offered before
    before = alive()
    for _ in range(3):
        look_on()
        look_on()
    assert alive() == before
