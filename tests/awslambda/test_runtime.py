"""Execution environments: cold and warm starts, and what a handler can and cannot see."""

import base64
import datetime
import json
import logging
import time

import pytest

from workbook.aws import awslambda
from workbook.packaging import package, zip_of

COUNTING = """
    count = 0
    def handler(event, context):
        global count
        count += 1
        return count
"""


def test_globals_survive_from_one_invocation_to_the_next(deploy, invoke):
    deploy("f", COUNTING)
    assert [invoke("f").value for _ in range(3)] == [1, 2, 3]


def test_only_a_cold_start_has_an_init(lab, deploy, invoke):
    deploy("f", COUNTING)
    cold, warm = invoke("f"), invoke("f")
    assert "Init Duration: 100.00 ms" in cold.log[-2] + cold.log[-1]
    assert not any("Init Duration" in line for line in warm.log)
    hops = [hop for hop in lab.trace if hop.kind == "invoke"]
    assert [hop.facts["start"] for hop in hops] == ["cold", "warm"]
    assert [hop.facts["billed_milliseconds"] for hop in hops] == [101, 1]


def test_init_takes_virtual_time_and_the_handler_at_least_a_millisecond(lab, deploy, aws_lambda):
    deploy("f", COUNTING)
    before = lab.now
    aws_lambda.invoke(FunctionName="f")
    assert lab.now - before == datetime.timedelta(milliseconds=100 + 1 + 1)
    before = lab.now
    aws_lambda.invoke(FunctionName="f")
    assert lab.now - before == datetime.timedelta(milliseconds=1 + 1)


def test_an_idle_environment_is_gone_after_ten_minutes(lab, deploy, invoke):
    deploy("f", COUNTING)
    invoke("f")
    lab.advance(minutes=9)
    assert invoke("f").value == 2
    lab.advance(minutes=11)
    assert invoke("f").value == 1


def test_a_change_of_settings_makes_new_environments(lab, aws_lambda, deploy, invoke):
    deploy("f", COUNTING)
    invoke("f")
    aws_lambda.update_function_configuration(FunctionName="f", Timeout=4)
    assert invoke("f").value == 2
    lab.advance(1)
    assert invoke("f").value == 1


def test_a_busy_environment_is_not_shared(lab, deploy):
    arn = deploy(
        "f",
        "import time\nn = 0\ndef handler(e, c):\n    global n\n    n += 1\n    time.sleep(1)\n    return n",
    )
    ended = []

    def one():
        ended.append((awslambda.invoke(lab.world, arn, "{}").payload, lab.world.clock.now))

    for _ in range(3):
        lab.world.kernel.spawn(one, name="caller")
    lab.run_until_idle()
    assert [payload for payload, _ in ended] == ["1", "1", "1"]
    assert len({instant for _, instant in ended}) == 1
    for _ in range(2):
        lab.world.kernel.spawn(one, name="caller")
    lab.run_until_idle()
    assert [payload for payload, _ in ended[3:]] == ["2", "2"]


def test_functions_do_not_share_modules(lab, deploy, invoke):
    source = """
        import random
        random.mark = getattr(random, "mark", 0) + 1
        def handler(event, context):
            return random.mark
    """
    deploy("f", source)
    deploy("g", source)
    assert (invoke("f").value, invoke("g").value) == (1, 1)


def test_a_handler_sees_virtual_time(lab, deploy, invoke):
    deploy(
        "f",
        """
        import datetime, time, importlib
        from datetime import date
        from time import sleep
        def handler(event, context):
            start = time.time()
            sleep(0.25)
            importlib.import_module("time").sleep(0.25)
            today = str(datetime.datetime.now())[:10]
            return [time.time() - start, today, str(date.today()), time.strftime("%Y")]
        """,
    )
    lab.advance(days=30)
    assert invoke("f").value == [0.5, "2026-02-04", "2026-02-04", "2026"]
    assert abs(time.time() - lab.now.timestamp()) > 3600


