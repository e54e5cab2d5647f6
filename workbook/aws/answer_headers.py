"""The headers of answers that moto writes otherwise than AWS does.

Request ids: a UUID in most services, 52 capitals and digits in DynamoDB; those of S3, SQS and Lambda are made
elsewhere. Sources: the service pages' example answers and answers recorded in public test suites.
"""

from __future__ import annotations

import hashlib
import types
import uuid
from collections.abc import Callable
from typing import Any

import moto.core.responses
from moto.core.responses import BaseResponse
from moto.core.serialize import BaseJSONSerializer
from moto.utilities.aws_headers import gen_amzn_requestid_long

from workbook.engine.patches import Patches

_UNKNOWN = "text"
"""What moto writes of a JSON service that has another protocol, too, such as CloudWatch."""

_CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"

_Answer = tuple[dict[str, str], Any]


def give_request_ids_the_form_of_uuids(patches: Patches) -> None:
    """Moto gives every answer 52 letters; the UUID is made of them, so that chance goes on as before."""
    draw: Callable[[], str] = gen_amzn_requestid_long

    def uuid_of_drawn(headers: dict[str, str] | None = None) -> str:
        digest = hashlib.md5(draw().encode(), usedforsecurity=False).digest()
        request_id = str(uuid.UUID(bytes=digest, version=4))
        if headers is not None:
            headers["x-amzn-requestid"] = request_id
        return request_id

    patches.set(moto.core.responses, "gen_amzn_requestid_long", uuid_of_drawn)


def give_tables_their_form_of_request_ids(patches: Patches, dynamodb: types.ModuleType) -> None:
    """DynamoDB writes its request ids in capitals and digits."""

    def enrich(headers: dict[str, str], body: Any) -> _Answer:  # noqa: ANN401 - moto's signature
        headers, body = BaseResponse._enrich_response(headers, body)  # noqa: SLF001 - where moto sets the id
        digest = hashlib.sha512(headers["x-amzn-requestid"].encode()).digest()
        headers["x-amzn-requestid"] = "".join(_CAPITALS[byte % len(_CAPITALS)] for byte in digest[:52])
        return headers, body

    patches.set(dynamodb.DynamoHandler, "_enrich_response", staticmethod(enrich))


def name_the_type_of_json(patches: Patches) -> None:
    """Moto calls the JSON of services that speak other protocols, too, `text`."""
    named = BaseJSONSerializer._get_protocol_specific_content_type  # noqa: SLF001 - the one place

    def content_type(serializer: BaseJSONSerializer) -> str:
        known = named(serializer)
        if known != _UNKNOWN:
            return known
        version = serializer.operation_model.service_model.metadata.get("jsonVersion", "1.0")
        return serializer.APPLICATION_AMZ_JSON.format(version=version)

    patches.set(BaseJSONSerializer, "_get_protocol_specific_content_type", content_type)
