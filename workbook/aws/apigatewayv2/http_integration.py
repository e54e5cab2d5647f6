"""An integration with a public server: the request goes on as it came, and the answer comes back as it is.

Source: API Gateway Developer Guide, "Create HTTP proxy integrations for HTTP APIs". That a server which
cannot be reached is a 503 is unverified.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook.aws.apigatewayv2.refusals import Refused
from workbook.aws.endpoints import HttpRequest, HttpResponse, NoAnswer, NoConnection, ask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workbook.aws.web.payload_2 import Place
    from workbook.aws.web.requests import WebRequest
    from workbook.engine.world import World

_VARIABLE = re.compile(r"\{([^{}+]+)\}")
_OWN = frozenset({"host", "content-length"})


def ask_server(
    world: World, request: WebRequest, place: Place, integration: Mapping[str, Any]
) -> HttpResponse:
    """The response of the server.

    Raises:
        Refused: nobody is there, or it took too long.
    """
    url = _VARIABLE.sub(
        lambda match: place.path_parameters.get(match[1], match[0]), integration["IntegrationUri"]
    )
    query = f"?{request.raw_query}" if request.raw_query else ""
    method = integration["IntegrationMethod"]
    headers = {name: value for name, value in request.headers.items() if name not in _OWN}
    onward = HttpRequest(
        request.method if method == "ANY" else method, f"{url}{query}", headers, request.body
    )
    try:
        return ask(world, onward, integration["TimeoutInMillis"] / 1_000)
    except (NoConnection, NoAnswer) as error:
        raise Refused(503, "Service Unavailable", str(error)) from None
