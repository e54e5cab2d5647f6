"""A learner in front of JupyterLab: clicks menus and buttons, presses keys, reads what is on the screen."""

import contextlib
import re
import time
from urllib.parse import urlsplit

from playwright.sync_api import expect

# Waits end when what they wait for is there. These limits say only when to give up, so they are long enough
# for a machine that has other work, too.
A_MOMENT = 60_000  # milliseconds for a thing to appear; it mostly takes a tenth of a second
A_LESSON = 180_000  # milliseconds for all cells of a lesson; it takes about ten seconds
expect.set_options(timeout=A_MOMENT)  # its own default is 5 seconds, whatever the page's is
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# JupyterLab shows a traceback as it shows what was printed to stderr.
ERROR = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'

# JupyterLab asks each kernel's debugger for its state. Who restarts the kernel before it has answered, as
# these tests do, finds this in the console; nothing is lost by it.
INTERRUPTED_DEBUGGER = "Could not restore the debugger state: Canceled future"

_PROMPTS = (
    "Array.from(document.querySelectorAll('.jp-CodeCell .jp-InputPrompt'),"
    " prompt => prompt.textContent.trim())"
)


_DRAWN = """() => {
    const cells = Array.from(document.querySelectorAll('.jp-Notebook .jp-Cell'));
    const drawn = cell => cell.querySelector('.cm-content, .jp-RenderedMarkdown')?.textContent.trim()
        && Array.from(cell.querySelectorAll('.jp-OutputArea-output'), output => output.childNodes.length > 0)
            .every(Boolean);
    return cells.length > 0 && cells.every(drawn);
}"""

# Resolves when the notebook has kept its place and its height for ten frames.
_STILL = """async () => {
    const panel = document.querySelector('.jp-WindowedPanel-outer');
    const look = () => `${panel.scrollTop} ${panel.scrollHeight}`;
    for (let before = look(), frames = 0; frames < 10; frames += 1) {
        await new Promise(requestAnimationFrame);
        if (look() !== before) { before = look(); frames = 0; }
    }
}"""


_HAS_JUPYTERLAB = "'jupyterapp' in window"
_OPEN_NOTEBOOK = "path => jupyterapp.commands.execute('docmanager:open', { path }).then(() => null)"

# Leaves nothing open, and does not ask whether to save it.
_CLOSE_NOTEBOOKS = "[...jupyterapp.shell.widgets('main')].forEach(widget => widget.dispose())"
# Waits until JupyterLab knows which kernels are left. Whatever those that ended had to say was said by then.
_HEAR_OF_KERNELS = """async () => {
    const { sessions, kernels } = jupyterapp.serviceManager;
    await Promise.all([sessions.refreshRunning(), kernels.refreshRunning()]);
    await new Promise(requestAnimationFrame);
}"""
_IS_TIDY = "!document.querySelector('.jp-Notebook, .jp-Dialog, .lm-Menu')"


