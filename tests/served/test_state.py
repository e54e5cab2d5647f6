"""What a server keeps between its runs, and what the next one says of a run that did not end well."""

import pytest

from workbook.served.state import State, StateError

BEGINNING = b'{"workbook":"journal","version":1}\n'
REQUEST = b'{"method":"GET"}\n'
END = b'{"end":{"requests":1}}\n'


def test_a_run_that_ended_well_leaves_nothing_to_say(tmp_path):
    first = State(tmp_path / "new" / "state")
    assert first.begin() == []
    (first.folder / "123456789012.jsonl").write_bytes(BEGINNING + REQUEST + END)
    first.end()
    again = State(first.folder)
    assert again.begin() == []
    assert again.accounts() == ["123456789012"]
    again.end()


def test_a_run_that_was_killed_is_told_of_with_what_is_kept_of_each_lab(tmp_path):
    killed = State(tmp_path)
    killed.begin()
    (tmp_path / "123456789012.jsonl").write_bytes(BEGINNING + REQUEST * 3 + b'{"meth')
    (tmp_path / "222222222222.jsonl").write_bytes(BEGINNING + REQUEST + END)
    killed._lock.release()  # as the system does
    said = State(tmp_path).begin()
    assert "ended without a clean stop" in said[0]
    assert "one that it was busy with, if any, is lost" in said[0]
    assert said[1:] == ["  account 123456789012: its 3 requests are replayed when it is next asked"]


def test_two_servers_do_not_share_a_folder(tmp_path):
    first = State(tmp_path)
    first.begin()
    with pytest.raises(StateError, match="in use by a server that runs"):
        State(tmp_path).begin()
    first.end()


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be used as a state folder"):
        State(tmp_path / "file" / "state").begin()
