"""A handler shares the notebook's process: what it may see of it, and what it may not do to it."""

from __future__ import annotations

import signal
import sys

import pytest

from workbook.packaging import zip_of


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("os", "os.fork()"),
        ("os", "os.system('true')"),
        ("os", "os.popen('true')"),
        ("os", "os.execv('/bin/true', ['true'])"),
        ("os", "os.kill(os.getpid(), 9)"),
        ("os", "os.chdir('/tmp')"),
        ("signal", "signal.alarm(1)"),
        ("signal", "signal.raise_signal(2)"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has few of these")
def test_what_would_reach_the_notebooks_process_is_refused_by_name(deploy, invoke, module, call):
    deploy("f", f"import {module}\ndef handler(event, context):\n    {call}")
    message = invoke("f").value["errorMessage"]
    assert message.startswith(
        f"{call.partition('(')[0]} works on AWS, but this workbook does not simulate it"
    )


def test_a_handler_of_a_signal_can_be_set_and_is_not_the_notebooks(deploy, invoke):
    before = signal.getsignal(signal.SIGTERM)
    deploy(
        "f", "import signal\nsignal.signal(signal.SIGTERM, print)\ndef handler(event, context): return 'set'"
    )
    assert invoke("f").value == "set"
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_interpreters_settings_are_the_notebooks_own(deploy, invoke):
    before = sys.getrecursionlimit()
    source = """
        import sys
        sys.setrecursionlimit(123)
        sys.setswitchinterval(9)
        def handler(event, context):
            return sys.getrecursionlimit(), sys.executable
    """
    deploy("f", source)
    assert invoke("f").value == [123, "/var/lang/bin/python3.13"]
    assert sys.getrecursionlimit() == before
    assert sys.getswitchinterval() < 1


def test_only_tmp_can_be_written_to(deploy, invoke, tmp_path):
    deploy("f", "def handler(event, context):\n    open(event, 'w')")
    assert (
        invoke("f", "/etc/anything").value["errorMessage"]
        == "[Errno 30] Read-only file system: '/etc/anything'"
    )
    assert invoke("f", str(tmp_path / "notes.txt")).value is None


def test_nobody_types_into_a_function(deploy, invoke, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _prompt="": "typed in the notebook")
    deploy("f", "def handler(event, context):\n    return input('name: ')")
    assert invoke("f").value["errorType"] == "EOFError"


def test_redirected_output_is_not_in_the_log(deploy, invoke):
    source = """
        import contextlib, io, sys
        def handler(event, context):
            with contextlib.redirect_stdout(io.StringIO()) as caught:
                print("caught")
            print("logged")
            return caught.getvalue()
    """
    deploy("f", source)
    result = invoke("f")
    assert result.value == "caught\n"
    assert "logged" in result.log
    assert "caught" not in result.log


def test_pretty_printing_goes_to_the_log(deploy, invoke, capsys):
    deploy("f", "from pprint import pprint\ndef handler(event, context):\n    pprint({'a': 1})")
    assert "{'a': 1}" in invoke("f").log
    assert capsys.readouterr().out == ""


def test_warnings_go_to_the_log_and_filters_are_the_functions_own(deploy, invoke, capsys):
    source = """
        import warnings
        def handler(event, context):
            warnings.warn("use the new one")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.warn("nobody hears this")
            warnings.filterwarnings("error", message="third")
            warnings.warn("third")
    """
    deploy("f", source)
    result = invoke("f")
    assert result.value["errorType"] == "UserWarning"
    assert "/var/task/index.py:3: UserWarning: use the new one" in result.log
    assert "nobody hears this" not in "".join(result.log)
    assert capsys.readouterr().err == ""


def test_bytes_can_be_written_to_the_log(deploy, invoke):
    source = """
        import sys
        def handler(event, context):
            sys.stdout.buffer.write("caf\u00e9\\n".encode())
    """
    deploy("f", source)
    assert "caf\u00e9" in invoke("f").log


def test_logging_can_be_configured_by_a_dictionary(deploy, invoke):
    source = """
        import logging, logging.config
        logging.config.dictConfig({
            "version": 1,
            "formatters": {"short": {"format": "%(levelname)s %(message)s"}},
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "short"}},
            "root": {"level": "INFO", "handlers": ["console"]},
        })
        def handler(event, context):
            logging.getLogger("orders").info("paid")
    """
    deploy("f", source)
    assert "INFO paid" in invoke("f").log


def test_a_dataclass_can_have_annotations_as_text(deploy, invoke):
    source = """
        from __future__ import annotations
        import sys
        from dataclasses import asdict, dataclass
        from typing import ClassVar
        @dataclass
        class Order:
            currency: ClassVar[str] = "EUR"
            number: int = 1
        def handler(event, context):
            return asdict(Order()), sys.modules[__name__].Order is Order
    """
    deploy("f", source)
    assert invoke("f").value == [{"number": 1}, True]


def test_a_folder_without_init_is_a_package(lab, aws_lambda, role, invoke):
    files = {
        "src/app.py": b"from src.shop import prices\nimport src.shop.prices as again\nfrom . import shop\n"
        b"def handler(event, context):\n    return prices.TEA, again.TEA, shop.prices.TEA\n",
        "src/shop/prices.py": b"TEA = 3\n",
        "src/notes/read.txt": b"no module",
    }
    code = {"ZipFile": zip_of(files)}
    aws_lambda.create_function(
        FunctionName="f", Role=role, Runtime="python3.13", Handler="src/app.handler", Code=code
    )
    lab.advance(1)
    assert invoke("f").value == [3, 3, 3]


def test_a_folder_without_python_is_no_package(lab, aws_lambda, role, invoke):
    files = {"index.py": b"import notes\ndef handler(event, context): pass\n", "notes/read.txt": b""}
    code = {"ZipFile": zip_of(files)}
    aws_lambda.create_function(
        FunctionName="f", Role=role, Runtime="python3.13", Handler="index.handler", Code=code
    )
    lab.advance(1)
    assert invoke("f").value["errorMessage"] == "Unable to import module 'index': No module named 'notes'"
