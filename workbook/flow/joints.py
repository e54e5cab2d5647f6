"""How topics, rules, pipes, alarms and the like are joined to what they read and deliver to: their settings.

    topic ── subscription ──> endpoint          bus ──> rule ── target ──> queue, function ...
    schedule ── target ──> queue ...            source ──> pipe ──> enrichment, target
    queue ── metric ──> alarm ──> composite alarm
    delivery stream ──> bucket

A subscription is no node: it is the line between a topic and an endpoint. A rule is one, since a person who
looks for a lost event has to look there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbook.flow.resources import Kind, bus_of, kind_of, node_of, topic_of

Settings = Mapping[str, object]
Pair = tuple[str, str]

_SCHEMES = {"email": "mailto:", "email-json": "mailto:", "sms": "sms:"}
_MEASURED = {
    ("AWS/SQS", "QueueName"): "arn:aws:sqs:{region}:{account}:{name}",
    ("AWS/SNS", "TopicName"): "arn:aws:sns:{region}:{account}:{name}",
    ("AWS/Lambda", "FunctionName"): "arn:aws:lambda:{region}:{account}:function:{name}",
}
"""Whose metric it is, by its namespace and dimension."""
_NAMED = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(["']?)(.+?)\1\s*\)""")
"""An alarm in the rule of a composite one, by its name or its ARN."""


def endpoint_of(settings: Settings) -> str | None:
    """The node at the end of a subscription, from what GetSubscriptionAttributes shows."""
    endpoint, protocol = settings.get("Endpoint"), settings.get("Protocol")
    if not isinstance(endpoint, str):
        return None
    return node_of(_SCHEMES.get(str(protocol), "") + endpoint)


def joints_of(resource: str, settings: Settings) -> Iterator[Pair]:
    """The lines that a resource's settings draw, each from a node to a node."""
    topic, bus = topic_of(resource), bus_of(resource)
    if topic is not None:
        endpoint = endpoint_of(settings)
        if endpoint is not None:
            yield topic, endpoint
    elif bus is not None:
        yield bus, resource
        yield from ((resource, node_of(arn)) for arn in _arns(settings.get("Targets")))
    elif kind_of(resource) is Kind.SCHEDULE:
        yield from ((resource, node_of(arn)) for arn in _arns([settings.get("Target")]))
    elif kind_of(resource) is Kind.PIPE:
        yield from _ends_of_pipe(resource, settings)
    elif kind_of(resource) is Kind.ALARM:
        yield from ((place, resource) for place in _watched(resource, settings))
    elif kind_of(resource) is Kind.DELIVERY_STREAM:
        yield from ((resource, bucket) for bucket in _buckets(settings))


def dead_letters_of(resource: str, settings: Settings) -> Iterator[Pair]:
    """The lines from a resource to the dead-letter queues that its settings name."""
    source = topic_of(resource) or resource
    policy = settings.get("RedrivePolicy")
    if topic_of(resource) is not None and isinstance(policy, str):
        yield source, json.loads(policy)["deadLetterTargetArn"]
    targets = settings.get("Targets") or [settings.get("Target"), settings]
    for target in targets if isinstance(targets, list) else ():
        config = target.get("DeadLetterConfig") if isinstance(target, Mapping) else None
        arn = (config.get("Arn") or config.get("TargetArn")) if isinstance(config, Mapping) else None
        if isinstance(arn, str):
            yield source, arn


def _ends_of_pipe(pipe: str, settings: Settings) -> Iterator[Pair]:
    source = settings.get("Source")
    if isinstance(source, str):
        yield node_of(source), pipe
    ends = (settings.get("Enrichment"), settings.get("Target"))
    yield from ((pipe, node_of(arn)) for arn in ends if isinstance(arn, str) and arn)


def _watched(alarm: str, settings: Settings) -> Iterator[str]:
    """What an alarm looks at: the resources of its metrics, or other alarms."""
    head, _, _ = alarm.partition(":alarm:")
    region, account = head.split(":")[3:5]
    for _, name in _NAMED.findall(str(settings.get("AlarmRule", ""))):
        yield name if name.startswith("arn:") else f"{head}:alarm:{name}"
    for metric in _metrics(settings):
        for dimension in metric.get("Dimensions") or ():
            form = _MEASURED.get((str(metric.get("Namespace")), dimension["Name"]))
            if form is not None:
                yield form.format(region=region, account=account, name=dimension["Value"])


def _metrics(settings: Settings) -> Iterator[Mapping[str, Any]]:
    """The metrics of an alarm: its own, or those of its expression."""
    yield settings
    queries = settings.get("Metrics")
    for query in queries if isinstance(queries, list) else ():
        stat = query.get("MetricStat")
        if stat is not None:
            yield stat["Metric"]


def _buckets(stream: Settings) -> Iterator[str]:
    destinations = stream.get("Destinations")
    for destination in destinations if isinstance(destinations, list) else ():
        yield str(destination["S3DestinationDescription"]["BucketARN"])


def _arns(targets: object) -> Iterator[str]:
    for target in targets if isinstance(targets, Iterable) else ():
        arn = target.get("Arn") if isinstance(target, Mapping) else None
        if isinstance(arn, str) and ":aws-sdk:" not in arn:
            yield arn
