"""What kind of thing a name in the trace means: a queue, a function, a person.

The kind decides the form in which pictures draw it and the word under its name. AWS says it in the ARN, so
the ARN is all that is looked at: a picture of a lab that is closed long since is as good as any other.
People and programs outside AWS have no ARN; they are called `producer:you`, `consumer:you` or `actor:name`.
Endpoints outside AWS go by their addresses: `https://...`, `mailto:...`, `sms:...`.
"""

from __future__ import annotations

import enum
import functools
import re

from workbook.engine.story import short_name


class Kind(enum.Enum):
    """A kind of node; the value is the word that people read."""

    PRODUCER = "producer"
    CONSUMER = "consumer"
    ACTOR = "program"
    QUEUE = "queue"
    FIFO_QUEUE = "FIFO queue"
    FUNCTION = "Lambda function"
    GROUP = "Auto Scaling group"
    ALARM = "alarm"
    TOPIC = "topic"
    FIFO_TOPIC = "FIFO topic"
    BUS = "event bus"
    RULE = "rule"
    SCHEDULE = "schedule"
    PIPE = "pipe"
    STATE_MACHINE = "state machine"
    ACTIVITY = "activity"
    STREAM = "stream"
    DELIVERY_STREAM = "delivery stream"
    TABLE = "table"
    BUCKET = "bucket"
    LOG_GROUP = "log group"
    FUNCTION_URL = "function URL"
    API = "API"
    LOAD_BALANCER = "load balancer"
    USER_POOL = "user pool"
    TOPIC_RULE = "IoT rule"
    ENDPOINT = "HTTP endpoint"
    MAILBOX = "mailbox"
    PHONE = "phone"
    OTHER = "resource"

    @property
    def is_queue(self) -> bool:
        """Whether messages lie in it until somebody takes them."""
        return self in {Kind.QUEUE, Kind.FIFO_QUEUE}

    @property
    def is_person(self) -> bool:
        """Whether it stands outside AWS: somebody, or a program, that makes calls."""
        return self in {Kind.PRODUCER, Kind.CONSUMER, Kind.ACTOR}


YOU = "you"
"""Who makes calls that nobody in particular makes."""

