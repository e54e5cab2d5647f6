"""`workbook serve`: what it refuses to begin with, in words that say what to change."""

import pytest

from workbook.cli import main
from workbook.served.command import limits_of
from workbook.served.server import ServeError, Settings


def test_an_address_that_others_reach_needs_a_token(capsys):
    assert main(["serve", "--host", "0.0.0.0", "--unconfined"]) == 2
    said = capsys.readouterr().err
    assert "others can reach this address, so a token is needed" in said
    assert "--token-file token" in said


def test_an_address_that_others_reach_needs_confinement_or_trust(tmp_path, capsys):
    token = tmp_path / "token"
    token.write_text("a-token-that-nobody-guesses\n")
    assert main(["serve", "--host", "0.0.0.0", "--token-file", str(token)]) == 2
    assert "--unconfined" in capsys.readouterr().err


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
