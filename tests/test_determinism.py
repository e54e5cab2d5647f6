"""Same seed, same program: the same trace to the last byte, in any process, time zone and thread schedule."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
sys.setswitchinterval(float(sys.argv[1]))
import json, logging
from workbook import Chaos, Lab

lab = Lab(seed=7, chaos=Chaos(duplicates=0.2, reordering=0.2, missed_polls=0.1))
sqs, lambda_ = lab.client("sqs"), lab.client("lambda")
outputs = []

dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]["QueueArn"]
url = sqs.create_queue(QueueName="orders", Attributes={
    "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}),
    "VisibilityTimeout": "60",
})["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["QueueArn"]
lab.function("worker", '''
import json, random, time, uuid
def handler(event, context):
    print({"a", "b", "c"} and uuid.uuid4(), random.random(), time.time())
    time.sleep(random.uniform(0.1, 2))
    if any("poison" in record["body"] for record in event["Records"]):
        raise ValueError("poison")
''')
lambda_.create_event_source_mapping(EventSourceArn=arn, FunctionName="worker", BatchSize=2)
for number in range(12):
    outputs.append(sqs.send_message(QueueUrl=url, MessageBody="poison" if number == 5 else str(number)))
lab.run_until_idle()
outputs.append(sqs.receive_message(QueueUrl=dead, AttributeNames=["All"], WaitTimeSeconds=5))
logs = lab.client("logs")
for stream in logs.describe_log_streams(logGroupName="/aws/lambda/worker")["logStreams"]:
    name = stream["logStreamName"]
    outputs.append(logs.get_log_events(logGroupName="/aws/lambda/worker", logStreamName=name)["events"])
for output in outputs:
    print(output)
print(lab.trace.text())
for hop in lab.trace:
    print(tuple(hop[:-1]), dict(hop.facts))
"""


def run(switch_interval, **environment):
    inherited = {name: value for name, value in os.environ.items() if name not in {"PYTHONHASHSEED", "TZ"}}
    command = [sys.executable, "-c", PROGRAM, str(switch_interval)]
    result = subprocess.run(command, env=inherited | environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def reference():
    output = run(0.005, PYTHONHASHSEED="0", TZ="UTC")
    assert "dead-letter" in output
    return output


@pytest.mark.parametrize(
    ("switch_interval", "environment"),
    [
        (0.005, {"PYTHONHASHSEED": "77", "TZ": "UTC"}),
        (0.005, {"PYTHONHASHSEED": "0", "TZ": "Asia/Tokyo"}),
        (1e-6, {"PYTHONHASHSEED": "random", "TZ": "America/New_York"}),
    ],
)
def test_two_processes_give_the_same_bytes(reference, switch_interval, environment):
    assert run(switch_interval, **environment) == reference
