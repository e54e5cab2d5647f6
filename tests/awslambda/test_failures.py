"""Functions that fail: payloads and log lines as recorded in AWS."""

import datetime
import re

import pytest

REQUEST = r"[0-9a-f-]{36}"


def test_an_exception_is_an_unhandled_error(deploy, invoke, log_events):
    deploy(
        "f",
        "class Custom(Exception): pass\ndef handler(event, context):\n    raise Custom('some "
        "error occurred')",
    )
    result = invoke("f")
    assert result.error == "Unhandled"
    request_id = result.value.pop("requestId")
    assert re.fullmatch(REQUEST, request_id)
    assert result.value == {
        "errorMessage": "some error occurred",
        "errorType": "Custom",
        "stackTrace": [
            "  File \"/var/task/index.py\", line 3, in handler\n    raise Custom('some error occurred')\n"
        ],
    }
    messages = [message for _, message in log_events("f")]
    assert messages[2] == (
        "[ERROR] Custom: some error occurred\nTraceback (most recent call last):\n"
        '\u00a0\u00a0File "/var/task/index.py", line 3, in handler\n'
        "\u00a0\u00a0\u00a0\u00a0raise Custom('some error occurred')"
    )
    assert "Status:" not in messages[-1]


def test_an_environment_survives_an_exception(deploy, invoke):
    deploy(
        "f",
        "n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    if e == 'fail': raise "
        "ValueError\n    return n",
    )
    invoke("f", "fail")
    assert invoke("f").value == 2


@pytest.mark.parametrize(
    ("source", "options", "error_type", "message"),
    [
        (
            "import nothing_of_that_name\ndef handler(e, c): pass",
            {},
            "Runtime.ImportModuleError",
            "Unable to import module 'index': No module named 'nothing_of_that_name'",
        ),
        (
            "def handler(e, c): pass",
            {"Handler": "other.handler"},
            "Runtime.ImportModuleError",
            "Unable to import module 'other': No module named 'other'",
        ),
        (
            "def handler(e, c): pass",
            {"Handler": "index.missing"},
            "Runtime.HandlerNotFound",
            "Handler 'missing' missing on module 'index'",
        ),
        (
            "def handler(e, c): pass",
            {"Handler": "index"},
            "Runtime.MalformedHandlerName",
            "Bad handler 'index': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "raise Exception('Runtime startup fails')\ndef handler(e, c): pass",
            {},
            "Exception",
            "Runtime startup fails",
        ),
    ],
)
def test_a_failed_init_fails_the_invocation(deploy, invoke, source, options, error_type, message):
    deploy("f", source, **options)
    result = invoke("f")
    assert result.error == "Unhandled"
    assert (result.value["errorType"], result.value["errorMessage"]) == (error_type, message)
    assert result.value["requestId"] == ""
    assert (
        f"INIT_REPORT Init Duration: 100.00 ms\tPhase: init\tStatus: error\tError Type: {error_type}"
        in result.log
    )
    assert (
        f"INIT_REPORT Init Duration: 100.00 ms\tPhase: invoke\tStatus: error\tError Type: {error_type}"
        in result.log
    )
    assert result.log[-1].endswith(f"\tStatus: error\tError Type: {error_type}")


def test_the_log_of_a_failed_init_begins_with_a_warning_of_the_runtime(deploy, invoke, log_events):
    deploy("f", "import pandas\ndef handler(event, context): pass")
    invoke("f")
    _start, warning, error, *_ = [message for _, message in log_events("f")]
    assert warning.startswith("[WARNING]\t2026-01-05T09:00:")
    assert "Z\t\tLAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in" in warning
    assert error.startswith("[ERROR] Runtime.ImportModuleError: Unable to import module 'index'")


def test_a_syntax_error_names_the_line(deploy, invoke):
    deploy("f", "x = 1\ndef handler(e, c)\n    pass\n")
    value = invoke("f").value
    assert value["errorType"] == "Runtime.UserCodeSyntaxError"
    assert value["errorMessage"].startswith("Syntax error in module 'index': ")
    assert value["stackTrace"][0].startswith('  File "/var/task/index.py" Line 2\n    def handler(e, c)')


def test_a_failed_init_is_tried_again_by_the_next_invocation(deploy, invoke, lab):
    source = """
        import boto3
        if not boto3.client("iam").list_users()["Users"]:
            raise RuntimeError("not ready")
        def handler(event, context):
            return "ready"
    """
    deploy("f", source)
    assert invoke("f").error == "Unhandled"
    lab.client("iam").create_user(UserName="u")
    assert invoke("f").value == "ready"


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("sys.exit()", "Runtime exited without providing a reason"),
        ("sys.exit(127)", "Runtime exited with error: exit status 127"),
        ("sys.exit('message')", "Runtime exited with error: exit status 1"),
        ("raise KeyboardInterrupt", "Runtime exited with error: exit status 1"),
    ],
)
def test_an_exit_ends_the_environment(deploy, invoke, call, reason):
    deploy(
        "f",
        f"import sys\nn = 0\ndef handler(e, c):\n    global n\n    n += 1\n    if e: {call}\n    return n",
    )
    result = invoke("f", 1)
    assert result.value["errorType"] == "Runtime.ExitError"
    assert re.fullmatch(f"RequestId: {REQUEST} Error: {reason}", result.value["errorMessage"])
    assert "Runtime.ExitError" in result.log
    assert result.log[-1].endswith("\tStatus: error\tError Type: Runtime.ExitError")
    assert invoke("f", 0).value == 1


