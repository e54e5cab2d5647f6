"""How requests to the API of REST APIs are read and answered: by moto's machinery and AWS's service model."""

from __future__ import annotations

from moto.core.responses import BaseResponse

from workbook.aws.apigateway import operations_apis, operations_methods, operations_stages
from workbook.aws.operations import method_of


class RestApiResponse(BaseResponse):
    """One request."""

    def __init__(self) -> None:
        super().__init__(service_name="apigateway")
        self.automated_parameter_parsing = True


for _operation in (
    *operations_apis.OPERATIONS,
    *operations_methods.OPERATIONS,
    *operations_stages.OPERATIONS,
):
    setattr(RestApiResponse, _operation.__name__, method_of(_operation))
