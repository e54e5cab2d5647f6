"""The Query protocol: a form comes in, XML goes out, and moto goes a long way round at both ends.

It takes the form apart three times before it reads the parameters by the service's model, and writes even the
plainest answer by way of a tree. For a service whose operations are all ours (see `operations`), a form as
boto3 sends it is read once, and an answer of nothing but texts is written down at once. Everything else goes
moto's own way, errors among it; the bytes are the same on both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from moto import settings
from moto.core.parse import QueryParser
from moto.core.responses import ActionContext, ActionResult, BaseResponse
from moto.core.serialize import QuerySerializer
from moto.core.utils import get_service_model, utcnow
from werkzeug.http import http_date

if TYPE_CHECKING:
    from moto.core.request import Request

    from workbook.engine.patches import Patches

_FORM = "application/x-www-form-urlencoded; charset=utf-8"
"""The type under which boto3 sends a form."""


def read_forms_once(patches: Patches, response_class: type[BaseResponse]) -> None:
    """Let a service whose operations are all ours be told of a form what they need, and no more."""
    set_up: Callable[..., None] = response_class.setup_class

    def set_up_from_a_form(
        response: BaseResponse, request: Request, full_url: str | None = None, *more: object
    ) -> None:
        fields = _fields_of(request)
        if fields is None or fields.get("Action") not in _model_of(response).operation_names:
            set_up(response, request, full_url, *more)
            return
        response.normalized_request, response.headers = request, request.headers
        response.method, response.path, response.body = request.method, request.path, ""
        response.querystring = response.data = {name: [value] for name, value in fields.items()}
        response.uri = full_url or request.raw_url
        response.region = response.get_region_from_url(request, response.uri)
        response.response_headers = {"server": "amazon.com", "date": http_date(utcnow())}
        _read_parameters(response, fields)
        _note_visitor(response)

    patches.set(response_class, "setup_class", set_up_from_a_form)


def _fields_of(request: Request) -> dict[str, str] | None:
    """The fields of a form as boto3 sends one; None of any other request."""
    told, sent = request.environ, request.environ["wsgi.input"]
    plain = told.get("CONTENT_TYPE") == _FORM and not told.get("QUERY_STRING") and "HTTP_HOST" in told
    if not plain or "HTTP_CONTENT_ENCODING" in told or type(sent) is not BytesIO or request.from_wsgi_server:
        return None
    try:
        pairs = parse_qsl(sent.getvalue().decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else None


def _read_parameters(response: BaseResponse, fields: Mapping[str, str]) -> None:
    operation = _model_of(response).operation_model(fields["Action"])
    parser = QueryParser(operation, map_type=response.PROTOCOL_PARSER_MAP_TYPE)
    response.params = parser.parse({"values": fields})  # type: ignore[typeddict-item]  # it reads no more


def _note_visitor(response: BaseResponse) -> None:
    """Who calls, for whose account; IAM remembers when a key was last used."""
    from moto.iam.models import mark_account_as_visited  # noqa: PLC0415 - as moto: hooks wait for it

    response.access_key = response.get_access_key()
    response.current_account = response.get_current_account()
    mark_account_as_visited(
        response.current_account, response.access_key, str(response.service_name), response.region
    )


def _model_of(response: BaseResponse) -> Any:  # noqa: ANN401 - moto's ServiceModel
    return get_service_model(response.boto3_service_name)


class WrittenResult(ActionResult):
    """An answer by AWS's names."""

    def execute_result(self, context: ActionContext) -> Any:  # noqa: ANN401 - moto's response
        """Write it down, by the model of the operation."""
        if context.serializer_class is QuerySerializer and not _is_changed(context):
            body = _texts_only(context, self.result)
            if body is not None:
                return 200, {"Content-Type": QuerySerializer.CONTENT_TYPE}, body
        return super().execute_result(context)


def _is_changed(context: ActionContext) -> bool:
    """Whether moto would change answers of the service, or lay them out for people."""
    return bool(context.response.RESPONSE_KEY_PATH_TO_TRANSFORMER) or settings.PRETTIFY_RESPONSES


def _texts_only(context: ActionContext, answer: object) -> str | None:
    """An answer in which all that there is are texts; None of any other."""
    operation = context.operation_model
    shape, namespace = operation.output_shape, operation.metadata.get("xmlNamespace")
    if shape is None or namespace is None or not isinstance(answer, dict) or "responseCode" in operation.http:
        return None
    members = shape.members
    known = [name for name in members if answer.get(name) is not None]
    if len(known) < len(answer) or not all(_is_text(members[name], answer[name]) for name in known):
        return None
    wrapper = shape.serialization.get("resultWrapper", f"{shape.name}Result")
    texts = "".join([f"<{name}>{escape(answer[name])}</{name}>" for name in known])
    result = f"<{wrapper}>{texts}</{wrapper}>" if texts else f"<{wrapper}/>"
    name = f"{operation.name}Response"
    request = "<ResponseMetadata><RequestId>request-id</RequestId></ResponseMetadata>"
    return f'<{name} xmlns="{namespace}">{result}{request}</{name}>'


def _is_text(shape: Any, value: object) -> bool:  # noqa: ANN401 - moto's Shape
    """Whether a member is written as its name around a text, and nothing else."""
    return type(value) is str and bool(value) and shape.type_name == "string" and not shape.serialization