def test_chance_in_a_handler_is_seeded(deploy, invoke):
    deploy(
        "f",
        """
        import os, random, secrets, uuid
        from random import random as draw
        def handler(event, context):
            drawn = [draw(), random.Random().random(), secrets.token_hex(4), os.urandom(4).hex()]
            return [*drawn, str(uuid.uuid4()), str(uuid.uuid1())]
        """,
    )
    first, second = invoke("f").value, invoke("f").value
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_environment_variables_are_the_functions_own(deploy, invoke, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_NOTEBOOK", "x")
    deploy(
        "f",
        """
        import os
        from os import environ
        os.environ["COUNT"] = str(int(os.environ.get("COUNT", 0)) + 1)
        def handler(event, context):
            return [environ["STAGE"], environ["AWS_REGION"], environ["AWS_LAMBDA_FUNCTION_NAME"],
                    "SECRET_OF_THE_NOTEBOOK" in environ, os.getenv("COUNT"), os.getenv("TZ")]
        """,
        Environment={"Variables": {"STAGE": "test"}},
    )
    assert invoke("f").value == ["test", "us-east-1", "f", False, "1", ":UTC"]


def test_logging_in_a_handler_does_not_touch_the_notebook(deploy, invoke):
    level, handlers = logging.getLogger().level, list(logging.getLogger().handlers)
    deploy(
        "f",
        """
        import logging
        logging.getLogger().setLevel(logging.DEBUG)
        def handler(event, context):
            logging.debug("seen")
        """,
    )
    assert any(line.endswith("\tseen") for line in invoke("f").log)
    assert (logging.getLogger().level, list(logging.getLogger().handlers)) == (level, handlers)


def test_logging_in_an_imported_module_goes_to_the_log_of_its_own_environment(aws_lambda, role, invoke, lab):
    files = {
        "index.py": "import helper\ndef handler(event, context):\n    helper.note(event)",
        "helper/__init__.py": "from helper.words import note",
        "helper/words.py": "import logging\ndef note(event):\n    logging.getLogger('words').warning(event)",
    }
    settings = {"Handler": "index.handler", "Runtime": "python3.13", "Role": role}
    for name in ("f", "g"):
        aws_lambda.create_function(FunctionName=name, Code={"ZipFile": zip_of(files)}, **settings)
    lab.advance(1)
    for name in ("f", "g", "f"):
        log = invoke(name, f"from {name}").log
        assert [line.partition("Z\t")[2].partition("\t")[2] for line in log if "from" in line] == [
            f"from {name}"
        ]


@pytest.mark.parametrize("look", ["sys.modules['logging']", "sys.modules.get('logging')"])
def test_who_takes_logging_out_of_sys_modules_gets_the_functions_own(deploy, invoke, look, caplog):
    deploy("f", f"import sys\ndef handler(event, context):\n    {look}.warning('seen')")
    assert any(line.endswith("\tseen") for line in invoke("f").log)
    assert caplog.records == []


def test_modules_that_keep_settings_are_the_functions_own_in_sys_modules_too(deploy, invoke):
    deploy(
        "f",
        """
        import sys
        def handler(event, context):
            first = sys.modules["random"]
            import random
            later = [sys.modules["random"], sys.modules.get("random"), dict(sys.modules)["random"]]
            return [each is first for each in [random, *later]]
        """,
    )
    assert invoke("f").value == [True] * 4


def test_records_tell_the_time_since_the_environment_began(deploy, invoke):
    deploy(
        "f",
        """
        import time
        def handler(event, context):
            time.sleep(2)
            import logging
            return logging.makeLogRecord({}).relativeCreated
        """,
    )
    assert invoke("f").value == pytest.approx(2100)  # an init takes 100 ms here


def test_print_does_not_reach_the_notebook(deploy, invoke, capsys):
    deploy("f", "import sys\ndef handler(e, c):\n    print('out')\n    print('err', file=sys.stderr)")
    assert {"out", "err"} <= set(invoke("f").log)
    assert capsys.readouterr() == ("", "")


def test_the_context_is_complete(lab, deploy, invoke):
    arn = deploy(
        "f",
        """
        def handler(event, c):
            c.log("from the context")
            return [c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb,
                    c.log_group_name, c.log_stream_name, c.aws_request_id, c.identity.cognito_identity_id,
                    c.client_context, c.get_remaining_time_in_millis()]
        """,
        Timeout=5,
        MemorySize=256,
    )
    result = invoke("f")
    stream, request_id = result.value[5], result.value[6]
    assert result.value == ["f", "$LATEST", arn, "256", "/aws/lambda/f", stream, request_id, None, None, 5000]
    assert stream.startswith("2026/01/05/[$LATEST]")
    assert len(stream.rpartition("]")[2]) == 32
    assert f"START RequestId: {request_id} Version: $LATEST" in result.log
    assert "from the context" in result.log


def test_a_client_context_reaches_the_handler(deploy, invoke):
    deploy("f", "def handler(e, c):\n    return [c.client_context.custom, c.client_context.client.app_title]")
    facts = {"custom": {"a": 1}, "client": {"app_title": "shop"}}
    encoded = base64.b64encode(json.dumps(facts).encode()).decode()
    assert invoke("f", ClientContext=encoded).value == [{"a": 1}, "shop"]


def test_the_context_prints_all_of_itself_and_no_address(deploy, invoke):
    deploy("f", "def handler(event, context):\n    return str(context)")
    shown = invoke("f", ClientContext=base64.b64encode(b'{"custom": {"a": 1}}').decode()).value
    assert shown.startswith("LambdaContext([aws_request_id=")
    assert shown.endswith(
        "function_version=$LATEST,invoked_function_arn=arn:aws:lambda:us-east-1:123456789012:function:f,"
        "client_context=ClientContext([custom={'a': 1},env=None,client=None]),"
        "identity=CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None]),tenant_id=None])"
    )


def test_a_handlers_calls_of_aws_are_caused_by_its_invocation(lab, deploy, invoke):
    deploy(
        "f", "import boto3\niam = boto3.client('iam')\ndef handler(e, c):\n    iam.create_user(UserName='u')"
    )
    invoke("f")
    (hop,) = [hop for hop in lab.trace if hop.kind == "invoke"]
    (call,) = [hop for hop in lab.trace if hop.resource == "iam:CreateUser"]
    assert call.causes == (hop.number,)
    assert lab.trace[hop.causes[0] - 1].resource == "lambda:Invoke"


def test_a_handler_can_invoke_another_function(deploy, invoke, lab):
    deploy("inner", "import time\ndef handler(e, c):\n    time.sleep(1)\n    return e['n'] * 2")
    deploy(
        "outer",
        """
        import boto3, json
        client = boto3.client("lambda")
        def handler(event, context):
            answer = client.invoke(FunctionName="inner", Payload=json.dumps({"n": 21}))
            return json.loads(answer["Payload"].read())
        """,
    )
    assert invoke("outer").value == 42


def test_a_module_that_lambda_does_not_have_cannot_be_imported(deploy, invoke):
    deploy("f", "import pandas\ndef handler(e, c):\n    pass")
    assert invoke("f").value["errorMessage"] == "Unable to import module 'index': No module named 'pandas'"


def test_the_notebook_cannot_be_imported(deploy, invoke):
    deploy("f", "import __main__\ndef handler(e, c):\n    return [hasattr(__main__, 'pytest'), __name__]")
    assert invoke("f").value == [False, "index"]


@pytest.mark.parametrize("module", ["asyncio", "subprocess", "multiprocessing", "concurrent.futures"])
def test_what_is_not_simulated_in_handlers_is_refused_by_name(deploy, invoke, module):
    deploy("f", f"import {module}\ndef handler(e, c):\n    pass")
    assert "does not simulate it inside handlers" in invoke("f").value["errorMessage"]


def test_threads_cannot_be_started(deploy, invoke):
    deploy("f", "import threading\ndef handler(e, c):\n    threading.Thread(target=print).start()")
    assert "does not simulate them inside handlers" in invoke("f").value["errorMessage"]


@pytest.mark.parametrize(
    ("wait", "answer"),
    [
        ("threading.Event().wait(2)", False),
        ("[lock.acquire(), lock.acquire(timeout=2)]", [True, False]),
        ("threading.Semaphore(0).acquire(timeout=2)", False),
        ("empty.get(timeout=2)", "Empty"),
    ],
)
def test_waiting_for_what_no_other_thread_can_bring_takes_virtual_time(lab, deploy, invoke, wait, answer):
    deploy(
        "f",
        f"""
        import queue, threading
        empty, lock = queue.Queue(), threading.Lock()
        def handler(event, context):
            try:
                return {wait}
            except queue.Empty:
                return "Empty"
        """,
    )
    before = lab.now
    assert invoke("f").value == answer
    assert 2 <= (lab.now - before).total_seconds() < 2.2


@pytest.mark.parametrize(
    "wait", ["queue.Queue().get()", "queue.SimpleQueue().get()", "threading.Event().wait()", "lock.acquire()"]
)
def test_waiting_for_ever_ends_at_the_function_s_timeout(deploy, invoke, wait):
    deploy(
        "f",
        f"""
        import queue, threading
        lock = threading.Lock()
        lock.acquire()
        def handler(event, context):
            {wait}
        """,
    )
    assert "Task timed out after 3.00 seconds" in invoke("f").value["errorMessage"]


def test_a_zip_can_hold_packages_and_data(lab, aws_lambda, role, invoke):
    files = {
        "app/__init__.py": b"from .numbers import ANSWER\n",
        "app/main.py": b"""
import json, os
from . import ANSWER
from .numbers import ANSWER as again
import app.numbers
import app.deep.er as er
def handler(event, context):
    with open(os.path.join(os.path.dirname(__file__), "data.json")) as file:
        data = json.load(file)
    return [ANSWER, again, app.numbers.ANSWER, er.NAME, data, open("top.txt").read(), __file__]
""",
        "app/numbers.py": b"ANSWER = 42\n",
        "app/deep/__init__.py": b"",
        "app/deep/er.py": b"NAME = __name__\n",
        "app/data.json": b'{"a": 1}',
        "top.txt": b"text",
    }
    aws_lambda.create_function(
        FunctionName="f",
        Role=role,
        Runtime="python3.13",
        Handler="app.main.handler",
        Code={"ZipFile": zip_of(files)},
    )
    lab.advance(1)
    assert invoke("f").value == [42, 42, 42, "app.deep.er", {"a": 1}, "text", "/var/task/app/main.py"]


def test_the_code_cannot_be_written_to(deploy, invoke):
    deploy("f", "def handler(e, c):\n    open('/var/task/x', 'w')")
    assert invoke("f").value["errorType"] == "OSError"


def test_a_stopped_function_does_not_stop_the_notebook(deploy, invoke):
    deploy("f", "import os\ndef handler(e, c):\n    os._exit(2)")
    assert invoke("f").value["errorMessage"].endswith("Runtime exited with error: exit status 2")


def test_a_traceback_in_a_handler_shows_its_source(deploy, invoke):
    deploy(
        "f",
        """
        import traceback
        def handler(event, context):
            try:
                return 1 / 0
            except ZeroDivisionError:
                return traceback.format_exc()
        """,
    )
    assert "return 1 / 0" in invoke("f").value


def test_a_package_from_a_function_runs(lab, invoke):
    def greet(event, context):
        import os  # noqa: PLC0415 - a handler brings its imports along

        return f"hello {event['name']} from {os.environ['AWS_LAMBDA_FUNCTION_NAME']}"

    assert package(greet).handler == "index.greet"
    lab.function("greeter", greet)
    lab.advance(1)
    assert invoke("greeter", {"name": "you"}).value == "hello you from greeter"
