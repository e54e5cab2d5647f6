"""How a message looks when it arrives: JSON document, event of Lambda, record of Firehose, or bare text.

The order of fields and the spaces are AWS's, so what a queue receives is the same to the byte, but for ids
and signatures. A message of a FIFO topic carries its sequence number and no signature.

Sources: Amazon SNS Developer Guide, "Parsing Amazon SNS message formats" and "Archived message format for
Amazon S3 destinations"; Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications";
messages of AWS recorded in public test suites (2023 to 2025).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.sns.notification import NOTIFICATION, Attributes
from workbook.aws.sns.signatures import certificate_url, sign

if TYPE_CHECKING:
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription

Fields = dict[str, Any]


def json_document(notification: Notification, subscription: Subscription) -> str:
    """The document that queues, HTTP endpoints and email-json subscribers get.

    All but the address to unsubscribe is the same for subscribers that get the same text, and made once.
    """
    key = (notification.text_for(subscription.protocol), subscription.topic.signature_version)
    found = notification.documents.get(key)
    if found is None:
        fields = signed_fields(notification, subscription)
        fields.pop("UnsubscribeURL", None)
        attributes = fields.pop("MessageAttributes", None)
        found = (
            _lines(fields),
            "" if attributes is None else f",\n{_lines({'MessageAttributes': attributes})}",
        )
        notification.documents[key] = found
    head, tail = found
    address = ""
    if notification.type == NOTIFICATION:
        address = f",\n{_lines({'UnsubscribeURL': subscription.unsubscribe_url})}"
    return f"{{\n{head}{address}{tail}\n}}"


def lambda_event(notification: Notification, subscription: Subscription) -> str:
    """The event that a function gets: a list with one record."""
    fields = signed_fields(notification, subscription)
    message = {
        "Type": fields["Type"],
        "MessageId": fields["MessageId"],
        "TopicArn": fields["TopicArn"],
        "Subject": fields.get("Subject"),
        "Message": fields["Message"],
        "Timestamp": fields["Timestamp"],
        "SignatureVersion": fields["SignatureVersion"],
        "Signature": fields["Signature"],
        "SigningCertUrl": fields["SigningCertURL"],
        **_address_for_functions(fields),
        "MessageAttributes": fields.get("MessageAttributes", {}),
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": message,
    }
    return _compact({"Records": [record]})


def firehose_record(notification: Notification, subscription: Subscription) -> str:
    """The record that a delivery stream gets: one line, without a signature."""
    if subscription.is_raw:
        return notification.text_for(subscription.protocol)
    fields = message_fields(notification, subscription)
    fields["UnsubscribeURL"] = subscription.unsubscribe_url
    if notification.attributes:
        fields["MessageAttributes"] = shown_attributes(notification.attributes)
    return _compact(fields) + "\n"


def signed_fields(notification: Notification, subscription: Subscription) -> Fields:
    """All fields of the document, in AWS's order."""
    fields = message_fields(notification, subscription)
    if notification.sequence_number is None:
        fields.update(_signature(notification, subscription))
    if notification.type == NOTIFICATION:
        fields["UnsubscribeURL"] = subscription.unsubscribe_url
        if notification.attributes:
            fields["MessageAttributes"] = shown_attributes(notification.attributes)
    return fields


def message_fields(notification: Notification, subscription: Subscription) -> Fields:
    """What the message itself says, before signature and addresses."""
    fields: Fields = {"Type": notification.type, "MessageId": notification.message_id}
    if notification.sequence_number is not None:
        fields["SequenceNumber"] = notification.sequence_number
    if notification.token:
        fields["Token"] = notification.token
    fields["TopicArn"] = notification.topic_arn
    if notification.subject is not None:
        fields["Subject"] = notification.subject
    fields["Message"] = notification.text_for(subscription.protocol)
    if notification.token:
        fields["SubscribeURL"] = subscribe_url(notification)
    fields["Timestamp"] = notification.timestamp
    if notification.replayed:
        fields["Replayed"] = True
    return fields


def subscribe_url(notification: Notification) -> str:
    """The address whose visit confirms a subscription."""
    host = f"https://sns.{notification.region}.amazonaws.com"
    return f"{host}/?Action=ConfirmSubscription&TopicArn={notification.topic_arn}&Token={notification.token}"


def shown_attributes(attributes: Attributes) -> dict[str, dict[str, str]]:
    """Message attributes as subscribers see them: Type and Value, binary values as base64 text."""
    return {
        name: {"Type": each["DataType"], "Value": each.get("StringValue") or each.get("BinaryValue", "")}
        for name, each in attributes.items()
    }


def _signature(notification: Notification, subscription: Subscription) -> dict[str, str]:
    version = subscription.topic.signature_version
    return {
        "SignatureVersion": version,
        "Signature": _signature_for(notification, subscription.protocol, version),
        "SigningCertURL": certificate_url(notification.region),
    }


def _signature_for(notification: Notification, protocol: str, version: str) -> str:
    """The signature of the text for a protocol; made once for all subscribers that get the same text."""
    text = notification.text_for(protocol)
    found = notification.signatures.get((text, version))
    if found is None:
        found = notification.signatures[text, version] = sign(_fields_to_sign(notification, text), version)
    return found


def _fields_to_sign(notification: Notification, text: str) -> dict[str, str]:
    fields = {
        "Message": text,
        "MessageId": notification.message_id,
        "Timestamp": notification.timestamp,
        "TopicArn": notification.topic_arn,
        "Type": notification.type,
    }
    if notification.token:
        return {**fields, "SubscribeURL": subscribe_url(notification), "Token": notification.token}
    return fields if notification.subject is None else {**fields, "Subject": notification.subject}


def _address_for_functions(fields: Fields) -> dict[str, str]:
    if "Token" in fields:
        return {"SubscribeUrl": fields["SubscribeURL"], "Token": fields["Token"]}
    return {"UnsubscribeUrl": fields["UnsubscribeURL"]}


def _lines(fields: Fields) -> str:
    """As AWS lays a document out: a field a line, and below MessageAttributes an attribute a line."""
    return ",\n".join([f"  {_text(name)} : {_value(value)}" for name, value in fields.items()])


def _value(value: object) -> str:
    if not isinstance(value, Mapping):
        return _text(value)
    lines = [f"    {_text(name)} : {_compact(each)}" for name, each in value.items()]
    return "{\n" + ",\n".join(lines) + "\n  }"


_text = json.JSONEncoder(ensure_ascii=False).encode
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
