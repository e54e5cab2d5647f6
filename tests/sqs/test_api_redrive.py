"""RedrivePolicy, RedriveAllowPolicy and message move tasks: what is checked, and in which words."""

from __future__ import annotations

import base64
import json

import pytest
from refusals import refused

ACCOUNT = "123456789012"
ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}"
UNSUPPORTED = (
    "Invalid value for the parameter RedriveAllowPolicy. Reason: Amazon SQS can't "
    "create the redrive allow policy, "
    "as it\u2019s in an unsupported format."
)


@pytest.fixture
def source(sqs):
    return sqs.create_queue(QueueName="source")["QueueUrl"]


@pytest.fixture
def dead(sqs):
    return sqs.create_queue(QueueName="dead")["QueueUrl"]


def redrive(target="dead", count=5):
    return json.dumps({"deadLetterTargetArn": f"{ARN}:{target}", "maxReceiveCount": count})


def set_redrive(sqs, queue, text):
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"RedrivePolicy": text})


class TestRedrivePolicy:
    @pytest.mark.parametrize("text", [" ", "4", "[]", "badjson", '"text"', "null"])
    def test_it_is_a_json_object(self, sqs, source, text):
        expected = (
            "Invalid value for the parameter RedrivePolicy. Reason: Redrive policy is not a valid JSON map."
        )
        with refused("InvalidAttributeValue", expected):
            set_redrive(sqs, source, text)

    @pytest.mark.parametrize(
        ("policy", "reason"),
        [
            ({}, "Redrive policy does not contain mandatory attribute: maxReceiveCount."),
            (
                {"maxReceiveCount": 5},
                "Redrive policy does not contain mandatory attribute: deadLetterTargetArn.",
            ),
            (
                {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42},
                "Invalid value for deadLetterTargetArn.",
            ),
            (
                {"deadLetterTargetArn": f"{ARN}:dead", "maxReceiveCount": -36},
                "Invalid value for maxReceiveCount: -36, valid values are from 1 to 1000 both inclusive.",
            ),
            (
                {"deadLetterTargetArn": f"{ARN}:dead", "maxReceiveCount": 1001},
                "Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.",
            ),
            (
                {"deadLetterTargetArn": f"{ARN}:dead", "maxReceiveCount": 5, "dummyField": "dummy value"},
                "Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn].",
            ),
            (
                {"deadLetterTargetArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:topic", "maxReceiveCount": 5},
                "Only SQS queues are valid resources for deadLetterTargetArn.",
            ),
            (
                {"deadLetterTargetArn": f"{ARN}:nowhere", "maxReceiveCount": 5},
                "Dead letter target does not exist.",
            ),
            (
                {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:999999999999:dead", "maxReceiveCount": 5},
                "Dead-letter target owner should be same as the source.",
            ),
        ],
    )
    def test_its_members_are_checked_in_aws_words(self, sqs, source, dead, policy, reason):
        text = json.dumps(policy)
        with refused(
            "InvalidParameterValue", f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"
        ):
            set_redrive(sqs, source, text)
        with refused("InvalidParameterValue"):
            sqs.create_queue(QueueName="new", Attributes={"RedrivePolicy": text})

    def test_sqs_18_source_and_dead_letter_queue_are_of_the_same_type(self, sqs, source, dead):
        sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})
        fifo = sqs.create_queue(QueueName="source.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        reason = "Reason: Dead-letter queue must be same type of queue as the source.."
        with refused(
            "InvalidParameterValue",
            f"Value {redrive('dead.fifo')} for parameter RedrivePolicy is invalid. {reason}",
        ):
            set_redrive(sqs, source, redrive("dead.fifo"))
        with refused(
            "InvalidParameterValue",
            f"Value {redrive('dead')} for parameter RedrivePolicy is invalid. {reason}",
        ):
            set_redrive(sqs, fifo, redrive("dead"))
        set_redrive(sqs, fifo, redrive("dead.fifo"))

    @pytest.mark.parametrize("count", [1, 1000, "3"])
    def test_it_is_given_back_with_a_number_and_taken_away_by_an_empty_text(self, sqs, source, dead, count):
        set_redrive(sqs, source, redrive(count=count))
        shown = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["RedrivePolicy"])
        compact = f'{{"deadLetterTargetArn":"{ARN}:dead","maxReceiveCount":{int(count)}}}'
        assert shown["Attributes"] == {"RedrivePolicy": compact}
        set_redrive(sqs, source, "")
        assert "Attributes" not in sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["RedrivePolicy"])


