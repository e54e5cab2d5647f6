"""The commands of the workbook.

`doctor` must run where packages are missing or Python is too old, so this module imports nothing but the
standard library; each command imports what it needs when it is called.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Sequence  # noqa: UP035 - the doctor also speaks on a Python older than 3.9, to say so

LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `workbook`; those of the process if not given.

    Returns:
        The exit code: 0 if all is well, 1 if the command found something wrong, 2 for a wrong command line.
    """
    options = _parser().parse_args(arguments)
    exit_code: int = options.run(options)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="workbook", description="A workbook for AWS messaging.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_machine(commands)
    _add_room(commands)
    _add_authors(commands)
    _add_check(commands)
    _add_scenarios(commands)
    _add_start(commands)
    _add_progress(commands)
    _add_quiz(commands)
    _add_serve(commands)
    _add_grade(commands)
    return parser


def _add_machine(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="say what is wrong with this environment, and how to mend it")
    doctor.set_defaults(run=_doctor)

    lab = commands.add_parser("lab", help="open JupyterLab on the first lesson, on this computer only")
    lab.add_argument("--port", type=_port, help="the port on 127.0.0.1 (default: the first free from 8888)")
    lab.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    lab.set_defaults(run=_lab)

    workshop = commands.add_parser("workshop", help="check this machine for a workshop; print a handout")
    workshop.add_argument("--handout", action="store_true", help="print the handout only")
    workshop.set_defaults(run=_workshop)


def _add_authors(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bake = commands.add_parser("bake", help="execute notebooks and save their outputs in the form to commit")
    bake.add_argument("paths", nargs="*", help="notebooks or folders (default: notebooks and solutions)")
    bake.add_argument("--timeout", type=int, default=120, metavar="SECONDS", help="for one cell (120)")
    bake.set_defaults(run=_bake)

    build = commands.add_parser("build", help="make exercises/ and what checks show from solutions/")
    build.add_argument("--check", action="store_true", help="change nothing; say what is out of step")
    build.set_defaults(run=_build)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser(
        "check", help="check an answer that is in a file; without one, list exercises"
    )
    check.add_argument("exercise", nargs="?", help="the exercise's id, e.g. dlq-1")
    check.add_argument("file", nargs="?", help="its functions (Python) or its value (JSON); - is the input")
    check.add_argument("--json", action="store_true", help="print the verdict as JSON")
    check.add_argument("--seed", type=int, default=0, help="other labs; a right answer is right in all (0)")
    check.set_defaults(run=_check)


def _add_scenarios(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="run a scenario and print its account; without a name, list them")
    run.add_argument("scenario", nargs="?", help="the scenario's name, e.g. poison-message")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="given",
        help="vary a setting; may be given several times",
    )
    run.add_argument("--seed", type=int, help="where chance comes from (default: the scenario's own)")
    form = run.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the account as JSON")
    form.add_argument("--code", action="store_true", help="print the boto3 code, and do not run it")
    run.set_defaults(run=_run)

    scenarios = commands.add_parser("scenarios", help="list the scenarios with their settings")
    scenarios.set_defaults(run=_scenarios)


