"""Each limit, tried by a program that wants more."""

import os
import tempfile
from pathlib import Path

from confining import answer_of, how_it_ended, running, said

from workbook.confinement import Level


def test_processor_time(level):
    with running(level, "while True: pass", cpu_seconds=1) as confined:
        assert how_it_ended(confined) == (
            "it was ended after 1 s of processor time, the most that it may take"
        )


def test_processor_time_of_one_that_ignores_the_signal(level):
    source = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    with running(level, source, cpu_seconds=1) as confined:
        assert "SIGKILL" in how_it_ended(confined)


def test_real_time(level):
    with running(level, "hear()", wall_seconds=1) as confined:
        assert how_it_ended(confined) == "it was ended after 1 s, the most that it may take"


def test_real_time_of_one_that_has_closed_its_output(level):
    with running(level, "os.close(1); os.close(2); hear()", wall_seconds=1) as confined:
        assert how_it_ended(confined) == "it was ended after 1 s, the most that it may take"


def test_memory_of_one_process(level):
    source = """
try: bytearray(600 * 1024**2); say("got it")
except MemoryError: say("refused")
"""
    assert answer_of(level, source) == "refused"


def test_memory_of_all_processes_together(level):
    """Each stays below what one may have."""
    source = """
for number in range(6):
    if os.fork() == 0:
        taken = bytearray(os.urandom(1024)) * (40 * 1024)
        hear()
hear()
"""
    with running(level, source, memory_bytes=150 * 1024**2) as confined:
        assert how_it_ended(confined) == ("it was ended because its processes together held more than 150 MB")


FORK_BOMB = """
count = 0
try:
    while count < 200:
        if os.fork() == 0:
            hear()
            os._exit(0)
        count += 1
except OSError: pass
say(count)
hear()
"""


def test_processes(level):
    with running(level, FORK_BOMB, processes=12) as confined:
        if level is not Level.PROCESS:
            assert said(confined) < 12
        elif os.geteuid() == 0:  # the kernel lets root start any number; the watcher sees it
            assert how_it_ended(confined) == "it was ended because it had more than 12 processes"
        else:  # counted with all that this user has, some of which may end meanwhile
            assert said(confined) < 200


def test_a_fork_bomb_leaves_the_next_program_its_own_share(level):
    """The kernel counts processes by user, so each program has a user of its own."""
    if level is Level.PROCESS:
        return
    with running(level, FORK_BOMB, processes=12) as confined:
        said(confined)
        assert (
            answer_of(level, "child = os.fork()\nif child: os.waitpid(child, 0); say('forked')") == "forked"
        )


def test_the_length_of_a_file(level):
    source = """
try: open(os.path.join(os.environ["TMPDIR"], "long"), "wb").write(bytes(2 * 1024**2)); say("written")
except OSError as error: say(error.strerror)
"""
    assert answer_of(level, source) == "File too large"


def test_all_files_together(level):
    source = """
try:
    for number in range(20):
        open(os.path.join(os.environ["TMPDIR"], str(number)), "wb").write(bytes(1024**2))
except OSError as error: say(error.strerror)
hear()
"""
    with running(level, source) as confined:
        if level is Level.NAMESPACES:
            assert said(confined) == "No space left on device"
        else:
            assert how_it_ended(confined) == "it was ended because it had written more than 4 MB"


def test_empty_files(namespaces):
    """They take none of the bytes that its folders in memory have, and a kilobyte of the kernel each."""
    source = """
try:
    for number in range(200_000): os.mknod(os.path.join({folder!r}, str(number)))
except OSError: pass
hear()
"""
    for folder in ("/tmp", "/dev/shm"):
        with running(namespaces, source.format(folder=folder), scratch_bytes=1024**2) as confined:
            assert how_it_ended(confined) == "it was ended because it had more than 1,024 files"


def test_open_files(level):
    source = """
kept = []
try:
    while len(kept) < 200: kept.append(open("/dev/null"))
except OSError: pass
say(len(kept))
"""
    assert answer_of(level, source) < 64


def test_a_flood_of_output_is_read_and_dropped(level):
    with running(level, "for _ in range(2000): os.write(1, b'x' * 10_000)\nsay('done'); hear()") as confined:
        assert said(confined) == "done"
        confined.kill()
        assert confined.output.startswith("x" * 10_000)
        assert confined.output.endswith("more bytes")
        assert len(confined.output) < 10_100


def test_its_folder_is_gone_with_it(level):
    before = set(Path(tempfile.gettempdir()).glob("workbook-confined-????????"))
    with running(
        level, "open(os.path.join(os.environ['TMPDIR'], 'left'), 'w').write('x'); say(1)"
    ) as confined:
        said(confined)
        mine = confined._scratch
        how_it_ended(confined)
    assert mine is None or (mine not in before and not mine.exists())
