"""Names as the AWS SDK for Java has them: Scheduler's targets and Step Functions' tasks use those.

    boto3: logs, DBName, SendMessage     Java: cloudwatchlogs, DbName, sendMessage

Source: the naming rules in the code generator of the AWS SDK for Java 2 (words are found first, then each is
written with a capital and small letters).
"""

from __future__ import annotations

import re

_OTHER_NAMES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}
_SPECIAL = {"NULL": "Nul"}
"""Of DynamoDB's values: the rule's name is taken in Java."""
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+")


def client_of(service: str) -> str:
    """What boto3 calls a service that the Java SDK calls `service`."""
    return _OTHER_NAMES.get(service, service)


def pascal_case(name: str) -> str:
    """A name of the API (of a field, a service) as version 2 of the SDK writes it: MD5OfBody is Md5OfBody."""
    return _SPECIAL.get(name) or "".join(word.capitalize() for word in _WORDS.findall(name))


def capitalised(name: str) -> str:
    """A name of the API as version 1 of the SDK writes it: stateMachineArn is StateMachineArn."""
    return name[:1].upper() + name[1:]