def test_a_handler_times_out_in_virtual_time(lab, deploy, invoke, log_events):
    deploy(
        "f",
        "import time\nn = 0\ndef handler(e, c):\n    global n\n    n += 1\n    time.sleep(e)\n    return n",
        Timeout=3,
    )
    assert invoke("f", 0).value == 1
    before = lab.now
    result = invoke("f", 60)
    assert lab.now - before == datetime.timedelta(seconds=3, milliseconds=1)
    assert result.error == "Unhandled"
    assert result.value["errorType"] == "Sandbox.Timedout"
    assert re.fullmatch(
        f"RequestId: {REQUEST} Error: Task timed out after 3.00 seconds", result.value["errorMessage"]
    )
    request_id = result.value["errorMessage"].split()[1]
    assert f"2026-01-05T09:00:04.104Z {request_id} Task timed out after 3.00 seconds" in result.log
    assert "Duration: 3000.00 ms\tBilled Duration: 3000 ms" in result.log[-1]
    assert result.log[-1].endswith("\tStatus: timeout")
    assert invoke("f", 0).value == 1


def test_a_dead_function_does_nothing_more(lab, deploy, invoke):
    deploy(
        "f",
        """
        import time, boto3
        iam = boto3.client("iam")
        def handler(event, context):
            try:
                time.sleep(60)
            finally:
                print("cleaning up")
                iam.create_user(UserName="ghost")
        """,
    )
    result = invoke("f")
    assert result.value["errorType"] == "Sandbox.Timedout"
    assert "cleaning up" not in result.log
    assert lab.client("iam").list_users()["Users"] == []


def test_a_timeout_cannot_be_caught(deploy, invoke):
    deploy(
        "f",
        "import time\ndef handler(e, c):\n    try:\n        time.sleep(60)\n    except:\n       "
        " return 'survived'",
    )
    assert invoke("f").value["errorType"] == "Sandbox.Timedout"


def test_a_timeout_that_is_caught_for_ever_is_an_ordinary_timeout(deploy, invoke):
    deploy(
        "f",
        """
        import time
        def handler(event, context):
            while True:
                try:
                    time.sleep(60)
                except BaseException:
                    pass
        """,
    )
    result = invoke("f")
    assert result.value["errorType"] == "Sandbox.Timedout"
    assert not any("workbook" in line for line in result.log)


def test_a_handler_times_out_inside_a_long_poll(lab, sqs, deploy, invoke):
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    deploy(
        "f",
        """
        import boto3
        sqs = boto3.client("sqs")
        def handler(event, context):
            return sqs.receive_message(QueueUrl=event, WaitTimeSeconds=20)
        """,
        Timeout=5,
    )
    before = lab.now
    assert invoke("f", url).value["errorType"] == "Sandbox.Timedout"
    assert datetime.timedelta(seconds=5) <= lab.now - before <= datetime.timedelta(seconds=5.2)


def test_a_caller_that_times_out_does_not_stop_the_callee(lab, deploy, invoke):
    deploy(
        "inner",
        "import time, boto3\ndef handler(e, c):\n    time.sleep(10)\n    "
        "boto3.client('iam').create_user(UserName='u')",
        Timeout=30,
    )
    deploy(
        "outer", "import boto3\ndef handler(e, c):\n    boto3.client('lambda').invoke(FunctionName='inner')"
    )
    assert invoke("outer").value["errorType"] == "Sandbox.Timedout"
    iam = lab.client("iam")
    assert iam.list_users()["Users"] == []
    lab.advance(10)
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["u"]


def test_a_handler_that_spins_is_stopped_and_counts_as_a_timeout(lab, deploy, invoke):
    deploy("f", "def handler(e, c):\n    while True:\n        pass")
    lab.world.kernel.real_time_limit = 0.3
    before = lab.now
    result = invoke("f")
    assert result.value["errorType"] == "Sandbox.Timedout"
    assert lab.now - before == datetime.timedelta(seconds=3, milliseconds=101)
    assert any("counts as a timeout" in line for line in result.log)


def test_an_init_of_more_than_ten_seconds_is_run_again_in_the_invocation(deploy, invoke):
    deploy("f", "import time\ntime.sleep(12)\ndef handler(e, c):\n    return 'done'", Timeout=20)
    result = invoke("f")
    assert result.value == "done"
    assert "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout" in result.log
    assert "Duration: 12100.00 ms" in result.log[-1]


def test_an_init_longer_than_the_timeout_fails(deploy, invoke):
    deploy("f", "import time\ntime.sleep(12)\ndef handler(e, c):\n    return 'done'", Timeout=5)
    result = invoke("f")
    assert result.value["errorType"] == "Sandbox.Timedout"
    assert "INIT_REPORT Init Duration: 5000.00 ms\tPhase: invoke\tStatus: timeout" in result.log
    assert any(line.endswith("Task timed out after 5.00 seconds") for line in result.log)
