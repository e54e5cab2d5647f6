"""Random histories of a lab: what somebody may ask of it, in any order, with time passing in between."""

import io
import json
import zipfile

from asking import ACCOUNT, aws, control
from hypothesis import strategies as st

ROLE = f"arn:aws:iam::{ACCOUNT}:role/all"
QUEUES = [f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{name}" for name in ("orders", "late")]
ARNS = [f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}" for name in ("orders", "late")]
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:waits"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
                "Service": ["lambda.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com"]
            },
            "Action": "sts:AssumeRole",
        }
    ],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
HANDLER = """
import time, random, boto3
def handler(event, context):
    time.sleep(random.random())
    for record in event.get("Records", []):
        boto3.client("sqs").send_message(QueueUrl=%r, MessageBody=record["body"] + "!")
    return "done"
"""


def zipped(code):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as bundle:
        bundle.writestr("index.py", code)
    return content.getvalue()


def preparation():
    """The requests that set the system up: two queues, a function between them, a state machine that
    waits."""
    definition = {
        "StartAt": "Wait",
        "States": {
            "Wait": {"Type": "Wait", "Seconds": 20, "Next": "Tell"},
            "Tell": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": QUEUES[1], "MessageBody": "waited"},
                "End": True,
            },
        },
    }
    return [
        aws("iam", "CreateRole", RoleName="all", AssumeRolePolicyDocument=json.dumps(TRUST)),
        aws("iam", "PutRolePolicy", RoleName="all", PolicyName="all", PolicyDocument=json.dumps(ALLOW)),
        aws("sqs", "CreateQueue", QueueName="orders"),
        aws("sqs", "CreateQueue", QueueName="late"),
        aws(
            "lambda",
            "CreateFunction",
            FunctionName="work",
            Runtime="python3.13",
            Role=ROLE,
            Handler="index.handler",
            Timeout=20,
            Code={"ZipFile": zipped(HANDLER % QUEUES[1])},
        ),
        aws("lambda", "CreateEventSourceMapping", FunctionName="work", EventSourceArn=ARNS[0], BatchSize=2),
        aws(
            "stepfunctions",
            "CreateStateMachine",
            name="waits",
            definition=json.dumps(definition),
            roleArn=ROLE,
        ),
    ]


def schedule(name, minutes):
    target = {"Arn": ARNS[1], "RoleArn": ROLE, "Input": name}
    return aws(
        "scheduler",
        "CreateSchedule",
        Name=name,
        ScheduleExpression=f"rate({minutes} minutes)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )


queues = st.sampled_from(QUEUES)
requests = st.one_of(
    st.builds(
        lambda url, body, delay: aws(
            "sqs", "SendMessage", QueueUrl=url, MessageBody=body, DelaySeconds=delay
        ),
        queues,
        st.sampled_from(["one", "zwei", "三", "x" * 300]),
        st.integers(0, 900),
    ),
    st.builds(
        lambda url: aws("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=5, WaitTimeSeconds=2),
        queues,
    ),
    st.builds(lambda url: aws("sqs", "PurgeQueue", QueueUrl=url), queues),
    st.builds(lambda: aws("stepfunctions", "StartExecution", stateMachineArn=MACHINE)),
    st.builds(lambda: aws("lambda", "Invoke", FunctionName="work", InvocationType="Event", Payload=b"{}")),
    st.builds(schedule, st.sampled_from(["tick", "tock"]), st.integers(1, 5)),
    st.builds(
        lambda seconds: control("POST", "/time/advance", seconds=seconds),
        st.sampled_from([0, 0.25, 7, 61, 3600]),
    ),
    st.builds(lambda: control("POST", "/time/run-until-idle", limit=120)),
    st.builds(lambda: control("POST", "/time/advance", seconds=-5)),
)
histories = st.lists(requests, max_size=12)