class Learner:
    """One browser window with JupyterLab in it, new or left tidy by another.

    `requests` and `complaints` fill up as the page asks for things and its console shows errors.
    """

    def __init__(self, page, server, tidy_windows=None):
        """In the end the page goes to the list `tidy_windows`, if nothing was left open in it."""
        self.page = page
        self.server = server
        self.requests = []
        self.complaints = []
        self.opened = set()
        self._tidy_windows = tidy_windows
        self._viewport = page.viewport_size
        self._closed = False
        self._listeners = {
            "request": lambda request: self.requests.append(request.url),
            "websocket": lambda socket: self.requests.append(socket.url),
            "console": self._listen,
            "pageerror": lambda error: self.complaints.append(str(error)),
        }
        page.set_default_timeout(A_MOMENT)
        for event, listener in self._listeners.items():
            page.on(event, listener)

    def _listen(self, message):
        if message.type == "error" and not message.text.startswith(INTERRUPTED_DEBUGGER):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def close(self):
        """Leave the window, and end its kernels, which would work on, at the cost of the next window."""
        if self._closed:
            return
        self._closed = True
        if self._tidy_windows is not None and not self.complaints and self.page.evaluate(_HAS_JUPYTERLAB):
            self._tidy_up()
        if self.page not in (self._tidy_windows or ()):
            self.page.context.close()
            self.server.stop_kernels(self.opened)

    def _tidy_up(self):
        self.page.evaluate(_CLOSE_NOTEBOOKS)
        self.server.stop_kernels(self.opened)
        self.page.evaluate(_HEAR_OF_KERNELS)
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self.page.set_viewport_size(self._viewport)
        if self.page.evaluate(_IS_TIDY):
            self._tidy_windows.append(self.page)

    def requests_elsewhere(self):
        """What was asked of hosts other than this computer."""
        places = [(url, urlsplit(url)) for url in self.requests]
        return [
            url
            for url, parts in places
            if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in LOOPBACK
        ]

    # ---- notebooks

    def open(self, notebook, *, kernel=True):
        """Open a notebook; wait until all of it is there and, unless told otherwise, its kernel is ready."""
        cells = len(self.server.read(notebook).cells)
        self.opened.add(notebook)
        if self.page.evaluate(_HAS_JUPYTERLAB):
            self.show_sidebar(True)
            self.page.evaluate(_OPEN_NOTEBOOK, notebook)
        else:
            address = self.server.page(notebook, workspace=re.sub(r"\W", "-", notebook))
            self.page.goto(address, timeout=A_LESSON)
        expect(self.page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells, timeout=A_LESSON)
        if kernel:
            self.wait_for_kernel(notebook)
        self.wait_until_drawn()

    def wait_for_kernel(self, notebook):
        """Wait until the window has a kernel, and that has nothing to do.

        JupyterLab shows "idle" for a moment before it has asked for a kernel at all, and a cell that is
        started then is dropped without a word. So the server is asked first.
        """
        give_up = time.monotonic() + A_LESSON / 1000
        while not self.server.has_kernel(notebook):
            assert time.monotonic() < give_up, f"no kernel for {notebook}"
            self.page.wait_for_timeout(50)
        self.wait_until_idle()

    def wait_until_idle(self):
        indicator = self.page.locator(".jp-Notebook-ExecutionIndicator").first
        expect(indicator).to_have_attribute("data-status", "idle", timeout=A_LESSON)

    def menu(self, *names):
        """Choose from the menu bar, for example `menu("Kernel", "Interrupt Kernel")`."""
        self.page.get_by_role("menubar").get_by_role("menuitem", name=names[0], exact=True).click()
        for name in names[1:]:
            self._item(name).click()

    def _item(self, name):
        label = re.compile(rf"^{re.escape(name)}…?$")
        return self.page.locator(".lm-Menu-item", has=self.page.locator(".lm-Menu-itemLabel", has_text=label))

    def restart_and_run_all(self):
        """Restart the kernel, run all cells and wait for the last."""
        self.menu("Run", "Restart Kernel and Run All Cells")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.wait_for_function(f"{_PROMPTS}.includes('[*]:')")
        self.wait_for_cells()

    def wait_for_cells(self):
        """Wait until no cell runs or waits for its turn."""
        self.page.wait_for_function(f"!{_PROMPTS}.includes('[*]:')", timeout=A_LESSON)
        self.wait_until_idle()
        self.wait_until_drawn()

    def wait_until_drawn(self):
        """Wait until every cell is drawn, its outputs too, and nothing moves any more.

        JupyterLab draws cells that are out of sight when it has time; each takes its real height then.
        """
        self.page.wait_for_function(_DRAWN, timeout=A_LESSON)
        self.page.evaluate(_STILL)

    def prompts(self):
        """What stands before each code cell: `[1]:`, `[*]:` while it runs, `[ ]:` when it never ran."""
        return self.page.evaluate(_PROMPTS)

    def code_cell(self, number):
        """The code cell at a position, counted from 1."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number - 1)

    def start(self, number):
        """Press Ctrl+Enter in a code cell; it runs on."""
        editor = self.code_cell(number).locator(".cm-content")
        editor.click()
        editor.press("Control+Enter")

    def run(self, number):
        """Run a code cell and return what it shows."""
        before = self.prompts()[number - 1]
        self.start(number)
        self.page.wait_for_function(
            f"before => ![before, '[*]:'].includes({_PROMPTS}[{number - 1}])", arg=before, timeout=A_LESSON
        )
        self.wait_until_idle()
        self.wait_until_drawn()
        return self.shown(number)

    def replace(self, number, source):
        """Write something else into a code cell."""
        editor = self.code_cell(number).locator(".cm-content")
        editor.click()
        editor.press("Control+a")
        self.page.keyboard.insert_text(source)

    def shown(self, number):
        """The text of a code cell's outputs."""
        return "\n".join(self.outputs(number).all_text_contents())

    def outputs(self, number):
        return self.code_cell(number).locator(".jp-OutputArea-output")

    def said_by_outputs(self, number):
        """What each output of a code cell says: its text, or the words of a picture that can be seen."""
        return self.outputs(number).evaluate_all(
            """outputs => outputs.map(output => output.textContent.trim() ||
                [...output.querySelectorAll("img")].filter(image => image.clientWidth > 0)
                    .map(image => image.alt).join(" "))"""
        )

    def error(self, number):
        """The text of the error that a code cell shows; empty if it shows none."""
        return "\n".join(self.code_cell(number).locator(ERROR).all_text_contents())

    def save(self):
        """Save the notebook and wait until it is saved."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url
        ):
            self.menu("File", "Save Notebook")

    # ---- the look of the place

    def theme(self):
        """The name of the theme, as the Settings menu has it."""
        return self.page.locator("body").get_attribute("data-jp-theme-name")

    def choose_theme(self, name):
        """Choose a theme of the Settings menu and wait until it is there."""
        if self.theme() != name:
            self.menu("Settings", "Theme", name)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", name)

    def hide_notifications(self):
        """Keep JupyterLab's own notes, in the lower right corner, out of pictures."""
        self.page.add_style_tag(content=".Toastify { display: none }")

    @contextlib.contextmanager
    def window_of(self, width, *, sidebar):
        """Make the window `width` pixels wide for a while, with or without the list of files."""
        usual = self.page.viewport_size
        self.page.set_viewport_size(usual | {"width": width})
        self.show_sidebar(sidebar)
        try:
            yield
        finally:
            self.page.set_viewport_size(usual)

    def show_sidebar(self, shown):
        """Show or hide the list of files at the left."""
        stack = self.page.locator("#jp-left-stack")
        if stack.is_visible() != shown:
            self.page.keyboard.press("Control+b")
        try:
            expect(stack).to_be_visible(visible=shown)
        except AssertionError:  # a JupyterLab that has just begun shows or hides it by itself, a moment later
            self.page.keyboard.press("Control+b")
            expect(stack).to_be_visible(visible=shown)

    def cut_off(self, selector):
        """The beginnings of those elements that are wider than the place they have."""
        return self.page.locator(selector).evaluate_all(
            """elements => elements
                .filter(element => element.scrollWidth > element.clientWidth + 1)
                .map(element => element.textContent.trim().slice(0, 60))"""
        )

    def higher_than(self, most, selector):
        """The beginnings of those elements that are higher than `most` pixels."""
        return self.page.locator(selector).evaluate_all(
            """(elements, most) => elements
                .filter(element => element.clientHeight > most)
                .map(element => element.textContent.trim().slice(0, 60))""",
            most,
        )

    def scroll_to(self, share):
        """Scroll a notebook that is drawn: 0 is its top, 1 its last cell (below it is an empty page)."""
        if share == 1:
            self.page.locator(".jp-Notebook .jp-Cell").last.evaluate("cell => cell.scrollIntoView(false)")
        else:
            self.page.locator(".jp-WindowedPanel-outer").evaluate(
                "(panel, share) => { panel.scrollTop = share * (panel.scrollHeight - panel.clientHeight) }",
                share,
            )
        self.wait_until_drawn()
