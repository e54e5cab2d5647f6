"""Spelling of what learners read: no word that codespell knows to be a slip.

It is called once for all texts, as it reads its dictionary anew at each call.
"""

import json
import re
from pathlib import Path

from codespell_lib import main as codespell

ROOT = Path(__file__).resolve().parent.parent.parent
TEACHING = ROOT / "workbook" / "teaching"
READ = [
    *ROOT.glob("notebooks/**/*.ipynb"),
    *ROOT.glob("solutions/*.ipynb"),
    *TEACHING.glob("exercises/*.py"),
    *TEACHING.glob("quizzes/questions/*.toml"),
    *TEACHING.glob("quizzes/evidence/*.py"),
]
KNOWN = ("ines", "confirmd", "fro")  # a person; a slip that a lesson shows on purpose; "to and fro"


def slips(texts, folder):
    """Whether codespell finds something; it prints each word with its file, its line and what is meant."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return codespell("--quiet-level=2", f"--ignore-words-list={','.join(KNOWN)}", str(folder)) != 0


def words_of(path):
    """What is read of a file: of a notebook its cells, and no embedded picture."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def test_there_is_no_slip(tmp_path, capsys):
    texts = {path.relative_to(ROOT).as_posix().replace("/", "."): words_of(path) for path in READ}
    assert any("questions" in name for name in texts), "a folder was renamed, and nobody reads its texts"
    assert not slips(texts, tmp_path), capsys.readouterr().out


def test_a_slip_is_found_with_what_was_meant(tmp_path, capsys):
    assert slips({"text": "The consumer recieves it."}, tmp_path)
    assert re.search(r"recieves ==> receives", capsys.readouterr().out)
