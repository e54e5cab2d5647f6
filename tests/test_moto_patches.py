"""Each change inside moto and botocore: what it changes is still there, and the change is still needed.

When a new version of moto or botocore makes one of these fail, the patch can go, or has to be written anew.
"""

import inspect
import re
import time
import warnings

import boto3
import botocore.endpoint
import botocore.retryhandler
import botocore.utils
import moto.core.errors
import moto.iam.models
import moto.kms.models
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.config import Config
from botocore.retries.standard import ExponentialBackoff
from dateutil.tz import tzlocal
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber

from workbook import Lab


@pytest.fixture
def plain_moto(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


# ---- answer_from_cached_routes


def test_moto_still_searches_its_routes_on_every_request():
    source = inspect.getsource(BotocoreStubber.process_request)
    assert "for service, pattern in backend_index.backend_url_patterns" in source
    assert "re.compile(url).match(clean_url)" in source


def test_a_route_is_found_for_every_service_that_is_simulated(lab):
    assert lab.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert lab.client("iam").list_roles()["Roles"] == []
    assert lab.client("kms").list_keys()["Keys"] == []
    assert lab.client("logs").describe_log_groups()["logGroups"] == []
    assert lab.client("dynamodb").list_tables()["TableNames"] == []
    assert lab.client("s3").list_buckets()["Buckets"] == []
    assert lab.client("cloudwatch").list_metrics()["Metrics"] == []


def test_what_moto_raises_as_http_errors_still_arrives_as_aws_errors(lab):
    with pytest.raises(Exception, match="NoSuchBucket"):
        lab.client("s3").list_objects_v2(Bucket="missing")


# ---- answer_clients_made_before_the_lab


def test_botocore_still_sends_in_one_method():
    assert list(inspect.signature(botocore.endpoint.Endpoint._send).parameters) == ["self", "request"]


def test_a_client_without_motos_hook_would_go_to_the_network(lab):
    client = boto3.client("sqs")
    client.meta.events.unregister("before-send", moto.core.models.botocore_stubber)
    assert client.list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


# ---- sign_without_hashing


def test_botocore_still_hashes_the_whole_request_to_sign_it():
    assert "self.canonical_request(request)" in inspect.getsource(SigV4Auth.add_auth)
    assert SigV4QueryAuth._inject_signature_to_request is not SigV4Auth._inject_signature_to_request


def test_a_request_still_carries_account_region_and_service_in_its_header(lab):
    headers = []
    client = lab.client("sqs", account="111122223333", region_name="eu-west-1")
    client.meta.events.register_last(
        "before-send", lambda request, **_: headers.append(request.headers["Authorization"])
    )
    client.meta.events.register_first("request-created", lambda **_: None)
    queues = client.create_queue(QueueName="orders")["QueueUrl"]
    assert queues == "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"


def test_a_presigned_url_is_signed_as_ever(lab):
    url = lab.client("s3").generate_presigned_url("get_object", Params={"Bucket": "cakes", "Key": "plum"})
    assert re.search(r"Signature=[0-9a-zA-Z%]+", url)
    assert "Signature=" + "0" * 64 not in url


# ---- know_accounts_by_their_key


@pytest.mark.usefixtures("plain_moto")
def test_moto_still_takes_every_unknown_key_for_its_default_account():
    assert moto.iam.models.get_account_id_from("AKIA111122223333LABX") == "123456789012"


def test_a_key_of_the_lab_belongs_to_the_account_it_names(lab):
    assert lab.client("sts", account="111122223333").get_caller_identity()["Account"] == "111122223333"


def test_a_key_made_in_iam_belongs_to_the_account_it_was_made_in(lab):
    iam = lab.client("iam", account="111122223333")
    iam.create_user(UserName="mina")
    key = iam.create_access_key(UserName="mina")["AccessKey"]
    client = boto3.client(
        "sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    assert client.get_caller_identity()["Account"] == "111122223333"


# ---- call_the_learner_by_one_name


@pytest.mark.usefixtures("plain_moto")
def test_moto_still_has_a_name_of_its_own_for_an_unknown_key():
    assert boto3.client("sts").get_caller_identity()["Arn"].endswith(":user/moto")


def test_sts_and_sqs_agree_on_who_the_learner_is(lab, sqs):
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="tea")
    message = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["SenderId"])["Messages"][0]
    identity = lab.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::123456789012:user/learner"
    assert identity["UserId"] == message["Attributes"]["SenderId"]


# ---- tell_of_capacity_if_asked


