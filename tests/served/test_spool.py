"""A journal grows by whole lines, whatever the disk does."""

from __future__ import annotations

import contextlib

import pytest

from workbook.served.spool import NotWritten, Spool

resource = pytest.importorskip("resource")

FIRST, SECOND, THIRD = b"first\n", b"second\n", b"third\n"


@contextlib.contextmanager
def room_for(size):
    """No file of this process may have more than `size` bytes: the system writes what fits, and no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("room", [len(FIRST), len(FIRST) + 3])
def test_a_line_that_does_not_fit_leaves_no_half_of_it(tmp_path, room):
    spool = Spool(tmp_path / "journal.jsonl", 10_000)
    spool.begin(FIRST)
    with room_for(room), pytest.raises(NotWritten):
        spool.write(SECOND)
    assert spool.read() == FIRST
    spool.write(THIRD)
    assert spool.read() == FIRST + THIRD
    assert (spool.size, spool.requests) == (len(FIRST + THIRD), 1)
    spool.close()


def test_a_journal_that_cannot_begin_anew_stays_as_it_was(tmp_path):
    spool = Spool(tmp_path / "journal.jsonl", 10_000)
    spool.begin(FIRST, SECOND)
    with room_for(3), pytest.raises(NotWritten):
        spool.begin(THIRD)
    assert spool.read_all() == FIRST + SECOND
