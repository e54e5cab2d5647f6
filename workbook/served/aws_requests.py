"""Answers a request of any client of AWS in the lab that is open in this process.

    request ──> whose? ──> which operation? ──> hop, refusals, round trip ──> moto's dispatch, our back ends
                signatures    questions            aws.api_calls

boto3 in a notebook goes the second half of this way, too: what a call does, and what the trace says of it, is
the same whoever makes it. The bytes of the answer are the service's own. Decision 0026 says why moto's server
has no part in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from moto.core.botocore_stubber import BotocoreStubber

from workbook.aws.api_calls import record_call
from workbook.aws.environment import access_key_of, account_of
from workbook.aws.moto_patches import SealedEndpointError
from workbook.aws.plain_requests import request_of
from workbook.aws.service_events import ApiCall
from workbook.aws.simulated import NOT_SIMULATED, refuse_unsimulated
from workbook.aws.sqs.addresses import let_in
from workbook.engine.world import World, current_world
from workbook.lab_arguments import regions_of_aws
from workbook.served.compressed import BrokenBody, unpacked
from workbook.served.error_answers import FAULT, UNKNOWN_KEY, UNREADABLE, error_answer, guessed_protocol
from workbook.served.missing_parameters import parameter_error
from workbook.served.questions import Question, Unasked, Unreadable, asked_words, question_of, service_of
from workbook.served.requests import Headers, HttpRequest, HttpResponse
from workbook.served.signatures import Signature, account_in_key, is_presigned, signature_of

if TYPE_CHECKING:
    from botocore.model import OperationModel

_FIRST_REGION = "us-east-1"
_TRAVEL = frozenset(
    {"host", "authorization", "transfer-encoding", "connection", "expect", "x-moto-account-id"}
)
"""Headers that are not handed on: of the way here, made anew, or of moto's own making."""
_ANSWERED = frozenset({"status", "transfer-encoding", "connection"})
"""Headers of moto's answers that the server writes itself, or that are none."""
_BUCKET_IN_HOST = re.compile(
    r"(?P<bucket>.+?)(?:(?:\.s3)?\.localhost|\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com)(?::\d+)?"
)


def answer_aws(request: HttpRequest) -> HttpResponse:
    """Answer one request to AWS. Errors, and what is not simulated, are answers, too.

    Raises:
        NoLab: no lab is open in this process.
    """
    world = current_world()
    return _Asked(world, request).answer()


