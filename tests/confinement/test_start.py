"""What a confined program has: its channel, its environment, its files, and nothing else."""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest
from confining import LIMITS, answer_of, how_it_ended, running, said

from workbook.confinement import Level, Limits, highest_level, start, starting, users
from workbook.confinement import levels as levels_module
from workbook.confinement.levels import as_user
from workbook.confinement.users import BorrowedUser


def test_the_channel_goes_both_ways(level):
    with running(level, "say(channel.recv(5).decode().upper())") as confined:
        confined.channel.sendall(b"hello")
        assert said(confined) == "HELLO"


def test_the_end_is_told_in_words(level):
    with running(level, "sys.exit(3)") as confined:
        assert how_it_ended(confined) == "it ended by itself, with exit code 3"


def test_what_it_prints_is_kept(level):
    with running(level, "print('to one'); print('to the other', file=sys.stderr)") as confined:
        how_it_ended(confined)
        assert sorted(confined.output.split("\n")) == ["", "to one", "to the other"]


def test_nothing_can_be_read_from_its_input(level):
    assert answer_of(level, "say(sys.stdin.read())") == ""


def test_no_other_descriptor_is_open(level):
    source = """
def is_open(number):
    try: os.fstat(number)
    except OSError: return False
    return True
say([number for number in range(60) if is_open(number) and number != channel.fileno()])
"""
    with Path(__file__).open() as secret:
        os.set_inheritable(secret.fileno(), True)
        assert answer_of(level, source) == [0, 1, 2]


