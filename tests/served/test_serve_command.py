"""`workbook serve`: what it refuses to begin with, in words that say what to change."""

import pytest

from workbook.cli import main
from workbook.confinement import Level
from workbook.served.command import limits_of
from workbook.served.confined_process import ConfinedProcess
from workbook.served.processes import ForkedProcess
from workbook.served.server import ServeError, Settings


def test_an_address_that_others_reach_needs_a_token(capsys):
    assert main(["serve", "--host", "0.0.0.0", "--unconfined"]) == 2
    said = capsys.readouterr().err
    assert "others can reach this address, so a token is needed" in said
    assert "--token-file token" in said


def test_where_others_reach_it_their_code_is_confined_unless_all_are_trusted(monkeypatch):
    monkeypatch.setattr("workbook.served.server.highest_level", lambda: Level.NAMESPACES)
    assert Settings(host="0.0.0.0").starter() is ConfinedProcess
    assert Settings(host="0.0.0.0", unconfined=True).starter() is ForkedProcess
    assert Settings().starter() is ForkedProcess
    assert Settings(confined=True).starter() is ConfinedProcess


def test_a_machine_that_cannot_confine_code_serves_no_others(monkeypatch):
    monkeypatch.setattr("workbook.served.server.highest_level", lambda: Level.USER)
    with pytest.raises(ServeError, match=r"bubblewrap.*--unconfined"):
        Settings(host="0.0.0.0").starter()


@pytest.mark.parametrize(("content", "words"), [("short", "it needs 16 or more"), (None, "cannot be read")])
def test_a_token_is_there_and_long(tmp_path, content, words):
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ServeError, match=words):
        Settings(token_file=file).token()


def test_this_computer_needs_no_token():
    assert Settings().token() is None
    assert Settings(host="::1").token() is None


def test_limits_are_given_by_name():
    assert limits_of(["requests_per_second=7", "accounts=3"]).requests_per_second == 7


@pytest.mark.parametrize(
    "word", ["speed=7", "accounts", "accounts=x", "accounts=-1", "accounts=0", "accounts=²"]
)
def test_a_limit_that_is_none_is_named(word):
    with pytest.raises(ServeError, match="--limit"):
        limits_of([word])
