"""What a learner could try to gain points, to see what is hidden, or to stop the grader.

Each is the text of an answer to `q-1`, whose function is `send_all(orders, pre_orders)`, or the cells of a
notebook. None of them may gain a point that its honest part does not earn.
"""

import textwrap


def answer(body, before=""):
    """An answer whose function has this body."""
    inside = textwrap.indent(textwrap.dedent(body), "    ")
    return f"{textwrap.dedent(before)}\ndef send_all(orders, pre_orders):\n{inside}\n"


ON_THE_CHECKER = {
    "patch what judges": answer("""
        import workbook.teaching.contract as contract
        import workbook.teaching.judge as judge
        contract.held = contract.broken = lambda **told: contract.Finding(holds=True)
        judge.judge = lambda *arguments, **options: None
        return []
    """),
    "patch builtins and unittest": answer("""
        import builtins
        import unittest
        builtins.all = builtins.any = builtins.sorted = builtins.len = lambda *arguments, **options: True
        unittest.TestCase.run = lambda *arguments: None
        return []
    """),
    "look for the grader's objects": answer("""
        import gc
        for thing in gc.get_objects():
            if type(thing).__name__ in ("Property", "Exercise", "Verdict", "TaskResult"):
                raise ValueError(f"found {thing!r}")
        return []
    """),
    "an import hook": answer(
        "return []",
        before="""
        import sys

        class Hook:
            def find_spec(self, name, path, target=None):
                if "grading" in name:
                    raise SystemExit("caught " + name)

        sys.meta_path.insert(0, Hook())
        """,
    ),
    "say that it is right": answer('print("passed: True, points: 5")\nreturn {"passed": True, "points": 5}'),
}
"""They do nothing, and earn what a function earns that does nothing."""

READING = """
    import os
    import sys
    seen = []
    for top in ("/root", "/home", "/work", "/course", "/tmp", "/etc", "/var", "/opt", "/srv", sys.prefix):
        for folder, _, files in os.walk(top):
            seen += [os.path.join(folder, file) for file in files]
    names = ("dead_letter_queues.py", "01_queues.json", "secret_situations.py", "gradebook.db", "shadow")
    found = [path for path in seen if path.endswith(tuple("/" + name for name in names))]
    raise ValueError(f"found {found} of {len(seen) > 1000}")
"""
ENVIRONMENT = """
    import os
    others = [name for name in os.listdir("/proc") if name.isdecimal()]
    files = [f"/proc/{name}/environ" for name in others]
    told = "".join(open(file, errors="replace").read() for file in files if os.access(file, os.R_OK))
    raise ValueError(f"{sorted(os.environ)} | {'a secret' in told} | {len(others) < 12} | {os.getuid() != 0}")
"""
NETWORK = """
    import socket
    def reached(family, kind, address):
        try:
            with socket.socket(family, kind) as plug:
                plug.settimeout(1)
                plug.connect(address)
                plug.send(b"x")
        except OSError:
            return False
        return True
    tried = [
        reached(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)) for port in (PORT, 22, 80, 8888)
    ]
    tried.append(reached(socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)))
    tried.append(reached(socket.AF_UNIX, socket.SOCK_STREAM, "NAME"))
    raise ValueError(f"reached {any(tried)}")
"""


def on_the_channel(*frames):
    """Write these to every file descriptor that there is."""
    return answer(f"""
        import os
        import struct
        for number in range(3, 40):
            for content in {list(frames)!r}:
                try:
                    os.write(number, struct.pack(">I", len(content)) + content)
                except OSError:
                    pass
        return []
    """)


TAMPERING = {
    "no JSON": on_the_channel(b"hello"),
    "no object": on_the_channel(b"[1, 2]"),
    "deep JSON": on_the_channel(b"[" * 50_000 + b"]" * 50_000),
    "a frame of nobody": on_the_channel(b'{"passed": true, "points": 5}'),
    "a frame of another conversation": on_the_channel(b'{"conversation": 99, "done": []}'),
    "a word that nobody says": on_the_channel(
        *(b'{"conversation": %d, "ask": "trace"}' % number for number in range(1, 9))
    ),
    "time that goes back": on_the_channel(
        *(b'{"conversation": %d, "ask": "sleep", "seconds": -5}' % number for number in range(1, 9))
    ),
}
"""Frames that the library never sends: no points, and a line for the instructor."""