class TestRedriveAllowPolicy:
    @pytest.mark.parametrize(
        "policy",
        [
            "badjson",
            "[]",
            "444",
            "{}",
            '{"redrivePermission": "dummy"}',
            '{"redrivePermission": "allowAll", "dummy": "value"}',
            '{"redrivePermission": "byQueue", "sourceQueueArns": "arn:aws:sqs"}',
            '{"redrivePermission": "byQueue", "sourceQueueArns": [{}]}',
        ],
    )
    def test_its_form_is_checked(self, sqs, dead, policy):
        with refused("InvalidAttributeValue", UNSUPPORTED):
            sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": policy})

    @pytest.mark.parametrize(
        ("policy", "reason"),
        [
            (
                {"redrivePermission": "byQueue"},
                (
                    "When you specify the byQueue permission type, you must also specify one "
                    "or more sourceQueueArns values."
                ),
            ),
            (
                {"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:x{n}" for n in range(11)]},
                "The maximum number of source queue ARNs you can specify is 10.",
            ),
            (
                {"redrivePermission": "denyAll", "sourceQueueArns": [f"{ARN}:x"]},
                "To specify one or more source queue ARNs, you must set redrivePermission to byQueue.",
            ),
        ],
    )
    def test_sqs_21_permission_and_sources_go_together(self, sqs, dead, policy, reason):
        text = json.dumps(policy)
        expected = (
            f"Value {text} for parameter RedriveAllowPolicy is invalid. Reason: Amazon "
            "SQS can't create the redrive "
            f"allow policy. {reason}"
        )
        with refused("InvalidParameterValue", expected):
            sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": text})

    @pytest.mark.parametrize(
        ("policy", "allowed"),
        [
            ({"redrivePermission": "allowAll"}, True),
            ({"redrivePermission": "denyAll"}, False),
            ({"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:source"]}, True),
            ({"redrivePermission": "byQueue", "sourceQueueArns": [f"{ARN}:other"]}, False),
        ],
    )
    def test_sqs_21_it_says_who_may_use_the_queue_as_a_dead_letter_queue(
        self, sqs, source, dead, policy, allowed
    ):
        sqs.set_queue_attributes(QueueUrl=dead, Attributes={"RedriveAllowPolicy": json.dumps(policy)})
        if allowed:
            set_redrive(sqs, source, redrive())
        else:
            with refused("InvalidParameterValue"):
                set_redrive(sqs, source, redrive())
        shown = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
        assert json.loads(shown["RedriveAllowPolicy"]) == policy


