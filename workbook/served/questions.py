"""Which operation of which service a request asks for, with which parameters.

The service is named by the signature, as most clients send all they have to one address. Where two services
sign with one name, the path tells which is meant. The operation is found, and its parameters are read, by
moto's routers and parsers over AWS's service models; SQS alone, which is ours whole, is read by our own code,
as its model knows the older Query protocol no more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from workbook.aws.simulated import SIMULATED
from workbook.aws.sqs.query_protocol import read_query
from workbook.served.error_answers import guessed_protocol

if TYPE_CHECKING:
    from botocore.model import ServiceModel
    from moto.core.request import Request

    from workbook.served.requests import HttpRequest

_SIGNED_AS = {
    "apigateway": "apigateway",
    "cloudwatch": "monitoring",
    "elbv2": "elasticloadbalancing",
    "iot-data": "iotdata",
    "stepfunctions": "states",
}
"""The names with which requests are signed, where they are not botocore's names of the service."""
_SERVICES = {_SIGNED_AS.get(name, name): name for name in SIMULATED if name != "apigatewayv2"}
_UNSIGNED = {"AWSCognitoIdentityProviderService": "cognito-idp"}
"""Services some of whose operations need no signature, by the first part of their X-Amz-Target."""
_UNREADABLE = (RequestParserError, ValueError, TypeError, KeyError, AttributeError, OverflowError)
"""What moto's parsers end in where parameters have another form than the model."""
_OLD_ELB = "2012-06-01"


class Unasked(ValueError):
    """A request that asks for nothing that is simulated."""

    def __init__(self, what: str, service: str, protocol: str) -> None:
        """`what` is as the client would call it; `service` is a signing name."""
        super().__init__(what)
        self.what = what
        self.service = service
        self.protocol = protocol


class Unreadable(ValueError):
    """Parameters that are not of the form that the service's model has."""


@dataclass(frozen=True)
class Question:
    """What a request asks for."""

    model: ServiceModel
    operation: str
    protocol: str
    """The protocol in which it is asked, and answered."""
    parameters: Mapping[str, Any]

    @property
    def service(self) -> str:
        """The service, by botocore's name."""
        return self.model.service_name


def service_of(request: HttpRequest, signed_for: str | None) -> str | None:
    """The service that a request is for, by botocore's name, or None where it is none that is simulated.

    `signed_for` is the name in the signature, None where there is none.
    """
    if signed_for is None:
        return _UNSIGNED.get((request.header("X-Amz-Target") or "").partition(".")[0])
    if signed_for == "apigateway" and request.path.startswith("/v2/"):
        return "apigatewayv2"
    return _SERVICES.get(signed_for)


def question_of(service: str, sent: HttpRequest, request: Request) -> Question:
    """What a request asks of a service (botocore's name); `request` is the same as moto takes it in.

    Raises:
        Unasked: the service has no such operation, or is not asked in a protocol that is spoken here.
        Unreadable: the parameters are not of the form that the model says.
    """
    if service == "sqs":
        return _question_to_sqs(sent)
    model = get_service_model(service)
    try:
        operation, in_path = get_service_router(service).match(request)
        protocol = determine_request_protocol(model, request.content_type)
    except (NotFound, NotImplementedError):
        raise _unasked(sent, service) from None
    if sent.header("smithy-protocol") is not None or _is_of_older_balancers(service, request):
        raise _unasked(sent, service)
    _check_json(protocol, sent.body)
    read: Any = {"method": request.method, "values": request.values, "headers": request.headers}
    body = b"" if sent.method in {"GET", "HEAD"} else sent.body  # these have none, whatever comes with them
    read |= {"body": body, "url_path": request.path, "url_params": in_path}
    try:
        parameters = PROTOCOL_PARSERS[protocol](operation).parse(read)
    except _UNREADABLE as error:
        raise Unreadable(f"a parameter of {operation.name} is not of its type ({error})") from error
    return Question(model, operation.name, protocol, parameters)


def _question_to_sqs(sent: HttpRequest) -> Question:
    """SQS checks what is in a request itself, in its own words; here only the operation counts."""
    model = get_service_model("sqs")
    target = sent.header("X-Amz-Target")
    if target is not None:
        operation, protocol = target.rpartition(".")[2], "json"
        parameters = _object_in(sent.body)
    else:
        fields = "&".join(part for part in (sent.query, sent.body.decode("utf-8", "replace")) if part)
        (operation, parameters), protocol = read_query(fields), "query"
    if operation not in model.operation_names:
        raise Unasked(f"sqs:{operation or '(no Action)'}", "sqs", protocol)
    return Question(model, operation, protocol, parameters)


def _object_in(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _check_json(protocol: str, body: bytes) -> None:
    """A body of the JSON protocol is one object; of REST it may be anything that the operation takes."""
    if protocol != "json" or not body:
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the body is no JSON ({error})") from None
    if not isinstance(value, dict):
        raise Unreadable("the body is no JSON object")


def _is_of_older_balancers(service: str, request: Request) -> bool:
    """Classic and newer load balancers share a name and actions; the version tells them apart."""
    return service == "elbv2" and request.values.get("Version") == _OLD_ELB


def _unasked(sent: HttpRequest, service: str) -> Unasked:
    protocol = guessed_protocol(sent, _SIGNED_AS.get(service, service))
    smithy = sent.header("smithy-protocol")
    if smithy is not None:
        return Unasked(f"{service} in the protocol {smithy}", service, protocol)
    return Unasked(f"{service}:{asked_words(sent)}", service, protocol)


def asked_words(sent: HttpRequest) -> str:
    """What a request asks for, as far as can be told without a model: its operation, or method and path."""
    target = sent.header("X-Amz-Target")
    if target is not None:
        return target.rpartition(".")[2][:100]
    fields = f"{sent.query}&{sent.body[:2000].decode('utf-8', 'replace')}"
    action = next((field[7:] for field in fields.split("&") if field.startswith("Action=")), None)
    return (action or f"{sent.method} {sent.path}")[:100]