ASK_WITHOUT_END = """\
import json, os, stat, struct
ask = {"conversation": 2, "ask": "aws", "service": "sqs", "operation": "x" * 3_000}
content = json.dumps(ask).encode()
for number in range(3, 40):
    try:
        while stat.S_ISSOCK(os.fstat(number).st_mode):
            os.write(number, struct.pack(">I", len(content)) + content)
    except OSError:
        pass
"""
ENDING = {
    "sys.exit": (answer("import sys\nsys.exit(0)"), "exit"),
    "os._exit": (answer("import os\nos._exit(0)"), "exit"),
    "kill the parent": (answer("import os\nos.kill(os.getppid(), 9)"), "exit"),
    "kill everything": (answer("import os\nos.kill(-1, 9)"), "exit"),
    "an abort in C": (answer("import ctypes\nctypes.string_at(0)"), "exit"),
    "compute for ever": (answer("while True:\n    pass"), "busy"),
    "compute for ever, and catch all": (
        answer("""
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        """),
        "busy",
    ),
    "end the process when told to end": (
        answer("""
            import os
            try:
                while True:
                    pass
            except BaseException:
                os._exit(1)
        """),
        "busy",
    ),
    "wait for ever in C": (answer("import select\nselect.select([], [], [], 10_000)"), "busy"),
    "call AWS for ever": (
        answer("import boto3\nsqs = boto3.client('sqs')\nwhile True:\n    sqs.list_queues()"),
        "busy",
    ),
    "start programs for ever": (
        answer("""
            while True:
                lab.program("another", print)
        """),
        "busy",
    ),
    "print for ever": (answer("while True:\n    print('x' * 100_000)"), "busy"),
    "store for ever": (
        answer("""
            import boto3
            s3 = boto3.client("s3")
            s3.create_bucket(Bucket="attic")
            while True:
                s3.put_object(Bucket="attic", Key="box", Body=b"x" * 4_000_000)
        """),
        "busy",
    ),
    "stop, and read nothing more": (
        answer("""
            import os
            import select
            import signal
            os.kill(os.getpid(), signal.SIGSTOP)
            select.select([], [], [], 10_000)  # another thread may take the signal first
        """),
        "busy",
    ),
    "ask without end, and take no answer": (
        answer(
            "import os, signal\n"
            "if os.fork():\n"
            "    os.kill(os.getpid(), signal.SIGSTOP)  # also what takes answers\n" + ASK_WITHOUT_END
        ),
        "exit",
    ),
    "ask without end, and take each answer": (answer(ASK_WITHOUT_END), "busy"),
    "all memory": (
        answer("import mmap\nboxes = []\nwhile True:\n    boxes.append(mmap.mmap(-1, 100_000_000))"),
        "exception",
    ),
    "the whole disk": (
        answer("""
            for number in range(10_000):
                with open(f"/tmp/{number}", "wb") as file:
                    file.write(b"x" * 8_000_000)
        """),
        "exception",
    ),
    "the account of somebody else": (
        answer("""
            import boto3
            keys = {"aws_access_key_id": "AKIA999999999999LABX", "aws_secret_access_key": "x"}
            boto3.client("sqs", **keys).list_queues()
        """),
        "exception",
    ),
    "the lab's trace": (answer("lab.trace"), "exception"),
    "the lab's end": (answer("lab.close()"), "exception"),
}
"""Answers that end, or have to be ended, with the kind of trouble that is told."""

FORK_BOMB = answer("""
    import os
    while True:
        try:
            os.fork()
        except OSError:
            pass
""")
OUTLIVING = answer("""
    import os
    import select
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            select.select([], [], [], 10_000)
        os._exit(0)
    return []
""")