def _add_start(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    start = commands.add_parser("start", help="copy the exercises into a folder of yours, or bring new ones")
    start.add_argument("folder", nargs="?", type=Path, help="the folder (default: my-exercises)")
    start.set_defaults(run=_start)


def _add_quiz(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    quiz = commands.add_parser("quiz", help="ask questions in the style of the exam, in this terminal")
    quiz.add_argument("topic", nargs="?", help="e.g. sqs (default: all topics)")
    quiz.add_argument("--questions", type=int, default=10, metavar="N", help="how many at most (10)")
    quiz.add_argument("--missed", action="store_true", help="those that were answered wrong the last time")
    quiz.set_defaults(run=_quiz)


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser(
        "serve", help="simulate AWS for other programs: the AWS CLI, SDKs, other notebooks"
    )
    serve.add_argument("--port", type=_port_or_any, default=4566, help="the port (4566); 0 is a free one")
    serve.add_argument("--host", default="127.0.0.1", help="the address (127.0.0.1: this computer only)")
    serve.add_argument(
        "--token-file", metavar="FILE", help="with a token; needed where others can reach --host"
    )
    serve.add_argument("--state", metavar="FOLDER", help="keep the labs here from one run to the next")
    serve.add_argument("--seed", type=int, default=0, help="where chance comes from in labs that begin (0)")
    serve.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        dest="limits",
        help="what an account may use, e.g. requests_per_second=50; may be given several times",
    )
    trust = serve.add_mutually_exclusive_group()
    trust.add_argument(
        "--confined", action="store_true", help="trust no Lambda function, on 127.0.0.1 either"
    )
    trust.add_argument("--unconfined", action="store_true", help="trust all of them, whoever sends them")
    serve.set_defaults(run=_serve)


def _add_progress(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    progress = commands.add_parser("progress", help="say what is done, what is next, what to look at again")
    action = progress.add_mutually_exclusive_group()
    action.add_argument("--json", action="store_true", help="print the records as JSON")
    action.add_argument("--reset", metavar="EXERCISE", help="forget what became of one exercise, e.g. dlq-1")
    action.add_argument("--export", type=Path, metavar="FILE", help="write all records into a new file")
    action.add_argument(
        "--import", type=Path, metavar="FILE", dest="import_from", help="add the records of such a file"
    )
    progress.set_defaults(run=_progress)


def _add_room(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    room = commands.add_parser("room", help="see how far those learners are who agreed to it")
    room.add_argument("folder", type=Path, help="the folder that all share; it is made if it is not there")
    action = room.add_mutually_exclusive_group()
    action.add_argument("--text", action="store_true", help="print how the room stands, and open no page")
    action.add_argument("--empty", action="store_true", help="remove all that learners sent")
    room.add_argument("--port", type=_port, help="of JupyterLab, as of `workbook lab`")
    room.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    room.set_defaults(run=_room)


def _add_grade(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    grade = commands.add_parser("grade", help="grade a folder of submissions; docs/grading.md says how")
    grade.add_argument("submissions", type=Path, help="a folder, or the zip file that your system gives you")
    grade.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the report goes")
    grade.add_argument("--assignment", type=Path, metavar="FILE", help="what was asked for (TOML)")
    grade.add_argument("--roster", type=Path, metavar="FILE", help="who is in the class (CSV)")
    grade.add_argument("--manifest", type=Path, metavar="FILE", help="when each handed in (CSV)")
    grade.add_argument("--resume", action="store_true", help="go on where a run was stopped")
    grade.add_argument("--exam", action="store_true", help="refuse to run without the full confinement")
    grade.add_argument("--seconds", type=_count, metavar="N", help="for one submission at most (300)")
    place = grade.add_mutually_exclusive_group()
    place.add_argument("--jobs", type=_count, metavar="N", help="how many at once (default: one a core)")
    place.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, e.g. tcp://10.0.0.1:8786")
    grade.set_defaults(run=_grade)

    transfer = commands.add_parser(
        "transfer", help="bring the marks of a report to where your school keeps them"
    )
    transfer.add_argument("report", type=Path, help="the folder that `workbook grade` wrote")
    transfer.add_argument("--assignment", type=Path, metavar="FILE", help="the same as for `workbook grade`")
    to = transfer.add_mutually_exclusive_group(required=True)
    to.add_argument(
        "--sheet", type=Path, metavar="FILE", help="as downloaded from Moodle, Canvas, Blackboard"
    )
    to.add_argument("--nbgrader", type=Path, metavar="FILE", help="nbgrader's gradebook.db; it is changed")
    transfer.add_argument("--column", metavar="NAME", help="of the sheet, where several may be meant")
    transfer.add_argument("--name", help="what nbgrader calls the assignment")
    transfer.add_argument("--out", type=Path, metavar="FILE", help="the new sheet, for uploading")
    transfer.set_defaults(run=_transfer)


def _count(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 100_000:
        return int(text)
    message = f"{text!r} should be a whole number above 0"
    raise argparse.ArgumentTypeError(message)


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= LAST_PORT:
        return int(text)
    message = f"{text!r} is no port: give a number from 1024 to {LAST_PORT}"
    raise argparse.ArgumentTypeError(message)


def _port_or_any(text: str) -> int:
    return 0 if text == "0" else _port(text)


def _taken(port: int) -> str:
    other = port + 1 if port < LAST_PORT else port - 1
    return (
        f"Port {port} is taken, perhaps by a JupyterLab that still runs.\n"
        f"Take another one: PORT={other} make lab (or: python -m workbook lab --port {other})"
    )


def _doctor(_options: argparse.Namespace) -> int:
    from workbook import doctor  # noqa: PLC0415

    return doctor.report()


def _lab(options: argparse.Namespace) -> int:
    from workbook import launch  # noqa: PLC0415

    return _open(options, launch.FIRST_LESSON)


def _open(options: argparse.Namespace, notebook: Path) -> int:
    """Open JupyterLab on a notebook."""
    from workbook import doctor, launch  # noqa: PLC0415

    if doctor.check_environment():
        return doctor.report()
    if options.port is not None and launch.is_taken(options.port):
        # JupyterLab would say so, too, in the last of twenty lines and without a way out.
        print(_taken(options.port), file=sys.stderr)
        return 1
    return launch.open_lab(port=options.port, browser=not options.no_browser, notebook=notebook)


def _workshop(options: argparse.Namespace) -> int:
    from workbook import workshop  # noqa: PLC0415

    if options.handout:
        print(workshop.handout())
        return 0
    return workshop.report()


def _room(options: argparse.Namespace) -> int:
    from workbook.room import command  # noqa: PLC0415

    try:
        if options.text or options.empty:
            print(command.text(options.folder) if options.text else command.empty(options.folder))
            return 0
        print(command.opened(options.folder))
    except command.RoomError as error:
        print(error, file=sys.stderr)
        return 1
    return _open(options, command.NOTEBOOK)


def _bake(options: argparse.Namespace) -> int:
    from workbook import bake  # noqa: PLC0415

    try:
        notebooks = bake.find_notebooks(options.paths)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    return bake.bake_all(notebooks, timeout=options.timeout)


def _build(options: argparse.Namespace) -> int:
    from workbook.teaching.authors import build  # noqa: PLC0415
    from workbook.teaching.authors.cells import AuthorError  # noqa: PLC0415

    try:
        steps = build.out_of_step(Path.cwd())
    except AuthorError as error:
        print(error, file=sys.stderr)
        return 2
    for step in steps:
        if not options.check:
            step.take(Path.cwd())
        print(step.account(done=not options.check))
    if not steps:
        print("All is in step with solutions/.")
    return 1 if steps and options.check else 0


def _start(options: argparse.Namespace) -> int:
    from workbook.teaching.progress.copies import start  # noqa: PLC0415
    from workbook.teaching.progress.store import ProgressError  # noqa: PLC0415

    try:
        print(start(options.folder))
    except ProgressError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _progress(options: argparse.Namespace) -> int:
    from workbook.teaching.progress import command  # noqa: PLC0415

    try:
        print(command.answer(options))
    except command.ProgressError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> int:
    from workbook.scenarios.framework import command  # noqa: PLC0415

    if options.scenario is None:
        return _scenarios(options)
    try:
        if options.code:
            print(command.code_of(options.scenario, options.given))
        else:
            account = command.account_of(options.scenario, options.given, seed=options.seed)
            print(account.json() if options.json else account.text())
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _quiz(options: argparse.Namespace) -> int:
    from workbook.teaching.quizzes import command  # noqa: PLC0415

    try:
        command.take_quiz(options.topic, options.questions, missed=options.missed)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _serve(options: argparse.Namespace) -> int:
    from workbook.served import command  # noqa: PLC0415

    try:
        return command.run(options, told=lambda line: print(line, flush=True))  # a program may wait for it
    except command.CommandError as error:
        print(error, file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> int:
    from workbook.teaching import check_command  # noqa: PLC0415

    if options.exercise is None:
        print(check_command.listing())
        return 0
    try:
        verdict = check_command.verdict_of(options.exercise, options.file, seed=options.seed)
    except check_command.CommandError as error:
        print(error, file=sys.stderr)
        return 2
    print(check_command.printed(verdict, as_json=options.json))
    return 0 if verdict.passed else 1


def _grade(options: argparse.Namespace) -> int:
    from workbook.grading import command  # noqa: PLC0415

    try:
        return command.grade_folder(options)
    except command.CommandError as error:
        print(error, file=sys.stderr)
        return 2


def _transfer(options: argparse.Namespace) -> int:
    from workbook.grading.transfer import command  # noqa: PLC0415

    try:
        return command.transfer(options)
    except command.CommandError as error:
        print(error, file=sys.stderr)
        return 2


def _scenarios(_options: argparse.Namespace) -> int:
    from workbook.scenarios.framework import command  # noqa: PLC0415

    print(command.listing())
    return 0
