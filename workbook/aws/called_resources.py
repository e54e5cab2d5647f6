"""Which resources a call is about, so that the role of who calls can be asked about each of them.

Scheduler's universal targets and the tasks of Step Functions call whatever the request says, so this is found
in its parameters: an ARN is taken as it is, and of a name, or a queue's URL, an ARN is made.

Source: Service Authorization Reference, the resource types of each service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.utilities.utils import get_partition

_BUS, _TABLE = "events:event-bus/", "dynamodb:table/"
_NAMES = {
    ("sqs", "QueueUrl"): "sqs:",
    ("sqs", "QueueName"): "sqs:",
    ("sns", "Name"): "sns:",
    ("lambda", "FunctionName"): "lambda:function:",
    ("dynamodb", "TableName"): _TABLE,
    ("kinesis", "StreamName"): "kinesis:stream/",
    ("firehose", "DeliveryStreamName"): "firehose:deliverystream/",
    ("logs", "logGroupName"): "logs:log-group:",
}
"""How ARNs are made of the parameters that name a resource, by boto3's names of services."""


def called_resources(service: str, parameters: Mapping[str, Any], account: str, region: str) -> list[str]:
    """The ARNs that IAM asks about for a request to `service` (boto3's name); `*` where it names nothing."""
    if service == "events" and "Entries" in parameters:
        return [_arn_of(_BUS, bus, account, region) for bus in _buses(parameters["Entries"])]
    if service == "dynamodb" and "RequestItems" in parameters:
        return [_arn_of(_TABLE, table, account, region) for table in sorted(parameters["RequestItems"] or ())]
    if service == "s3" and "Bucket" in parameters:
        return [_in_bucket(parameters, region)]
    named = {name: str(value) for name, value in parameters.items() if (service, name) in _NAMES}
    for name, value in parameters.items():
        is_arn = isinstance(value, str) and value.startswith("arn:")
        if is_arn and (name in named or name.lower().endswith("arn")):
            return [value]
    return [_arn_of(_NAMES[service, name], value, account, region) for name, value in named.items()] or ["*"]


def _buses(entries: Any) -> list[str]:  # noqa: ANN401 - any JSON; what is no list of entries boto3 refuses
    named = [entry.get("EventBusName") for entry in entries or () if isinstance(entry, Mapping)]
    return sorted({str(name or "default") for name in named})


def _arn_of(form: str, name: str, account: str, region: str) -> str:
    """An ARN in the form of its service; of a queue's URL the account and the name count."""
    if name.startswith("arn:"):
        return name
    if "/" in name and form.startswith("sqs"):
        account, name = name.split("/")[-2:]
    service, _, prefix = form.partition(":")
    return f"arn:{get_partition(region)}:{service}:{region}:{account}:{prefix}{name}"


def _in_bucket(parameters: Mapping[str, Any], region: str) -> str:
    key = f"/{parameters['Key']}" if "Key" in parameters else ""
    return f"arn:{get_partition(region)}:s3:::{parameters['Bucket']}{key}"
