"""What the tests of sequences and charts share: reading a drawing back, and a name that looks like code."""

import re
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('1')</script> & \"quotes\" \u202eturned\u2066 \U0001f600\n\x0b end"


def parsed(svg):
    """The drawing as a tree; raises if it is not well-formed."""
    return ElementTree.fromstring(svg)


def marks(tree, css):
    """Every part of a class, from the top."""
    return [part for part in tree.iter() if css in part.get("class", "").split()]


def texts(part):
    return [text for text in (node.text for node in part.iter(f"{SVG}text")) if text]


def numbers(part):
    """The message numbers of an arrow or a bar."""
    return [int(number) for number in part.get("data-messages").split()]


def ends(arrow):
    """Where the line of an arrow begins, and its tip; None for what happens at a place."""
    line, tip = "", ""
    for path in arrow.iter(f"{SVG}path"):
        if path.get("fill") == "none" and not line:
            line = path.get("d")
        elif line and not tip:
            tip = path.get("d")
    if not line:
        return None
    begin = float(re.match(r"M([-\d.]+) ", line)[1])
    return begin, float(re.search(r"L([-\d.]+) ", tip)[1])


def lanes(tree):
    """Where each lane stands, from left to right."""
    lines = [next(lane.iter(f"{SVG}path")) for lane in marks(tree, "wb-lane")]
    return [float(re.match(r"M([-\d.]+) ", line.get("d"))[1]) for line in lines]
