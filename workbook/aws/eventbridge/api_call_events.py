"""The events "AWS API Call via CloudTrail" on the default bus: one for each call that manages something.

On AWS they need a trail that logs, and there is no CloudTrail in a lab. So they are for rules that ask for a
detail-type: for those the account has a trail, and for a rule that asks for a source only it has none.
Calls that only read (Get..., List..., Describe...) reach rules in the state that asks for all management
events. Calls that carry data (SendMessage, PutEvents, Invoke ...) are no management events. A call that
failed is an event, too, with its errorCode and errorMessage and without responseElements.

Sources: Amazon EventBridge User Guide, "AWS service events delivered via CloudTrail"; AWS CloudTrail User
Guide, "CloudTrail record contents"; service model, RuleState.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.callers import caller_of
from workbook.aws.eventbridge.buses import registry_of
from workbook.aws.eventbridge.events import Event, facts_of, new_id, timestamp
from workbook.aws.eventbridge.names import DEFAULT
from workbook.aws.eventbridge.routing import route
from workbook.aws.eventbridge.rules import WITH_MANAGEMENT_EVENTS, Rule

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

    from workbook.aws.eventbridge.buses import Bus
    from workbook.aws.policies import Principal
    from workbook.aws.service_events import ApiCall
    from workbook.engine.world import World

DETAIL_TYPE = "AWS API Call via CloudTrail"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_SECRETIVE, _TOLD = frozenset({"cognito-idp"}), "ClientIdType"
"""Services of which what is sensitive is hidden, as a record of AWS shows; and what it shows all the same."""
ADDRESS = "127.0.0.1"
"""The lab's requests come from no address; they are made in this process."""