_PEOPLE = {"producer": Kind.PRODUCER, "consumer": Kind.CONSUMER, "actor": Kind.ACTOR}
_FORMS = (
    (re.compile(r"arn:[^:]*:sqs:.*\.fifo"), Kind.FIFO_QUEUE),
    (re.compile(r"arn:[^:]*:sqs:.*"), Kind.QUEUE),
    (re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:.*"), Kind.FUNCTION),
    (re.compile(r"arn:[^:]*:autoscaling:.*:autoScalingGroup:.*"), Kind.GROUP),
    (re.compile(r"arn:[^:]*:cloudwatch:[^:]*:[^:]*:alarm:.*"), Kind.ALARM),
    (re.compile(r"arn:[^:]*:sns:[^:]*:[^:]*:[^:/]*\.fifo"), Kind.FIFO_TOPIC),
    (re.compile(r"arn:[^:]*:sns:[^:]*:[^:]*:[^:/]*"), Kind.TOPIC),
    (re.compile(r"arn:[^:]*:events:[^:]*:[^:]*:rule/.*"), Kind.RULE),
    (re.compile(r"arn:[^:]*:events:[^:]*:[^:]*:event-bus/.*"), Kind.BUS),
    (re.compile(r"arn:[^:]*:scheduler:[^:]*:[^:]*:schedule/.*"), Kind.SCHEDULE),
    (re.compile(r"arn:[^:]*:pipes:.*"), Kind.PIPE),
    (re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:stateMachine:.*"), Kind.STATE_MACHINE),
    (re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:activity:.*"), Kind.ACTIVITY),
    (re.compile(r"arn:[^:]*:kinesis:.*"), Kind.STREAM),
    (re.compile(r"arn:[^:]*:firehose:.*"), Kind.DELIVERY_STREAM),
    (re.compile(r"arn:[^:]*:dynamodb:.*"), Kind.TABLE),
    (re.compile(r"arn:[^:]*:s3:.*"), Kind.BUCKET),
    (re.compile(r"arn:[^:]*:logs:.*"), Kind.LOG_GROUP),
    (re.compile(r"https://[^/]*\.lambda-url\.[^/]*\.on\.aws"), Kind.FUNCTION_URL),
    (re.compile(r"https://[^/]*\.execute-api\.[^/]*\.amazonaws\.com(\.cn)?"), Kind.API),
    (re.compile(r"http://[^/]*\.elb\.amazonaws\.com(\.cn)?(:\d+)?"), Kind.LOAD_BALANCER),
    (re.compile(r"arn:[^:]*:elasticloadbalancing:[^:]*:[^:]*:loadbalancer/app/.*"), Kind.LOAD_BALANCER),
    (re.compile(r"arn:[^:]*:cognito-idp:[^:]*:[^:]*:userpool/.*"), Kind.USER_POOL),
    (re.compile(r"arn:[^:]*:iot:[^:]*:[^:]*:rule/.*"), Kind.TOPIC_RULE),
    (re.compile(r"arn:[^:]*:iot:[^:]*:[^:]*:topic/.*"), Kind.TOPIC),
    (re.compile(r"https?://.*"), Kind.ENDPOINT),
    (re.compile(r"arn:[^:]*:events:[^:]*:[^:]*:api-destination/.*"), Kind.ENDPOINT),
    (re.compile(r"mailto:.*"), Kind.MAILBOX),
    (re.compile(r"sms:.*"), Kind.PHONE),
)
_OBJECT = re.compile(r"(arn:[^:]*:s3:::[^/]+)/.*", re.DOTALL)
_SUBSCRIPTION = re.compile(r"(arn:[^:]*:sns:[^:]*:[^:]*:[^:/]+):[0-9a-f-]{36}")
_RULE = re.compile(r"(arn:[^:]*:events:[^:]*:[^:]*:)rule/(?:([^/]+)/)?[^/]+")
_FRONTS = frozenset({Kind.FUNCTION_URL, Kind.API, Kind.LOAD_BALANCER})
_NUMBERED = re.compile(r"-\d+$")
_ADDRESSES = frozenset({Kind.ENDPOINT, Kind.MAILBOX, Kind.PHONE})
_MAP_RUN = re.compile(r"^(arn:[^:]*:states:[^:]*:[^:]*:(?:stateMachine|execution):[^:/]+)/[^:]*(.*)$")
_EXECUTION = re.compile(r"(arn:[^:]*:states:[^:]*:[^:]*:)execution:([^:]+):.+")
_FUNCTION = re.compile(r"(arn:[^:]*:lambda:[^:]*:[^:]*:function:[^:]+)(?::.*)?")
_NAMES_KEPT = 4096
"""A trace names the same few resources in each hop, so what is found out about a name is kept for a while."""


@functools.lru_cache(_NAMES_KEPT)
def kind_of(place: str) -> Kind:
    """The kind of what a picture draws as a node: an ARN, or a name such as `producer:you`."""
    person, _, _ = place.partition(":")
    if person in _PEOPLE:
        return _PEOPLE[person]
    return next((kind for form, kind in _FORMS if form.fullmatch(place)), Kind.OTHER)


@functools.lru_cache(_NAMES_KEPT)
def label_of(place: str) -> str:
    """What people call it."""
    person, _, name = place.partition(":")
    if person in _PEOPLE:
        return name
    if ":api-destination/" in place:
        return place.split("/")[1]
    if kind_of(place) in _FRONTS and "//" in place:  # the rest of the host says no more than the kind
        return _NUMBERED.sub("", place.partition("//")[2].partition(".")[0])
    if kind_of(place) in _ADDRESSES:
        return place.partition(":")[2].removeprefix("//")
    if kind_of(place) is Kind.LOG_GROUP:
        return place.partition(":log-group:")[2].partition(":")[0]
    _, is_mqtt, topic = place.partition(":topic/")
    return topic if is_mqtt else short_name(place).rpartition("/")[2]


@functools.lru_cache(_NAMES_KEPT)
def node_of(arn: str) -> str:
    """The node that stands for a resource.

    A function is one, whichever version or alias is asked for; so is a bucket, with all that is in it, and a
    state machine with its executions, those of the items of a distributed Map included.
    """
    if ":states:" in arn:
        arn = _MAP_RUN.sub(r"\1\2", arn)
    execution = _EXECUTION.fullmatch(arn)
    if execution:
        return f"{execution[1]}stateMachine:{execution[2]}"
    match = _FUNCTION.fullmatch(arn) or _OBJECT.fullmatch(arn)
    return match[1] if match else arn


def topic_of(subscription: str) -> str | None:
    """The topic of a subscription, by the subscription's ARN; None for what is no subscription."""
    match = _SUBSCRIPTION.fullmatch(subscription)
    return match[1] if match else None


def bus_of(rule: str) -> str | None:
    """The event bus of a rule, by the rule's ARN; None for what is no rule."""
    match = _RULE.fullmatch(rule)
    return f"{match[1]}event-bus/{match[2] or 'default'}" if match else None
