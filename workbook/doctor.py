"""What is wrong with an environment, and the exact command that mends it.

The doctor is needed most where the least works, so it uses only the standard library until the packages have
been found to be there, and it stays readable for a Python older than the workbook supports. What should be
there is read from pyproject.toml in a checkout and from the installed package elsewhere; no version is
written down a second time.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Callable, Iterable  # noqa: UP035 - see the module's text
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
FIRST_UNTESTED_PYTHON = (3, 15)
REFUSED_PYTHON = (3, 14, 1)  # networkx cannot be installed there
NAMED_IN_LESSONS = ("moto", "boto3")

_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)\s*(\[[^]]*\])?\s*==\s*(?P<version>[^\s;,]+)$")


class Problem:
    """One thing that is wrong (`what`) and the command or act that puts it right (`fix`)."""

    def __init__(self, what: str, fix: str) -> None:
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}\n    To mend it: {self.fix}"

    def __repr__(self) -> str:
        return f"Problem(what={self.what!r}, fix={self.fix!r})"


class EnvironmentNotReady(RuntimeError):
    """The packages a lesson runs on are not those it was written and checked with."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows this instead of a traceback: where the doctor found the problem helps no learner.
        return str(self).splitlines()


def check() -> None:
    """Say in one line that the environment is right; the first cell of every lesson does this.

    The line is the same on every machine where the check passes, as outputs of lessons are compared exactly.

    Raises:
        EnvironmentNotReady: something is wrong; the message lists every problem with its fix.
    """
    problems = check_environment()
    if problems:
        listed = "\n".join(f"- {problem}" for problem in problems)
        message = (
            f"This environment is not ready for the workbook:\n{listed}\n"
            "Type the command in a terminal, then restart the kernel (menu Kernel > Restart Kernel)."
        )
        raise EnvironmentNotReady(message)
    required = required_versions()
    print("Ready: " + ", ".join(f"{name} {required[name]}" for name in NAMED_IN_LESSONS) + ".")


def check_environment() -> list[Problem]:
    """Check Python, the workbook itself and every direct dependency, in some milliseconds."""
    return python_problems() or package_problems(required_versions()) + installation_problems()


def report(more: Iterable[tuple[str, Callable[[], list[Problem]]]] = ()) -> int:
    """Print every check with its result, the slow ones too; 0 if all is well, else 1.

    Args:
        more: what is checked besides, if all else is well: a title and what finds the problems.
    """
    print(f"The workbook in {ROOT}\nwith {sys.executable}\n")
    checks = (
        ("Python is 3.11 to 3.14", python_problems),
        ("the pinned packages are installed", lambda: package_problems(required_versions())),
        ("the workbook is installed in this environment", installation_problems),
        ("notebooks run with this Python", kernel_problems),
        ("a message passes through SQS, with no account and no network", lab_problems),
        ("what you have done can be noted down", progress_problems),
        *more,
    )
    for title, find_problems in checks:
        problems = _found_by(find_problems)
        print(f"{'WRONG' if problems else 'ok':<6}{title}")
        for problem in problems:
            print(f"  {problem}")
        if problems:
            print("\nMend this first, then run the doctor again.")
            return 1
    print("\nAll is well. AWS credentials are neither needed nor read.")
    print(confinement_in_force())
    return 0


def confinement_in_force() -> str:
    """How code that nobody has to trust would be confined here: nothing that is wrong, but good to know."""
    from workbook.confinement import self_test  # noqa: PLC0415 - needs packages that may be missing

    try:
        found = self_test()
    except OSError as error:
        return f"Grading is not possible here: {error}."
    said = f"Grading would confine learners' code by {found.words}."
    return said if found.held else f"{said}\nWhat that means, and how to get more: docs/confinement.md."


def _found_by(find_problems: Callable[[], list[Problem]]) -> list[Problem]:
    """Run one check; a package that is not even ours to name, and is not there, is its finding."""
    try:
        return find_problems()
    except ImportError as error:
        wanted = [f"{name}=={version}" for name, version in required_versions().items()]
        return [
            Problem(f"{error}: a package that the pinned ones need is missing.", _install_command(wanted))
        ]


def required_versions() -> dict[str, str]:
    """Return the exact version of each direct dependency, by name.

    Raises:
        LookupError: there is neither a pyproject.toml beside the package nor an installed workbook.
    """
    pinned = {}
    for requirement in _requirements():
        match = _PINNED.match(requirement.strip())
        if match:
            pinned[match["name"].lower()] = match["version"]
    return pinned


def _requirements() -> list[str]:
    if _in_checkout():
        import tomllib  # noqa: PLC0415 - not there before Python 3.11, which is the first thing to be checked

        with (ROOT / "pyproject.toml").open("rb") as file:
            return list(tomllib.load(file)["project"]["dependencies"])
    try:
        return metadata.requires("workbook") or []
    except metadata.PackageNotFoundError:
        message = f"{ROOT} has no pyproject.toml, and no package 'workbook' is installed: use a checkout"
        raise LookupError(message) from None


def python_problems() -> list[Problem]:
    """Is this a Python that every pinned package supports?"""
    version = tuple(sys.version_info[:3])
    if OLDEST_PYTHON <= version < FIRST_UNTESTED_PYTHON and version != REFUSED_PYTHON:
        return []
    what = f"This is Python {'.'.join(map(str, version))}; the workbook needs 3.11 to 3.14 (3.14.1 excepted)."
    if not _in_checkout():
        return [Problem(what, "install the workbook with one of those")]
    if os.name == "nt":
        return [Problem(what, "py -3.13 -m venv .venv, then install as CONTRIBUTING.md says")]
    return [Problem(what, "make clean, then make lab PYTHON=python3.12 (any from 3.11 to 3.14)")]