_READS = ("Get", "List", "Describe", "Head", "Lookup", "Search", "Test", "BatchGet")
_GLOBAL = {"iam": "us-east-1"}
"""Services whose events are in one Region, whoever calls them from where; STS has an endpoint in each."""
_DATA = frozenset(
    {
        *("SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"),
        *("ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "Publish", "PublishBatch", "Invoke"),
        *("PutEvents", "PutPartnerEvents", "PutRecord", "PutRecords", "GetRecords", "PutLogEvents"),
        *("PutRecordBatch", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "ListParts"),
        *("CompleteMultipartUpload", "AbortMultipartUpload", "PutObjectTagging", "GetObjectTagging"),
        *("DeleteObjectTagging", "GetObject", "PutObject", "DeleteObject", "DeleteObjects", "CopyObject"),
        "PutMetricData",
        *("HeadObject", "ListObjects", "ListObjectsV2", "GetItem", "PutItem", "UpdateItem", "DeleteItem"),
        *("BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems", "Query", "Scan"),
    }
)


def tell_of_call(world: World, made: ApiCall, answer: Mapping[str, Any], *, failed: bool) -> None:
    """Have the event of a call on the caller's default bus, if a rule there matches it."""
    if made.operation in _DATA:
        return
    service = made.model.endpoint_prefix
    region = _GLOBAL.get(service, made.region)
    caller = caller_of(made.find_access_key(), region)
    bus = registry_of(world, caller.account, region).buses[DEFAULT]
    read_only = made.operation.startswith(_READS)
    asking = list(_asking(bus, read_only=read_only))
    if not asking:
        return
    now = world.clock.now
    model = made.model.operation_model(made.operation)
    call = _Call(model, region, caller, made.parameters, answer, failed=failed)
    event = Event(
        id=new_id(world),
        source=f"aws.{service}",
        detail_type=DETAIL_TYPE,
        account=caller.account,
        region=region,
        time=now,
        detail=call.detail(world, read_only=read_only),
        ingested=now,
    )
    matching = [rule.arn for rule in asking if rule.matches(event)]
    if matching:
        hop = world.trace.record("put-event", bus.arn, message=event.id, size=event.size, **facts_of(event))
        route(world, bus, event, hop, matching)


def _asking(bus: Bus, *, read_only: bool) -> Iterator[Rule]:
    for rule in bus.rules.values():
        if rule.asks_for_detail_type and (
            rule.state == WITH_MANAGEMENT_EVENTS or (rule.enabled and not read_only)
        ):
            yield rule


class _Call:
    """A call, as CloudTrail records it."""

    def __init__(
        self,
        model: OperationModel,
        region: str,
        caller: Principal,
        parameters: Mapping[str, Any],
        answer: Mapping[str, Any],
        *,
        failed: bool,
    ) -> None:
        self._model = model
        self._service = model.service_model.endpoint_prefix
        self._operation = model.name
        self._region = region
        self._caller = caller
        self._parameters = parameters
        self._answer = answer
        self._error: Mapping[str, str] = answer["Error"] if failed else {}

    def detail(self, world: World, *, read_only: bool) -> dict[str, Any]:
        """The record."""
        metadata = self._answer.get("ResponseMetadata", {})
        return {
            "eventVersion": "1.11",
            "userIdentity": self._identity(),
            "eventTime": timestamp(world.clock.now),
            "eventSource": f"{self._service}.amazonaws.com",
            "eventName": self._operation,
            "awsRegion": self._region,
            "sourceIPAddress": ADDRESS,
            "userAgent": "Boto3",
            **self._failure(),
            "requestParameters": self._shown(self._parameters, self._model.input_shape) or None,
            "responseElements": None if read_only else self._elements(),
            "requestID": metadata.get("RequestId", ""),
            "eventID": world.seeds.uuid("eventbridge.cloudtrail"),
            "readOnly": read_only,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": self._caller.account,
            "eventCategory": "Management",
        }

    def _failure(self) -> dict[str, str]:
        """The two members that the record of a failed call has more."""
        named = {"errorCode": self._error.get("Code"), "errorMessage": self._error.get("Message")}
        return {name: value for name, value in named.items() if value}

    def _elements(self) -> dict[str, Any] | None:
        """What a call that changes something answered; a failed one has changed nothing."""
        if self._error:
            return None
        elements = {name: value for name, value in self._answer.items() if name != "ResponseMetadata"}
        return self._shown(elements, self._model.output_shape) or None

    def _shown(self, value: Mapping[str, Any], shape: Shape | None) -> Any:  # noqa: ANN401 - JSON
        """As it is written; of user pools without what their model calls sensitive, as AWS was seen to do."""
        return _written(_without_secrets(value, shape) if self._service in _SECRETIVE else value)

    def _identity(self) -> dict[str, Any]:
        if self._model.auth_type == "none":
            return {"type": "Unknown", "principalId": "Anonymous"}
        caller = self._caller
        kind = "AssumedRole" if ":assumed-role/" in caller.arn else "IAMUser"
        identity = {
            "type": kind,
            "principalId": caller.user_id,
            "arn": caller.arn,
            "accountId": caller.account,
        }
        return identity if kind == "AssumedRole" else {**identity, "userName": caller.arn.rpartition("/")[2]}


def _written(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value as CloudTrail writes it: names begin with a small letter, and nothing but JSON."""
    if isinstance(value, Mapping):
        return {name[0].lower() + name[1:]: _written(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    if isinstance(value, datetime.datetime):
        return f"{value:%b %-d, %Y, %-I:%M:%S %p}"
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return HIDDEN


def _without_secrets(value: Any, shape: Any) -> Any:  # noqa: ANN401 - values of any shape of botocore's
    if shape is None or value is None:
        return value
    if shape.metadata.get("sensitive") and shape.name != _TOLD:
        return HIDDEN
    if shape.type_name == "structure":
        return {name: _without_secrets(one, shape.members.get(name)) for name, one in value.items()}
    if shape.type_name == "list":
        return [_without_secrets(one, shape.member) for one in value]
    if shape.type_name == "map":
        return {name: _without_secrets(one, shape.value) for name, one in value.items()}
    return value
