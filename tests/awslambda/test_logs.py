"""CloudWatch Logs: what a function writes, as recorded in AWS."""

import base64
import re

REQUEST = r"[0-9a-f-]{36}"


def test_the_log_of_a_cold_start(lab, deploy, invoke, log_events):
    deploy("f", "import time\ndef handler(event, context):\n    print(event)\n    time.sleep(0.0031)")
    invoke("f", {})
    patterns = [
        (
            r"INIT_START Runtime Version: python:3\.13\.v\d+\tRuntime Version ARN: "
            r"arn:aws:lambda:us-east-1::runtime:\w+\n"
        ),
        rf"START RequestId: {REQUEST} Version: \$LATEST\n",
        r"\{\}\n",
        rf"END RequestId: {REQUEST}\n",
        (
            rf"REPORT RequestId: {REQUEST}\tDuration: 3\.10 ms\tBilled Duration: 104 ms\tMemory Size: "
            rf"128 MB\t"
            r"Max Memory Used: \d+ MB\tInit Duration: 100\.00 ms\t\n"
        ),
    ]
    messages = [message for _, message in log_events("f")]
    assert len(messages) == len(patterns)
    for message, pattern in zip(messages, patterns, strict=True):
        assert re.fullmatch(pattern, message), message


def test_events_carry_the_virtual_time_of_their_line(lab, deploy, invoke, log_events):
    deploy("f", "import time\ndef handler(e, c):\n    print('one')\n    time.sleep(2)\n    print('two')")
    invoke("f")
    times = {message: timestamp for timestamp, message in log_events("f")}
    assert times["two\n"] - times["one\n"] == 2000


def test_a_record_of_logging_is_one_event_with_level_time_and_request(deploy, invoke, log_events):
    deploy(
        "f",
        "import logging\nlogging.getLogger().setLevel('INFO')\ndef handler(e, c):\n    "
        "logging.info('two\\nlines')",
    )
    invoke("f")
    (message,) = [message for _, message in log_events("f") if "lines" in message]
    assert re.fullmatch(rf"\[INFO\]\t2026-01-05T09:00:01\.\d{{3}}Z\t{REQUEST}\ttwo\nlines\n", message)


def test_the_root_logger_is_at_warning_and_basic_config_changes_nothing(deploy, invoke):
    deploy(
        "f",
        """
        import logging
        logging.basicConfig(level=logging.DEBUG)
        def handler(event, context):
            logging.info("too quiet")
            logging.warning("loud")
            logging.getLogger("a.b").error("louder")
        """,
    )
    log = "\n".join(invoke("f").log)
    assert "too quiet" not in log
    assert "\tloud" in log
    assert "\tlouder" in log


def test_every_line_that_is_printed_is_an_event(deploy, invoke, log_events):
    deploy("f", "def handler(e, c):\n    print('a\\nb')\n    print()\n    print('c', 'd', sep='-', end='')")
    invoke("f")
    messages = [message for _, message in log_events("f")]
    assert messages[2:6] == ["a\n", "b\n", "\n", "c-d"]


def test_each_environment_has_a_stream_of_its_own(lab, deploy, invoke, aws_lambda):
    deploy("f", "def handler(e, c):\n    return c.log_stream_name")
    first = invoke("f").value
    assert invoke("f").value == first
    lab.advance(days=1)
    assert invoke("f").value.startswith("2026/01/06/[$LATEST]")
    aws_lambda.publish_version(FunctionName="f")
    assert "[1]" in invoke("f", Qualifier="1").value


def test_a_function_can_log_to_a_group_of_ones_own(lab, deploy, invoke):
    deploy("f", "def handler(e, c):\n    return c.log_group_name", LoggingConfig={"LogGroup": "shared"})
    assert invoke("f").value == "shared"
    groups = lab.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["shared"]


def test_the_tail_is_the_last_4_kb(deploy, aws_lambda):
    deploy("f", "def handler(e, c):\n    for n in range(1000): print('line', n)")
    tail = base64.b64decode(aws_lambda.invoke(FunctionName="f", LogType="Tail")["LogResult"])
    assert len(tail) == 4096
    assert b"REPORT RequestId" in tail
    assert "LogResult" not in aws_lambda.invoke(FunctionName="f")
