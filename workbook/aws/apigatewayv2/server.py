"""How requests to the API of HTTP APIs are read and answered: by moto's machinery and AWS's service model."""

from __future__ import annotations

from moto.core.responses import BaseResponse

from workbook.aws.apigatewayv2 import operations_apis, operations_routes, operations_stages
from workbook.aws.operations import method_of


class HttpApiResponse(BaseResponse):
    """One request."""

    def __init__(self) -> None:
        super().__init__(service_name="apigatewayv2")
        self.automated_parameter_parsing = True


for _operation in (*operations_apis.OPERATIONS, *operations_routes.OPERATIONS, *operations_stages.OPERATIONS):
    setattr(HttpApiResponse, _operation.__name__, method_of(_operation))