def package_problems(required: dict[str, str]) -> list[Problem]:
    """Compare what is installed with what is pinned.

    Args:
        required: exact versions by distribution name, as required_versions() gives them.
    """
    faults = []
    for name, version in required.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            faults.append((name, f"{name} is not installed"))
            continue
        if installed != version:
            faults.append((name, f"{name} is {installed} instead of {version}"))
    if not faults:
        return []
    wanted = [f"{name}=={required[name]}" for name, _fault in faults]
    what = "; ".join(fault for _name, fault in faults) + "."
    return [Problem(what, _install_command(wanted))]


def installation_problems() -> list[Problem]:
    """Can notebooks, which run in another folder, import this workbook and no other copy of it?"""
    if not _in_checkout():
        return []
    try:
        distribution = metadata.distribution("workbook")
    except metadata.PackageNotFoundError:
        what = "The package 'workbook' is not installed, so notebooks cannot import it."
        return [Problem(what, _link_command())]
    source = _source_folder(distribution.read_text("direct_url.json"))
    if source is not None and source != ROOT:
        what = f"Notebooks would import the workbook in {source}, not the one in {ROOT}."
        return [Problem(what, _link_command())]
    return []


def _source_folder(direct_url: str | None) -> Path | None:
    """Return the folder that an editable installation points at, from its direct_url.json (PEP 610)."""
    if direct_url is None:
        return None
    url = urlsplit(json.loads(direct_url)["url"])
    if url.scheme != "file":
        return None
    path = unquote(url.path)
    if os.name == "nt":
        path = path.lstrip("/")
    return Path(path).resolve()


def kernel_problems() -> list[Problem]:
    """Would JupyterLab run notebooks with this Python, or with a kernel that another environment left?"""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel  # noqa: PLC0415 - third party

    register = _python_command("ipykernel install --sys-prefix --name python3")
    try:
        specification = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return [Problem("JupyterLab has no kernel 'python3'.", register)]
    program = str(specification.argv[0])
    if re.match(r"python(3(\.\d+)?)?$", program):  # JupyterLab puts its own interpreter here
        return []
    if os.path.normcase(Path(program).parent) == os.path.normcase(Path(sys.executable).parent):
        return []
    return [Problem(f"The kernel 'python3' runs {program}, not this environment's Python.", register)]


def lab_problems() -> list[Problem]:
    """Send one message through a lab, which needs every part of moto and botocore that we replace."""
    from workbook import Lab  # noqa: PLC0415

    try:
        with Lab(seed=7) as lab:
            sqs = lab.client("sqs")
            url = sqs.create_queue(QueueName="doctor")["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="How do you do?")
            received = sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the doctor is there to tell
        what = f"The lab does not work: {type(error).__name__}: {error}"
        return [Problem(what, _install_command([f"{n}=={v}" for n, v in required_versions().items()]))]
    if received != "How do you do?":
        what = f"SQS returned {received!r} for another message."
        return [Problem(what, "report this as a defect of the workbook")]
    return []


def progress_problems() -> list[Problem]:
    """Can the file of the learner's progress be used? Where there is none, an empty one is made."""
    from workbook.teaching.progress import book  # noqa: PLC0415 - needs packages that may be missing
    from workbook.teaching.progress.store import ProgressError  # noqa: PLC0415

    store = book().store
    if store is None:
        return []
    try:
        store.change(lambda records: records)
    except ProgressError as error:
        name_another = "let the environment variable WORKBOOK_PROGRESS name a file that can be written"
        return [Problem(str(error), name_another)]
    return []


def _in_checkout() -> bool:
    return (ROOT / "pyproject.toml").is_file() and (ROOT / "requirements.lock").is_file()


def _in_conda() -> bool:
    return (Path(sys.prefix) / "conda-meta").is_dir()


def _install_command(wanted: Iterable[str]) -> str:
    """Return the command that brings the packages in, for the tool this environment was made with."""
    if not _in_checkout():
        return _python_command("pip install", *wanted)
    if _in_conda():
        return f"conda env update --prune --file {_quoted(ROOT / 'environment.yml')}"
    if sys.prefix == sys.base_prefix:  # a Python of the system's: nothing should be installed there
        return "make lab" if os.name == "posix" else "make an environment as CONTRIBUTING.md says"
    return _python_command("pip install --require-hashes --requirement", ROOT / "requirements.lock")


def _link_command() -> str:
    if _in_conda():
        return _python_command("pip install --no-deps --editable", ROOT)
    if sys.prefix == sys.base_prefix:
        return _install_command(())
    return _python_command("pip install --no-deps --no-build-isolation --editable", ROOT)


def _python_command(module_and_options: str, *arguments: str | Path) -> str:
    """Return `PYTHON -m MODULE ...`, or the same by uv where the environment is uv's and holds no pip."""
    python = _quoted(sys.executable)
    command = " ".join([module_and_options, *map(_quoted, arguments)])
    if not command.startswith("pip ") or importlib.util.find_spec("pip") is not None:
        return f"{python} -m {command}"
    if shutil.which("uv"):
        return f"uv {command.replace('pip install', f'pip install --python {python}', 1)}"
    return f"{python} -m ensurepip, then {python} -m {command}"


def _quoted(argument: str | Path) -> str:
    text = str(argument)
    return f'"{text}"' if " " in text else text
