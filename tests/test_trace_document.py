"""docs/trace.md names every kind of hop that the code records, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_kind_of_hop_is_explained_in_the_page_on_the_trace():
    sources = [path.read_text("utf-8") for path in (ROOT / "workbook").rglob("*.py")]
    recorded = {kind for text in sources for kind in re.findall(r'\.record\(\s*"([a-z-]+)"', text)}
    kinds = (ROOT / "docs" / "trace.md").read_text("utf-8").partition("## Kinds")[2]
    explained = set(re.findall(r"^\| `([a-z-]+)` \|", kinds, re.MULTILINE))
    assert "send" in recorded
    assert recorded == explained