_TRANSFORMER = """
import ast

class Empty(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

get_ipython().ast_transformers.append(Empty())
"""
_FRAMES = """
import os
import struct

frame = b'{"handed in": "q-1", "points": 5, "passed": true}'
for number in range(3, 40):
    try:
        os.write(number, struct.pack(">I", len(frame)) + frame)
    except OSError:
        pass
"""
NOTEBOOKS = {
    "check is defined anew": ["def check(*arguments):\n    return 'passed'", 'check("q-1")'],
    "the stand-in is patched": ["import workbook.teaching\nworkbook.teaching.check = print"],
    "a cell ends the process": ["import os\nos._exit(0)"],
    "a cell raises": ["raise SystemExit"],
    "a syntax-tree transformer": [_TRANSFORMER],
    "an input transformer": ["get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])"],
    "a shell command": ["!cat /etc/shadow /course/workbook/teaching/texts/*", "%system id"],
    "frames on the channel": [_FRAMES],
}
"""Cells of notebooks whose task has not been done."""


def system(handler):
    """An answer to `sl-1`: a right system, but for what its handler does first."""
    inside = textwrap.indent(textwrap.dedent(handler), "        ")
    return f"""
import json
import boto3

def build(lab):
    def handler(event, context):
{inside}
        import boto3
        sqs = boto3.client("sqs")
        url = sqs.get_queue_url(QueueName="work-orders")["QueueUrl"]
        failed = []
        for record in event["Records"]:
            lamp, colon, _ = record["body"].partition(":")
            if not colon:
                failed.append({{"itemIdentifier": record["messageId"]}})
            else:
                sqs.send_message(QueueUrl=url, MessageBody=lamp)
        return {{"batchItemFailures": failed}}

    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="work-orders")
    dead = sqs.create_queue(QueueName="dead-reports")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({{"deadLetterTargetArn": arn, "maxReceiveCount": 3}})
    reports = sqs.create_queue(QueueName="reports", Attributes={{"RedrivePolicy": redrive}})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=reports, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    lab.function("foreman", handler, Timeout=3)
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=arn, FunctionName="foreman", FunctionResponseTypes=["ReportBatchItemFailures"]
    )
"""


HANDLERS = {
    "ends its worker in C": "import ctypes\nctypes.string_at(0)",
    "computes for ever": "while True:\n    pass",
    "raises what no handler raises": "raise KeyboardInterrupt",
    "ends itself": "import os\nos._exit(0)",
    "prints without end": "while True:\n    print('x' * 50_000)",
}
"""Handlers that attack the process that they run in; an honest one earns 6 points."""

SIDE_DOOR = """
def definition(read_page):
    import boto3
    import json
    functions = boto3.client("lambda")
    told = []
    for function in functions.list_functions()["Functions"]:
        named = {"FunctionName": function["FunctionName"]}
        SETTINGS
        functions.get_waiter("function_updated_v2").wait(**named)
        functions.invoke(**named, Payload=json.dumps("open('MARK', 'w').close()"))
        told.append(function["FunctionName"])
    raise ValueError(f"opened {told}")
"""
SETTINGS = {
    "another handler": 'functions.update_function_configuration(**named, Handler="cProfile.run")',
    "another handler by a workflow": """
        import time
        iam, workflows = boto3.client("iam"), boto3.client("stepfunctions")
        principal = {"Service": "states.amazonaws.com"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        role = iam.create_role(RoleName="door", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_role_policy(RoleName="door", PolicyName="all", PolicyDocument=policy)
        change = "arn:aws:states:::aws-sdk:lambda:updateFunctionConfiguration"
        settings = {**named, "Handler": "cProfile.run"}
        state = {"Type": "Task", "Resource": change, "Parameters": settings, "End": True}
        machine = json.dumps({"StartAt": "Change", "States": {"Change": state}})
        arn = workflows.create_state_machine(name="door", definition=machine, roleArn=role)["stateMachineArn"]
        workflows.start_execution(stateMachineArn=arn)
        time.sleep(30)
""",
}
"""Changes to the exercise's own function, whose code the judge trusts: with it, its event would be run."""
