"""The live flow picture on a page of its own, without JupyterLab: quick to open, nothing else to measure."""

import base64
import json
from pathlib import Path

from page_meter import PageMeter

import workbook.flow

FOLDER = Path(workbook.flow.__file__).parent
SCREENSHOTS = Path(__file__).parent / "screenshots"
_CODE = base64.b64encode((FOLDER / "flow.js").read_bytes()).decode()
MODULE = f"data:text/javascript;base64,{_CODE}"

_SHELL = """<!doctype html><meta charset="utf-8"><style>body { margin: 0 }</style>
<style>%s</style><body data-jp-theme-light="true"><div id="flow"></div>"""

# What anywidget gives to a module: values that may change, and who wants to know of it.
_OPEN = """async ({ module, values }) => {
    const { default: flow } = await import(module);
    const listeners = {};
    const model = {
        get: name => values[name],
        set: (name, value) => {
            values[name] = value;
            (listeners[`change:${name}`] ?? []).forEach(call => call());
        },
        on: (name, call) => (listeners[name] ??= []).push(call),
        off: (name, call) => { listeners[name] = listeners[name].filter(other => other !== call); },
        save_changes: () => {},
    };
    const open = async () => {
        const close = flow.render({ model, el: document.querySelector('#flow') });
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        Object.assign(window, { close });
    };
    const reopen = async () => {
        window.close();
        document.querySelector('#flow').replaceChildren();
        await open();
    };
    const begin = performance.now();
    await open();
    Object.assign(window, { model, values, reopen });
    return performance.now() - begin;
}"""


class FlowPage:
    """A browser page that shows one live flow; `first_paint` is how many milliseconds that took."""

    def __init__(self, page, stage, *, following=False):
        self.page = page
        self._meter = None
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.set_content(_SHELL % (FOLDER / "flow.css").read_text(encoding="utf-8"))
        values = {"stage": stage, "problem": "", "following": following, "views": 0}
        self.first_paint = page.evaluate(_OPEN, {"module": MODULE, "values": values})

    def spent(self, work):
        """For how many milliseconds the page's thread is on a processor to do this (code of JavaScript)."""
        self._meter = self._meter or PageMeter(self.page)
        return self._meter.spent(work)

    def change(self, **values):
        """What the kernel does when it sends something."""
        for name, value in values.items():
            self.page.evaluate("([name, value]) => model.set(name, value)", [name, value])

    def call(self, function, *arguments):
        """The result of one of the module's exported functions."""
        return self.page.evaluate(
            "async ([module, name, values]) => (await import(module))[name](...values)",
            [MODULE, function, json.loads(json.dumps(arguments))],
        )

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def scrub(self, share):
        """Drag the scrubber to a place between 0 and 1, and let it go there."""
        self.page.locator(".wb-range").evaluate(
            """(range, share) => {
                range.value = share * range.max;
                range.dispatchEvent(new Event('input'));
                range.dispatchEvent(new Event('change'));
            }""",
            share,
        )

    def told(self):
        """What just happened, as it stands under the picture."""
        return self.page.locator(".wb-told").inner_text()

    def node(self, label):
        return self.page.locator(".wb-node", has=self.page.locator(f".wb-label:text-is('{label}')"))

    def counts(self, label):
        """Visible, in flight, delayed."""
        cells = [self.node(label).locator(f".wb-{name}") for name in ("visible", "in-flight", "delayed")]
        return tuple(int(cell.inner_html()) for cell in cells)
