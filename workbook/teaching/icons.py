"""The marks of a verdict: a form and a colour for each, and never without words beside them.

They are small pictures within the page, because JupyterLab takes drawings out of a notebook that nobody has
trusted yet. The disc is dark enough for a light page and light enough for a dark one (3:1 and more on both),
and the white form on it needs neither.
"""

from __future__ import annotations

import base64

GREEN = "#00785a"
RED = "#b84a00"
AMBER = "#8f6200"

_TICK = "M-5.2 0.4L-1.6 4L5.4 -3.6"
_CROSS = "M-3.9 -3.9L3.9 3.9M3.9 -3.9L-3.9 3.9"
_PAUSE = "M-2.4 -4V4M2.4 -4V4"
RIGHT = (GREEN, _TICK)
NOT_YET = (RED, _CROSS)
NOT_JUDGED = (AMBER, _PAUSE)
Mark = tuple[str, str]


def icon(mark: Mark, size: int) -> str:
    """An `<img>` of `size` pixels; what it says, the words beside it say, so it is read to nobody."""
    colour, path = mark
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 20 20" width="20" height="20">'
        f'<circle r="9.5" fill="{colour}"/>'
        f'<path d="{path}" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>'
    )
    data = base64.b64encode(drawing.encode()).decode()
    place = (
        f'width="{size}" height="{size}" style="display:inline-block;vertical-align:middle;margin:0 4px 0 0"'
    )
    return f'<img alt="" {place} src="data:image/svg+xml;base64,{data}">'