class TestMoveTasks:
    @pytest.fixture
    def letters(self, sqs, source, dead):
        set_redrive(sqs, source, redrive(count=1))
        for n in range(10):
            sqs.send_message(QueueUrl=source, MessageBody=str(n))
        for _ in range(2):
            sqs.receive_message(QueueUrl=source, VisibilityTimeout=0, MaxNumberOfMessages=10)

    def test_sqs_20_messages_go_back_to_their_source(self, lab, sqs, source, dead, letters):
        handle = sqs.start_message_move_task(SourceArn=f"{ARN}:dead")["TaskHandle"]
        content = json.loads(base64.b64decode(handle))
        assert set(content) == {"taskId", "sourceArn"}
        lab.advance(10)
        (task,) = sqs.list_message_move_tasks(SourceArn=f"{ARN}:dead")["Results"]
        started = task.pop("StartedTimestamp")
        assert isinstance(started, int)
        assert task == {
            "Status": "COMPLETED",
            "SourceArn": f"{ARN}:dead",
            "ApproximateNumberOfMessagesMoved": 10,
            "ApproximateNumberOfMessagesToMove": 10,
        }
        assert len(sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10)["Messages"]) == 10

    def test_sqs_20_a_running_task_has_a_handle_and_can_be_cancelled(self, lab, sqs, source, dead, letters):
        sqs.create_queue(QueueName="other")
        started = sqs.start_message_move_task(
            SourceArn=f"{ARN}:dead", DestinationArn=f"{ARN}:other", MaxNumberOfMessagesPerSecond=1
        )
        lab.advance(2)
        (task,) = sqs.list_message_move_tasks(SourceArn=f"{ARN}:dead")["Results"]
        assert task["Status"] == "RUNNING"
        assert task["TaskHandle"] == started["TaskHandle"]
        assert task["DestinationArn"] == f"{ARN}:other"
        assert task["MaxNumberOfMessagesPerSecond"] == 1
        text = (
            "There is already a task running. Only one active task is allowed for a "
            "source queue arn at a given time."
        )
        with refused("InvalidParameterValue", text):
            sqs.start_message_move_task(SourceArn=f"{ARN}:dead")
        moved = sqs.cancel_message_move_task(TaskHandle=started["TaskHandle"])[
            "ApproximateNumberOfMessagesMoved"
        ]
        assert 0 < moved < 10
        lab.advance(10)
        (task,) = sqs.list_message_move_tasks(SourceArn=f"{ARN}:dead")["Results"]
        assert task["Status"] == "CANCELLED"
        assert "TaskHandle" not in task
        assert task["ApproximateNumberOfMessagesMoved"] == moved

    def test_only_the_owner_cancels_and_only_in_the_queue_s_region(self, lab, sqs, source, dead, letters):
        task = sqs.start_message_move_task(SourceArn=f"{ARN}:dead", MaxNumberOfMessagesPerSecond=1)
        with refused("AccessDenied", status=403):
            lab.client("sqs", account="999999999999").cancel_message_move_task(TaskHandle=task["TaskHandle"])
        with refused("ResourceNotFoundException", status=404):
            lab.client("sqs", region_name="eu-west-1").cancel_message_move_task(TaskHandle=task["TaskHandle"])
        (shown,) = sqs.list_message_move_tasks(SourceArn=f"{ARN}:dead")["Results"]
        assert shown["Status"] == "RUNNING"

    def test_only_a_dead_letter_queue_can_be_the_source(self, sqs, source):
        with refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue."):
            sqs.start_message_move_task(SourceArn=f"{ARN}:source")

    @pytest.mark.parametrize("parameter", ["SourceArn", "DestinationArn"])
    def test_both_ends_must_exist(self, sqs, source, dead, letters, parameter):
        arns = {"SourceArn": f"{ARN}:dead", parameter: f"{ARN}:nowhere"}
        text = f"The resource that you specified for the {parameter} parameter doesn't exist."
        with refused("ResourceNotFoundException", text, status=404):
            sqs.start_message_move_task(**arns)
        text = (
            f"You must use this format to specify the {parameter}: "
            "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
        with refused("InvalidParameterValue", text):
            sqs.start_message_move_task(**{**arns, parameter: "invalid"})

    def test_the_destination_is_another_queue_of_the_same_type(self, sqs, source, dead, letters):
        sqs.create_queue(QueueName="other.fifo", Attributes={"FifoQueue": "true"})
        with refused(
            "InvalidParameterValue", "Source queue arn and destination queue arn cannot be the same."
        ):
            sqs.start_message_move_task(SourceArn=f"{ARN}:dead", DestinationArn=f"{ARN}:dead")
        text = "The source queue and destination queue must be of the same queue type."
        with refused("InvalidParameterValue", text):
            sqs.start_message_move_task(SourceArn=f"{ARN}:dead", DestinationArn=f"{ARN}:other.fifo")

    @pytest.mark.parametrize("rate", [0, 501])
    def test_sqs_20_the_rate_is_1_to_500_a_second(self, sqs, source, dead, letters, rate):
        text = (
            "Value for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: You "
            "must enter a number that's "
            "between 1 and 500."
        )
        with refused("InvalidParameterValue", text):
            sqs.start_message_move_task(SourceArn=f"{ARN}:dead", MaxNumberOfMessagesPerSecond=rate)

    def test_a_handle_that_is_none(self, sqs, dead):
        with refused("InvalidParameterValue", "Value for parameter TaskHandle is invalid."):
            sqs.cancel_message_move_task(TaskHandle="foobared")
        for queue, text in (
            ("dead", "Task does not exist."),
            ("nowhere", "The resource that you specified for the SourceArn parameter doesn't exist."),
        ):
            members = {"taskId": "x", "sourceArn": f"{ARN}:{queue}"}
            unknown = base64.b64encode(json.dumps(members).encode()).decode()
            with refused("ResourceNotFoundException", text, status=404):
                sqs.cancel_message_move_task(TaskHandle=unknown)
