"""A live sequence, chart or state machine on a page of its own, without JupyterLab."""

import base64
from pathlib import Path

import workbook.flow
from workbook.flow.explorer import stylesheet

FOLDER = Path(workbook.flow.__file__).parent
SCREENSHOTS = Path(__file__).parent / "screenshots"
_CODE = base64.b64encode((FOLDER / "explore.js").read_bytes()).decode()
MODULE = f"data:text/javascript;base64,{_CODE}"
_SHELL = """<!doctype html><meta charset="utf-8"><style>body { margin: 0; background: %s }</style>
<style>%s</style><body data-jp-theme-light="%s"><div id="place"></div>"""
_OPEN = """async ({ module, values }) => {
    const { default: explorer } = await import(module);
    const model = { get: name => values[name], on: () => {}, off: () => {} };
    window.close = explorer.render({ model, el: document.querySelector('#place') });
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
}"""


class ExplorerPage:
    """A browser page that shows what an `Explorer` sends."""

    def __init__(self, page, explorer, *, dark=False):
        self.page = page
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))
        ground, light = ("#111", "false") if dark else ("#fff", "true")
        page.set_content(_SHELL % (ground, stylesheet(), light))
        values = {name: getattr(explorer, name) for name in ("what", "wide", "narrow", "prose", "facts")}
        page.evaluate(_OPEN, {"module": MODULE, "values": values})

    def said(self):
        """The line of words below the picture."""
        return self.page.locator(".wb-line-of-words").inner_text()

    def photograph(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path
