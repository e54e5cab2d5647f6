"""Before a workshop: is this machine ready, and what does each seat get on paper?

A room is checked machine by machine, the evening before. What the doctor finds stops one learner; what
is looked at here besides stops a row of them at five past nine: a kernel that does not start, no browser, a
laptop whose memory is full.
"""

from __future__ import annotations

import os
import shutil
import webbrowser

from workbook import doctor
from workbook.doctor import ROOT, Problem

GIBIBYTE = 1024**3
LEAST_MEMORY = 1.5
"""GiB that should be free. A kernel at work takes 0.15, its examiner less; a browser takes most of it."""
LEAST_DISK = 0.5
"""GiB that should be free where notebooks are saved."""
PATIENCE = 60
"""Seconds that a kernel may take to answer; a slow laptop with a virus scanner needs twenty."""


def report() -> int:
    """Print what is well and what is not, and then the handout; 0 if all is well, else 1."""
    checks = (
        ("a kernel starts, and answers", kernel_problems),
        ("there is a browser", browser_problems),
        (f"there are {LEAST_MEMORY} GiB of free memory", memory_problems),
        (f"there are {LEAST_DISK} GiB of free disk", disk_problems),
    )
    exit_code = doctor.report(checks)
    if exit_code == 0:
        print(f"\n{'-' * 78}\n{handout()}")
    return exit_code


def kernel_problems() -> list[Problem]:
    """Does a notebook's kernel start and compute?"""
    from jupyter_client.manager import start_new_kernel  # noqa: PLC0415 - slow to import

    try:
        manager, client = start_new_kernel(startup_timeout=PATIENCE)
    except (RuntimeError, OSError) as error:
        return [Problem(f"No kernel started: {error}", "close other programs, then try again; or make clean")]
    try:
        answer = client.execute_interactive("import workbook", timeout=PATIENCE, output_hook=lambda _: None)
    except TimeoutError:
        return [
            Problem(f"The kernel gave no answer in {PATIENCE} s.", "close other programs, then try again")
        ]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if answer["content"]["status"] == "ok":
        return []
    return [
        Problem(f"The kernel cannot import the workbook: {answer['content'].get('evalue')}", "make doctor")
    ]


def browser_problems() -> list[Problem]:
    """Is there a browser that `make lab` can open?"""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return [Problem("No browser was found.", "install one, such as Firefox or Chromium")]
    return []


def memory_problems() -> list[Problem]:
    """Is enough memory free, as the system counts it?"""
    import psutil  # noqa: PLC0415 - comes with the kernel

    free = psutil.virtual_memory().available / GIBIBYTE
    if free >= LEAST_MEMORY:
        return []
    return [Problem(f"{free:.1f} GiB of memory are free.", "close other programs, above all browser tabs")]


def disk_problems() -> list[Problem]:
    """Is enough disk free where notebooks are saved?"""
    free = shutil.disk_usage(ROOT).free / GIBIBYTE
    if free >= LEAST_DISK:
        return []
    return [Problem(f"{free:.1f} GiB of the disk are free.", f"make room on the disk of {ROOT}")]


def handout() -> str:
    """One page for each seat: plain text, as wide and as long as a printer takes."""
    command = "make lab" if os.name == "posix" else r".venv\Scripts\python -m workbook lab"
    return _HANDOUT.format(lab=command, folder=ROOT.name)


_HANDOUT = """\
A WORKBOOK FOR AWS MESSAGING                                    at your seat today

Begin
  In a terminal, in the folder "{folder}":   {lab}
  JupyterLab opens on the first page. Shift+Enter runs a cell and goes on.
  A cell says that a name "is not defined"?  Run > Run All Above Selected Cell.
  Everything is odd?  Kernel > Restart Kernel and Run All Cells.

The lab
  lab = Lab(seed=7)           AWS, in this notebook: no account, no bill, no network
  lab.advance(minutes=5)      AWS time passes when you say so, and only then
  lab.run_until_idle()        ... until nothing is left to do
  lab.flow()                  the way of each message; press Play, or click on one
  lab.sequence()              who did what when
  lab.queue("orders")         what is in a queue, in flight, too
  lab.trace.of(message)       all that ever happened to one message
  lab.close()                 at the end; lab.reset() for an empty AWS

A scenario
  from workbook.scenarios import poison_message
  poison_message.panel()      choose, Trigger, Step or Run; Show the code

Exercises
  from workbook.teaching import progress, check, hint, solution
  progress.start()            your own copies, in the folder my-exercises
  check("dlq-1")              an examiner uses your system, and says what happened
  hint("dlq-1")               the easiest hint; hint("dlq-1", 2) is the next
  solution("dlq-1")           the solution, and why it is right
  progress()                  what is done, what is next, what to look at again

Four sentences to take home
  Receiving does not remove a message; deleting it does.
  A visibility timeout is longer than the work, or the work is done twice.
  At least once means: sometimes twice. Make the consumer idempotent.
  A message that fails again and again belongs in a dead-letter queue.

Keys      Esc, then B: a new cell below     Esc, then D D: delete the cell
          Ctrl+S: save      Tab: complete   Shift+Tab: explain what is before the cursor
"""
