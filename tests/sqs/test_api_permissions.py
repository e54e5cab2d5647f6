"""Who may use a queue: its policy, other accounts, AWS services, and AddPermission."""

from __future__ import annotations

import json

import pytest
from refusals import refused

from workbook.aws.policies import Principal
from workbook.aws.sqs.backend import find_queue
from workbook.aws.sqs.permissions import queue_access

OWNER, OTHER = "123456789012", "999999999999"
ARN = f"arn:aws:sqs:us-east-1:{OWNER}:orders"
TOPIC = f"arn:aws:sns:us-east-1:{OWNER}:news"
SNS = Principal.of_service("sns.amazonaws.com")


@pytest.fixture
def queue(sqs):
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


@pytest.fixture
def stranger(lab):
    return lab.client("sqs", account=OTHER)


def policy(*statements):
    full = [{"Effect": "Allow", "Resource": ARN, **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": full})


def set_policy(sqs, queue, *statements):
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy(*statements)})


def shown_policy(sqs, queue):
    shown = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])
    return json.loads(shown["Attributes"]["Policy"]) if "Attributes" in shown else None


class TestOtherAccounts:
    def test_without_a_policy_another_account_is_refused(self, sqs, stranger, queue):
        text = (
            f"User: arn:aws:iam::{OTHER}:user/learner is not authorized to perform: "
            f"sqs:sendmessage on resource: {ARN} "
            "because no resource-based policy allows the sqs:sendmessage action"
        )
        with refused("AccessDenied", text, status=403, shape="AccessDeniedException"):
            stranger.send_message(QueueUrl=queue, MessageBody="x")
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)

    def test_a_policy_lets_it_do_what_it_names(self, sqs, stranger, queue):
        set_policy(
            sqs, queue, {"Principal": {"AWS": OTHER}, "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"]}
        )
        stranger.send_message(QueueUrl=queue, MessageBody="x")
        stranger.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "x"}])
        assert stranger.get_queue_url(QueueName="orders", QueueOwnerAWSAccountId=OWNER)["QueueUrl"] == queue
        with refused("AccessDenied", status=403):
            stranger.receive_message(QueueUrl=queue)

    @pytest.mark.parametrize(
        ("operation", "parameters"),
        [
            ("delete_queue", {}),
            ("set_queue_attributes", {"Attributes": {"DelaySeconds": "1"}}),
            ("tag_queue", {"Tags": {"a": "b"}}),
            ("list_queue_tags", {}),
            ("remove_permission", {"Label": "x"}),
        ],
    )
    def test_some_things_only_the_owner_may_do_whatever_the_policy_says(
        self, sqs, stranger, queue, operation, parameters
    ):
        set_policy(sqs, queue, {"Principal": "*", "Action": "sqs:*"})
        with refused("AccessDenied", status=403):
            getattr(stranger, operation)(QueueUrl=queue, **parameters)

    def test_the_same_name_in_two_accounts_is_two_queues(self, sqs, stranger, queue):
        other = stranger.create_queue(QueueName="orders")["QueueUrl"]
        assert other == f"https://sqs.us-east-1.amazonaws.com/{OTHER}/orders"
        stranger.send_message(QueueUrl=other, MessageBody="x")
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)

    def test_an_assumed_role_of_the_other_account_is_known_by_its_role(self, lab, sqs, queue):
        role = f"arn:aws:iam::{OTHER}:role/consumer"
        set_policy(sqs, queue, {"Principal": {"AWS": role}, "Action": "sqs:ReceiveMessage"})
        credentials = lab.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        assumed = lab.client(
            "sqs",
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
        assumed.receive_message(QueueUrl=queue)
        with refused("AccessDenied", status=403) as caught:
            assumed.send_message(QueueUrl=queue, MessageBody="x")
        assert f"User: arn:aws:sts::{OTHER}:assumed-role/consumer/me is" in str(caught.value)


class TestTheOwner:
    def test_needs_no_policy_but_a_deny_stops_it(self, sqs, queue):
        set_policy(
            sqs,
            queue,
            {"Principal": "*", "Action": "sqs:*"},
            {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage"},
        )
        text = (
            f"User: arn:aws:iam::{OWNER}:user/learner is not authorized to perform: "
            f"sqs:sendmessage on resource: {ARN} "
            "with an explicit deny in a resource-based policy"
        )
        with refused("AccessDenied", text, status=403):
            sqs.send_message(QueueUrl=queue, MessageBody="x")
        sqs.receive_message(QueueUrl=queue)

    def test_an_empty_policy_text_takes_the_policy_away(self, sqs, queue):
        set_policy(sqs, queue, {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage"})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})
        sqs.send_message(QueueUrl=queue, MessageBody="x")
        assert shown_policy(sqs, queue) is None


class TestServices:
    def access(self, source=TOPIC):
        return queue_access(find_queue(ARN), SNS, "SendMessage", {"aws:SourceArn": source}).allowed

    def test_a_service_needs_an_allow(self, queue):
        assert not self.access()

    @pytest.mark.parametrize("principal", [{"Service": "sns.amazonaws.com"}, "*", {"AWS": "*"}])
    def test_a_condition_on_the_source_arn_lets_one_topic_in(self, sqs, queue, principal):
        condition = {"ArnEquals": {"aws:SourceArn": TOPIC}}
        set_policy(sqs, queue, {"Principal": principal, "Action": "sqs:SendMessage", "Condition": condition})
        assert self.access()
        assert not self.access(f"{TOPIC}-other")

    def test_another_service_is_not_let_in(self, sqs, queue):
        set_policy(
            sqs, queue, {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
        )
        assert not self.access()


class TestKeysOfEveryRequest:
    """What IAM's guide says is always in the context of a request."""

    @pytest.mark.parametrize(
        "condition",
        [
            {"DateGreaterThan": {"aws:CurrentTime": "2026-01-05T09:00:00Z"}},
            {"DateLessThan": {"aws:EpochTime": "2026-01-05T09:00:01Z"}},
            {"NumericEquals": {"aws:EpochTime": "1767603600"}},
            {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
            {"StringEquals": {"aws:ResourceAccount": OWNER, "aws:PrincipalAccount": OTHER}},
            {"Bool": {"aws:SecureTransport": "true", "aws:ViaAWSService": "false"}},
            {"Bool": {"aws:PrincipalIsAWSService": "false"}},
            {"StringEquals": {"aws:PrincipalType": "User"}},
        ],
    )
    def test_a_condition_on_one_of_them_can_hold(self, sqs, stranger, queue, condition):
        set_policy(sqs, queue, {"Principal": "*", "Action": "sqs:SendMessage", "Condition": condition})
        stranger.send_message(QueueUrl=queue, MessageBody="x")

    def test_a_service_is_a_principal_that_is_one(self, sqs, queue):
        condition = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
        set_policy(sqs, queue, {"Principal": "*", "Action": "sqs:SendMessage", "Condition": condition})
        assert queue_access(find_queue(ARN), SNS, "SendMessage").allowed


class TestPolicyTexts:
    @pytest.mark.parametrize(
        "text",
        [
            "badjson",
            "[]",
            "533",
            "null",
            json.dumps({"Version": "2012-10-17", "Statement": []}),
            json.dumps(
                {
                    "Version": "4532-10-17",
                    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
                }
            ),
            json.dumps(
                {
                    "Dummy": 1,
                    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}],
                }
            ),
            policy({"Principal": "*", "Action": "sqs:*", "dummy": "value"}),
            policy({"Principal": "*", "Action": "sqs:*", "Effect": "Maybe"}),
            policy({"Principal": {"Aws": "123456789012"}, "Action": "sqs:*"}),
            policy({"Principal": {"AWS": "12345"}, "Action": "sqs:*"}),
            policy({"Action": "sqs:*"}),
            policy({"Principal": "*"}),
            policy({"Principal": "*", "Action": "sqs:*", "Condition": {"StringAlmost": {"a": "b"}}}),
        ],
    )
    def test_a_text_that_is_no_policy_is_refused(self, sqs, queue, text):
        with refused(
            "InvalidAttributeValue", "Invalid value for the parameter Policy.", shape="InvalidAttributeValue"
        ):
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": text})
        assert shown_policy(sqs, queue) is None

    def test_a_policy_has_at_most_20_statements(self, sqs, queue):
        many = [{"Sid": f"s{n}", "Principal": "*", "Action": "sqs:SendMessage"} for n in range(22)]
        text = "22 statements were found in the submitted policy, max allowed is 20"
        with refused("OverLimit", text, status=403, shape="OverLimit"):
            set_policy(sqs, queue, *many)
        set_policy(sqs, queue, *many[:20])


class TestAddPermission:
    def add(self, sqs, queue, label="share", accounts=(OTHER,), actions=("ReceiveMessage",)):
        sqs.add_permission(QueueUrl=queue, Label=label, AWSAccountIds=list(accounts), Actions=list(actions))

    def test_the_whole_life_of_permissions(self, sqs, stranger, queue):
        self.add(sqs, queue, accounts=(OWNER, OTHER))
        assert shown_policy(sqs, queue) == {
            "Version": "2008-10-17",
            "Id": f"{ARN}/SQSDefaultPolicy",
            "Statement": [
                {
                    "Sid": "share",
                    "Effect": "Allow",
                    "Principal": {"AWS": [f"arn:aws:iam::{OWNER}:root", f"arn:aws:iam::{OTHER}:root"]},
                    "Action": "SQS:ReceiveMessage",
                    "Resource": ARN,
                }
            ],
        }
        stranger.receive_message(QueueUrl=queue)
        with refused(
            "InvalidParameterValue", "Value share for parameter Label is invalid. Reason: Already exists."
        ):
            self.add(sqs, queue)
        self.add(sqs, queue, "second")
        sqs.remove_permission(QueueUrl=queue, Label="share")
        assert [one["Sid"] for one in shown_policy(sqs, queue)["Statement"]] == ["second"]
        sqs.remove_permission(QueueUrl=queue, Label="second")
        assert shown_policy(sqs, queue) is None
        with refused(
            "InvalidParameterValue", "Value second for parameter Label is invalid. Reason: can't find label."
        ):
            sqs.remove_permission(QueueUrl=queue, Label="second")
        with refused("AccessDenied", status=403):
            stranger.receive_message(QueueUrl=queue)

    @pytest.mark.parametrize(
        ("action", "reason"),
        [
            ("SendMessageBatch", "Please refer to the appropriate WSDL for a list of valid actions."),
            ("CreateQueue", "Only the queue owner is allowed to invoke this action."),
        ],
    )
    def test_only_some_actions_can_be_granted(self, sqs, queue, action, reason):
        with refused(
            "InvalidParameterValue",
            f"Value SQS:{action} for parameter ActionName is invalid. Reason: {reason}",
        ):
            self.add(sqs, queue, actions=(action,))

    def test_at_most_7_actions_and_20_statements(self, sqs, queue):
        with refused("OverLimit", "8 Actions were found, maximum allowed is 7.", status=403):
            self.add(sqs, queue, actions=("SendMessage",) * 8)
        for n in range(20):
            self.add(sqs, queue, f"Label{n}")
        with refused("OverLimit", "21 Statements were found, maximum allowed is 20.", status=403):
            self.add(sqs, queue, "Label20")

    @pytest.mark.parametrize(
        ("arguments", "parameter"),
        [({"label": ""}, "Label"), ({"accounts": ()}, "AWSAccountIds"), ({"actions": ()}, "ActionName")],
    )
    def test_nothing_may_be_missing(self, sqs, queue, arguments, parameter):
        with refused("MissingParameter", f"The request must contain the parameter {parameter}."):
            self.add(sqs, queue, **arguments)