def told_of_capacity(tables, **asked):
    """What UpdateItem and the calls for many items tell of capacity and of collections."""
    key = {"id": {"S": "a"}}
    tables.create_table(
        TableName="cakes",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    put = {"Put": {"TableName": "cakes", "Item": key}}
    answers = {
        "update_item": tables.update_item(
            TableName="cakes",
            Key=key,
            UpdateExpression="SET price = :price",
            ExpressionAttributeValues={":price": {"N": "3"}},
            **asked,
        ),
        "batch_get_item": tables.batch_get_item(RequestItems={"cakes": {"Keys": [key]}}, **asked),
        "batch_write_item": tables.batch_write_item(
            RequestItems={"cakes": [{"PutRequest": {"Item": key}}]}, **asked
        ),
        "transact_write_items": tables.transact_write_items(TransactItems=[put], **asked),
    }
    told = {"ConsumedCapacity", "ItemCollectionMetrics"}
    return {
        name: {member: answer[member] for member in told & set(answer)} for name, answer in answers.items()
    }


def test_moto_tells_of_capacity_that_nobody_asked_for(plain_moto):
    assert all(told_of_capacity(boto3.client("dynamodb")).values())


def test_tables_tell_of_capacity_if_asked_only():
    with Lab() as lab:
        assert not any(told_of_capacity(lab.client("dynamodb")).values())
    with Lab() as lab:
        told = told_of_capacity(lab.client("dynamodb"), ReturnConsumedCapacity="TOTAL")
        assert told["update_item"] == {"ConsumedCapacity": {"TableName": "cakes", "CapacityUnits": 1.0}}
        assert all(set(members) == {"ConsumedCapacity"} for members in told.values())


# ---- number_log_events_from_the_start


def test_log_events_are_numbered_alike_in_every_lab():
    def event_ids():
        with Lab() as lab:
            logs = lab.client("logs")
            logs.create_log_group(logGroupName="bakery")
            logs.create_log_stream(logGroupName="bakery", logStreamName="till")
            events = [{"timestamp": int(lab.now.timestamp() * 1000), "message": "open"}]
            logs.put_log_events(logGroupName="bakery", logStreamName="till", logEvents=events)
            return [event["eventId"] for event in logs.filter_log_events(logGroupName="bakery")["events"]]

    assert event_ids() == event_ids() != []


# ---- warn_of_no_error_codes


def test_moto_still_warns_of_a_code_that_is_in_no_model():
    assert "warn(warning, stacklevel=2)" in inspect.getsource(moto.core.errors.get_error_model)
    assert moto.core.errors.warn is warnings.warn


@pytest.mark.parametrize(
    ("service", "call", "request_", "code"),
    [
        (
            "cloudwatch",
            "put_metric_alarm",
            {"AlarmName": "any", "ThresholdMetricId": "band"},
            "NotSimulatedByWorkbook",
        ),
        ("events", "list_rules", {"NextToken": "stale"}, "InvalidToken"),
        ("autoscaling", "describe_auto_scaling_groups", {"NextToken": "stale"}, "InvalidNextToken"),
    ],
)
def test_no_error_warns_the_learner(lab, service, call, request_, code):
    client = lab.client(service)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(client.exceptions.ClientError) as refused:
            getattr(client, call)(**request_)
    assert refused.value.response["Error"]["Code"] == code


# ---- parse_timestamps_as_utc


def test_botocore_still_prefers_the_computers_time_zone():
    assert botocore.utils.get_tzinfo_options()[0] is tzlocal
    assert isinstance(botocore.utils.parse_timestamp(0).tzinfo, tzlocal)


@pytest.mark.skipif(
    not hasattr(time, "tzset"), reason="the time zone of a process cannot be changed on Windows"
)
def test_a_timestamp_looks_the_same_in_every_time_zone(monkeypatch):
    seen = set()
    for zone in ("UTC", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        with Lab() as lab:
            seen.add(repr(lab.client("iam").create_user(UserName="mina")["User"]["CreateDate"]))
    monkeypatch.undo()
    time.tzset()
    assert len(seen) == 1


# ---- wait_by_the_seed_before_trying_again


def test_botocore_still_draws_the_wait_before_a_retry_without_a_seed():
    assert "self._random() * min(" in inspect.getsource(ExponentialBackoff.delay_amount)
    assert "random.random()" in inspect.getsource(botocore.retryhandler.delay_exponential)


@pytest.mark.parametrize("mode", ["standard", "legacy"])
@pytest.mark.parametrize("maker", ["before the lab", "in the lab"])
def test_a_throttled_call_is_tried_again_after_the_same_time_in_every_lab(mode, maker):
    options = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    config = Config(retries={"mode": mode})
    early = boto3.client("sqs", config=config, **options)

    def seconds(seed):
        with Lab(seed=seed) as lab:
            sqs = early if maker == "before the lab" else lab.client("sqs", config=config)
            attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
            url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
            lab.advance(1 - lab.now.microsecond / 1_000_000)
            for number in range(301):
                sqs.send_message(QueueUrl=url, MessageBody=str(number), MessageGroupId="g")
            assert "throttle" in [hop.kind for hop in lab.trace]
            return lab.now

    assert seconds(seed=1) == seconds(seed=1) != seconds(seed=2)
    with Lab():
        during = ExponentialBackoff.delay_amount
    assert ExponentialBackoff.delay_amount is not during


# ---- find_keys_by_their_arns


def test_moto_still_finds_a_key_to_disable_by_its_id_alone():
    source = inspect.getsource(moto.kms.models.KmsBackend)
    for name in ("disable_key", "enable_key", "cancel_key_deletion", "schedule_key_deletion"):
        body = source.partition(f"def {name}(")[2].partition("def ")[0]
        assert "self.keys[key_id]" in body


def test_a_key_is_disabled_enabled_and_deleted_by_its_arn(lab):
    kms = lab.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]

    def state():
        return kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]

    kms.disable_key(KeyId=arn)
    assert state() == "Disabled"
    kms.enable_key(KeyId=arn)
    assert state() == "Enabled"
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert state() == "PendingDeletion"
    kms.cancel_key_deletion(KeyId=arn)
    assert state() == "Disabled"