class _Refused(Exception):
    """What is answered in the place of a service."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class _Asked:
    """One request on its way."""

    def __init__(self, world: World, request: HttpRequest) -> None:
        self._world = world
        self._request = request
        self._signature = signature_of(request)
        self._protocol = guessed_protocol(request, self._signature.service if self._signature else "")
        self._response: HttpResponse | None = None

    def answer(self) -> HttpResponse:
        try:
            return self._answer()
        except _Refused as refusal:
            return self._error(refusal.code, refusal.message, refusal.status)
        except ClientError as error:  # a refusal of the lab's own: it answered no bytes
            told = error.response["Error"]
            return self._error(told["Code"], told["Message"])
        except MemoryError:  # the process is at its limit, and whoever started it says so
            raise
        except Exception as error:  # noqa: BLE001 - who asks over HTTP gets an answer, whatever happens
            return self._error(FAULT, f"the simulation failed: {type(error).__name__}: {error}")

    def _answer(self) -> HttpResponse:
        service, region = self._service(), self._region()
        access_key = self._access_key()
        self._unpack(service)
        prepared = self._prepared(service, region, access_key)
        question = self._question(service, prepared)
        self._protocol = question.protocol
        call = ApiCall(question.model, question.operation, question.parameters, region, lambda: access_key)
        try:
            record_call(self._world, call, lambda: self._ask(question, prepared))
        except ClientError:
            if self._response is None:
                raise
        assert self._response is not None  # noqa: S101 - `_ask` has one where it raises nothing else
        return self._response

    # ---- who and what

    def _service(self) -> str:
        if is_presigned(self._request):
            raise _Refused(
                NOT_SIMULATED,
                "presigned URLs are not simulated by this workbook: they end by your clock, and a lab has a "
                "time of its own. Send the request itself, signed in its header Authorization.",
            )
        signed_for = self._signature.service if self._signature else None
        service = service_of(self._request, signed_for)
        if service is None and signed_for is None:
            raise _Refused("MissingAuthenticationToken", "Missing Authentication Token", 403)
        if service is None:
            refuse_unsimulated(str(signed_for), asked_words(self._request), {})
        return str(service)

    def _region(self) -> str:
        region = self._signature.region if self._signature else self._world.region
        if region in regions_of_aws():
            return region
        raise _Refused(
            NOT_SIMULATED,
            f"the Region {region!r} is none of AWS's: give your client one, such as {_FIRST_REGION}",
        )

    def _access_key(self) -> str:
        """The key in whose name the lab is asked: one that it made, or else its learner's.

        A key that says it is of this account, and was never made here or is deleted, is none of AWS's.
        """
        key = self._signature.access_key if self._signature else ""
        told = account_in_key(key)
        if account_of(key) is not None or (told is not None and _was_made_here(key)):
            return key
        if told == self._world.account:
            raise _Refused(*UNKNOWN_KEY[self._protocol])
        return access_key_of(self._world.account)

    def _unpack(self, service: str) -> None:
        try:
            self._request = unpacked(service, self._request)
        except BrokenBody as error:
            raise _Refused(UNREADABLE[self._protocol], str(error)) from None

    def _question(self, service: str, prepared: AWSPreparedRequest) -> Question:
        try:
            question = question_of(service, self._request, request_of(prepared))
        except Unasked as unasked:
            self._protocol = unasked.protocol
            raise _Refused(
                NOT_SIMULATED,
                f"{unasked.what} is not simulated by this workbook, so it is refused. Nothing was changed.",
            ) from None
        except Unreadable as unreadable:
            raise _Refused(UNREADABLE[self._protocol], str(unreadable)) from None
        self._protocol = question.protocol
        refuse_unsimulated(question.service, question.operation, question.parameters)
        error = parameter_error(question)
        if error is not None:
            raise _Refused(*error)
        return question

    # ---- the way to the service and back

    def _prepared(self, service: str, region: str, access_key: str) -> AWSPreparedRequest:
        """The request as boto3 would send it: to AWS's own address, in the name of a key of the lab."""
        headers = HTTPHeaders()
        for name, value in self._request.headers:
            if name.lower() not in _TRAVEL:
                headers.add_header(name, value)
        signature = self._signature or Signature(access_key, region, service)
        headers["Authorization"] = signature.header(access_key)
        address, target = self._address(service, region), self._request.target
        if service == "sqs":
            headers["Host"] = self._request.host  # queues are called by the address at which they are asked
            let_in(self._world, self._request.host)
        if service == "s3":
            target = self._path_style(target)
        url = address + (target if target.startswith("/") else f"/{target}")
        return AWSPreparedRequest(self._request.method, url, headers, self._request.body, stream_output=False)

    def _address(self, service: str, region: str) -> str:
        if service == "sqs":
            return f"http://sqs.{region}.amazonaws.com"
        return self._world.kept_in(
            "served.addresses", (service, region), lambda: _address_of(service, region)
        )

    def _path_style(self, target: str) -> str:
        """A bucket may be named in the host, or in the path; here it is always in the path."""
        found = _BUCKET_IN_HOST.fullmatch(self._request.host)
        return target if found is None or found["bucket"] == "s3" else f"/{found['bucket']}{target}"

    def _ask(self, question: Question, prepared: AWSPreparedRequest) -> Mapping[str, Any]:
        """The service's answer as boto3 would have it; its bytes are kept for the client.

        Raises:
            ClientError: it is an error.
        """
        answer = BotocoreStubber().process_request(prepared)
        if answer is None:
            raise SealedEndpointError(endpoint_url=prepared.url)
        status, headers, body = answer
        content = body.encode() if isinstance(body, str) else bytes(body)
        self._response = HttpResponse(status, self._headers_of(headers), content)
        parsed = _parsed(self._response, question)
        if status >= 300:
            raise ClientError(parsed, question.operation)  # type: ignore[arg-type]  # as botocore does
        return parsed

    def _headers_of(self, headers: Mapping[str, Any]) -> Headers:
        """The answer's headers; only where there is no body does its length say something of its own."""
        left_out = _ANSWERED if self._request.method == "HEAD" else _ANSWERED | {"content-length"}
        return tuple((name, str(value)) for name, value in headers.items() if name.lower() not in left_out)

    def _error(self, code: str, message: str, status: int = 400) -> HttpResponse:
        request_id = self._world.seeds.uuid("served.request-id")
        return error_answer(self._protocol, code, message, status=status, request_id=request_id)


def _was_made_here(access_key: str) -> bool:
    """Whether IAM or STS of the lab has made this key, and has it still."""
    from moto.iam.models import iam_backends  # noqa: PLC0415 - only who is asked over HTTP waits for it
    from moto.sts.models import sts_backends  # noqa: PLC0415 - as above

    users = (backend.access_keys for regions in iam_backends.values() for backend in regions.values())
    if any(access_key in keys for keys in users):
        return True
    sessions = (backend for regions in sts_backends.values() for backend in regions.values())
    return any(backend.get_assumed_role_from_access_key(access_key) for backend in sessions)


def _address_of(service: str, region: str) -> str:
    client: Any = boto3.client(service, region_name=region)  # type: ignore[call-overload]  # by a variable
    return str(client.meta.endpoint_url)


def _parsed(response: HttpResponse, question: Question) -> Mapping[str, Any]:
    """An answer by AWS's names, as boto3 parses it in the protocol of the request."""
    operation: OperationModel = question.model.operation_model(question.operation)
    parser = create_parser(question.protocol)
    streams = operation.has_streaming_output and response.status < 300
    body = BytesIO(response.body) if streams else response.body
    told = {"status_code": response.status, "headers": HTTPHeaders(), "body": body}
    for name, value in response.headers:
        told["headers"].add_header(name, value)  # type: ignore[attr-defined]
    parsed: Mapping[str, Any] = parser.parse(told, operation.output_shape)  # type: ignore[arg-type]  # or None
    return parsed