def test_its_environment_is_what_was_given(level, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    found = answer_of(level, "say(dict(os.environ))", environment={"LESSON": "queues"})
    assert found["LESSON"] == "queues"
    assert "a secret" not in found.values()


@pytest.fixture
def course(tmp_path):
    tmp_path.chmod(0o755)
    for name in ("lesson", "solutions"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "text").write_text(f"the {name}")
    return tmp_path


FOLDERS = """
def listing(name):
    folder = os.path.join(os.environ["COURSE"], name)
    return os.listdir(folder) if os.path.isdir(folder) else []
say([listing("lesson"), listing("solutions")])
"""


def test_what_is_hidden_is_empty(level, course):
    found = answer_of(
        level, FOLDERS, readable={"/course": course}, hidden=["/course/solutions"],
        environment={"COURSE": "/course"},
    )  # fmt: skip
    assert found == [["text"], []]


def test_what_is_readable_is_not_changed(level, course):
    source = """
try: open(os.path.join(os.environ["COURSE"], "lesson", "text"), "w").write("mine")
except OSError: pass
say("tried")
"""
    answer_of(level, source, readable={"/course": course}, environment={"COURSE": "/course"})
    assert (course / "lesson" / "text").read_text() == "the lesson"


def test_a_file_can_be_named_as_well_as_a_folder(level, course):
    found = answer_of(
        level, "say(open(os.environ['TEXT']).read())", readable={"/text": course / "lesson" / "text"},
        environment={"TEXT": "/text"},
    )  # fmt: skip
    assert found == "the lesson"


def test_what_is_named_is_read_by_the_programs_user_whoever_else_may(level, course):
    """Below the highest level it is a copy; root's files are often closed to others."""
    if level is Level.NAMESPACES:
        return
    (course / "lesson").chmod(0o700)
    (course / "lesson" / "text").chmod(0o600)
    source = "say(open(os.environ['COURSE'] + '/lesson/text').read())"
    found = answer_of(level, source, readable={"/course": course}, environment={"COURSE": "/course"})
    assert found == "the lesson"


def test_a_link_is_not_followed_where_a_copy_is_made(level, course, tmp_path_factory):
    secret = tmp_path_factory.mktemp("others") / "secret"
    secret.write_text("a secret")
    (course / "lesson" / "link").symlink_to(secret)
    source = "say(os.path.exists(os.environ['COURSE'] + '/lesson/link'))"
    assert answer_of(level, source, readable={"/course": course}, environment={"COURSE": "/course"}) is False


def test_the_packages_of_this_python_are_there(namespaces):
    program = "import psutil, os; os.write(int(os.environ['WORKBOOK_CHANNEL']), b'1\\n')"
    confined = start([sys.executable, "-c", program], readable={}, limits=Limits(**LIMITS), level=namespaces)
    confined.channel.settimeout(60)
    try:
        assert said(confined) == 1
    finally:
        confined.kill()


def test_in_namespaces_it_has_no_right_of_root_and_gets_none(namespaces):
    source = "say([line.split() for line in open('/proc/self/status') if line.startswith(('Cap', 'NoNew'))])"
    status = dict(answer_of(namespaces, source))
    assert status.pop("NoNewPrivs:") == "1"
    used = {name: status[name] for name in ("CapInh:", "CapPrm:", "CapEff:", "CapAmb:")}
    assert {int(value, 16) for value in used.values()} == {0}


def test_a_program_that_is_not_there_is_told(level):
    confined = start(["/no/such/program"], readable={}, limits=Limits(**LIMITS), level=level)
    confined.channel.settimeout(60)
    try:
        assert "exit code 127" in how_it_ended(confined)
    finally:
        confined.kill()


def test_it_lives_on_when_the_thread_that_started_it_has_ended(level):
    begun = []

    def begin():
        context = running(level, "say('here'); hear(); say('still here'); hear()")
        confined = context.__enter__()
        said(confined)  # so all that stands before the program has been done
        begun.append((context, confined))

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    context, confined = begun[0]
    confined.channel.sendall(b"x")
    assert said(confined) == "still here"
    context.__exit__(None, None, None)


def test_to_kill_twice_is_harmless(level):
    with running(level, "say(1); hear()") as confined:
        said(confined)
        confined.kill()
        confined.kill()
        assert confined.ended() != ""


# ---- levels


def test_a_lower_level_can_be_forced(monkeypatch):
    monkeypatch.setenv("WORKBOOK_CONFINEMENT", "process")
    assert highest_level() is Level.PROCESS


def test_a_level_that_does_not_exist_cannot_be_forced(monkeypatch):
    monkeypatch.setenv("WORKBOOK_CONFINEMENT", "prison")
    with pytest.raises(OSError, match="'prison', which is no level: use process, user, namespaces"):
        highest_level()


def test_a_level_that_is_not_there_is_refused_with_the_fix(monkeypatch):
    monkeypatch.setenv("WORKBOOK_CONFINEMENT", "process")
    with pytest.raises(OSError, match="install bubblewrap"):
        start(["true"], readable={}, limits=Limits(**LIMITS), level=Level.NAMESPACES)


def test_windows_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(levels_module.sys, "platform", "win32")
    with pytest.raises(OSError, match="on Windows: use Linux"):
        highest_level()


# ---- users


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to give")
def test_no_two_programs_have_one_user_even_of_callers_that_are_copies():
    """Copies of one process count alike, so what they hand out may not be counted."""
    script = """
import os, sys
from workbook.confinement.users import BorrowedUser
mine = BorrowedUser()
children = []
for _ in range(5):
    read, write = os.pipe()
    if os.fork() == 0:
        borrowed = BorrowedUser()
        os.write(write, str(borrowed.number).encode())
        os.read(0, 1)
        os._exit(0)
    children.append(int(os.read(read, 10)))
print(len({mine.number, *children}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], input="", capture_output=True, text=True, check=True
    )
    assert done.stdout == "6\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to give")
def test_a_user_is_given_back():
    borrowed = BorrowedUser()
    borrowed.give_back()
    borrowed.give_back()
    again = BorrowedUser()
    assert again.number
    again.give_back()


def test_what_is_hidden_cannot_be_read_where_it_is_installed_either(namespaces):
    """Installed packages lie in the folder of this Python, which is there as a whole."""
    package = Path(psutil.__file__).parent
    source = "import pathlib; say([len(list(pathlib.Path(p).glob('*'))) for p in ('/course', %r)])"
    there, installed = answer_of(namespaces, source % str(package), readable={"/course": package})
    assert there > 0
    assert installed == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has other users to give")
def test_a_user_of_whom_something_lives_is_not_given(monkeypatch):
    """What is left of a program whose caller was killed could attack the next one of its user."""
    monkeypatch.setattr(users, "USERS", 2)
    command = [*as_user(users.FIRST_USER), "/bin/sh", "-c", "echo; read word"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as left:
        left.stdout.readline()
        borrowed = users.BorrowedUser()
        borrowed.give_back()
        left.kill()
    assert borrowed.number == users.FIRST_USER + 1


@pytest.mark.parametrize("step", ["own place", "command_for", "Confined"])
def test_where_a_start_fails_nothing_of_it_stays(level, step, monkeypatch, tmp_path):
    """Descriptors, folders and users would run out in a course of some hundred submissions."""

    def fail(*_arguments, **_options):
        raise OSError("no room")

    made_for_its_place = "filter_descriptor" if level is Level.NAMESPACES else "copies"
    monkeypatch.setattr(starting, made_for_its_place if step == "own place" else step, fail)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = psutil.Process().num_fds()
    with pytest.raises(OSError, match="no room"):
        start([sys.executable], readable={}, limits=Limits(**LIMITS), level=level)
    assert psutil.Process().num_fds() == before
    assert list(tmp_path.glob("workbook-confined-*")) == list(tmp_path.glob("workbook-confined-users"))
