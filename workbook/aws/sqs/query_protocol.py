"""The older Query protocol of SQS: form fields in, XML out.

    Action=SendMessageBatch&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=hello

A field's name is a path; lists are numbered (one element needs no number) and maps are lists of pairs. So
the fields are first folded into a tree, and then the few lists and maps that SQS has are given the names and
shapes of the JSON protocol, which is what the operations know. The answer goes the same way back.

Source: the service model of SQS of botocore 1.29, the last that spoke Query (element names).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from workbook.aws.sqs.validation import NotANumber, whole_number

NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/"

_LISTS = {
    "AttributeName": "AttributeNames",
    "MessageAttributeName": "MessageAttributeNames",
    "MessageSystemAttributeName": "MessageSystemAttributeNames",
    "TagKey": "TagKeys",
    "AWSAccountId": "AWSAccountIds",
    "ActionName": "Actions",
    "SendMessageBatchRequestEntry": "Entries",
    "DeleteMessageBatchRequestEntry": "Entries",
    "ChangeMessageVisibilityBatchRequestEntry": "Entries",
}
_MAPS = {
    "Attribute": ("Attributes", "Name", "Value"),
    "MessageAttribute": ("MessageAttributes", "Name", "Value"),
    "MessageSystemAttribute": ("MessageSystemAttributes", "Name", "Value"),
    "Tag": ("Tags", "Key", "Value"),
}
_EMPTY_LISTS = frozenset(_LISTS.keys() | _LISTS.values())
"""SDKs send an empty list as one bare name: of its elements, or of the parameter itself."""
_INTEGERS = frozenset(
    {
        "DelaySeconds",
        "MaxNumberOfMessages",
        "MaxNumberOfMessagesPerSecond",
        "MaxResults",
        "VisibilityTimeout",
        "WaitTimeSeconds",
    }
)
_SHOWN_LISTS = {
    "Messages": "Message",
    "QueueUrls": "QueueUrl",
    "queueUrls": "QueueUrl",
    "Failed": "BatchResultErrorEntry",
    "Results": "ListMessageMoveTasksResultEntry",
}
_SHOWN_MAPS = {
    "Attributes": ("Attribute", "Name", "Value"),
    "MessageAttributes": ("MessageAttribute", "Name", "Value"),
    "Tags": ("Tag", "Key", "Value"),
}


def read_query(body: str) -> tuple[str, dict[str, object]]:
    """The action and the parameters of a request, the latter as the JSON protocol has them."""
    tree: dict[str, object] = {}
    for path, value in parse_qsl(body, keep_blank_values=True):
        _plant(tree, path.split("."), value)
    action = str(tree.pop("Action", ""))
    tree.pop("Version", None)
    parameters = _shaped(tree)
    if "AttributeNames" in parameters:
        parameters.pop("MessageSystemAttributeNames", None)  # in this protocol the older parameter wins
    return action, parameters


def write_answer(operation: str, answer: Mapping[str, object] | None, request_id: str) -> str:
    """The XML of a successful answer."""
    result = ""
    if answer is not None:
        members = "".join(_element(name, value, operation) for name, value in answer.items())
        result = f"<{operation}Result>{members}</{operation}Result>" if members else f"<{operation}Result/>"
    return (
        f'<?xml version="1.0"?><{operation}Response xmlns="{NAMESPACE}">{result}'
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    )


def write_error(fault: str, code: str, message: str, request_id: str) -> str:
    """The XML of an error."""
    details = f"<Type>{fault}</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message><Detail/>"
    return (
        f'<?xml version="1.0"?><ErrorResponse xmlns="{NAMESPACE}"><Error>{details}</Error>'
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def _plant(tree: dict[str, object], path: list[str], value: str) -> None:
    for part in path[:-1]:
        branch = tree.setdefault(part, {})
        if not isinstance(branch, dict):
            branch = tree[part] = {}
        tree = branch
    tree[path[-1]] = value


def _shaped(tree: Mapping[str, object]) -> dict[str, object]:
    shaped: dict[str, object] = {}
    for name, value in tree.items():
        if value == "" and name in _EMPTY_LISTS:
            shaped[_LISTS.get(name, name)] = []
        elif value == "" and name in _MAPS:
            shaped[_MAPS[name][0]] = {}
        elif name in _LISTS:
            elements = _in_order(value) if isinstance(value, dict) else [value]
            shaped[_LISTS[name]] = [_shaped(one) if isinstance(one, dict) else one for one in elements]
        elif isinstance(value, dict) and name in _MAPS:
            _add_map(shaped, name, value)
        else:
            shaped[name] = _number(value) if name in _INTEGERS else value
    return shaped


def _add_map(shaped: dict[str, object], name: str, numbered: Mapping[str, object]) -> None:
    plural, key_name, value_name = _MAPS[name]
    pairs: dict[str, object] = {}
    for pair in [numbered] if key_name in numbered else _in_order(numbered):
        if isinstance(pair, dict):
            pairs[str(pair.get(key_name, ""))] = pair.get(value_name)
    shaped[plural] = pairs


def _in_order(numbered: Mapping[str, object]) -> Iterable[object]:
    return [numbered[number] for number in sorted(numbered, key=_place)]


def _place(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isascii() and number.isdigit() else (0, number)


def _number(value: object) -> object:
    text = str(value)
    number = whole_number(text.removeprefix("-"))
    if number is None:
        return NotANumber(text)
    return -number if text.startswith("-") else number


def _element(name: str, value: object, operation: str) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        singular = _SHOWN_LISTS.get(name, f"{operation}ResultEntry")
        return "".join(_element(singular, one, operation) for one in value)
    if isinstance(value, Mapping):
        return _structure(name, value, operation)
    if isinstance(value, bool):
        return f"<{name}>{'true' if value else 'false'}</{name}>"
    return f"<{name}>{_text(str(value))}</{name}>"


def _text(value: str) -> str:
    return escape(value, {"\r": "&#xD;"})


def _structure(name: str, value: Mapping[str, object], operation: str) -> str:
    if name in _SHOWN_MAPS:
        singular, key_name, value_name = _SHOWN_MAPS[name]
        pairs = (
            _element(key_name, key, operation) + _element(value_name, one, operation)
            for key, one in value.items()
        )
        return "".join(f"<{singular}>{pair}</{singular}>" for pair in pairs)
    return f"<{name}>{''.join(_element(member, one, operation) for member, one in value.items())}</{name}>"
