"""AWS IoT, as far as topic rules need it: rules, and Publish of its data plane. There are no devices.

operations ── rules ── sql, topic_filters
"""

from __future__ import annotations

import types
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse

from workbook.aws.iot import operations
from workbook.aws.operations import method_of

__all__ = ["BACKENDS"]


class IotResponse(BaseResponse):
    """One request to the control plane."""

    def __init__(self) -> None:
        super().__init__(service_name="iot")
        self.automated_parameter_parsing = True


class IotDataResponse(BaseResponse):
    """One request to the data plane; a message may be any bytes."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__(service_name="iot-data")
        self.automated_parameter_parsing = True

    publish = method_of(operations.publish_message)


class IotBackend(BaseBackend):
    """What moto asks for the URLs of a service; the rules themselves are in the world."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - moto takes any object with these two names
        return types.SimpleNamespace(
            url_bases=[
                r"https?://iot\.(.+)\.amazonaws\.com",
                r"https?://data(?:-ats)?\.iot\.(.+)\.amazonaws\.com",
            ],
            url_paths={"{0}/rules.*$": IotResponse.dispatch, "{0}/topics/.*$": IotDataResponse.dispatch},
        )


for _operation in operations.OPERATIONS:
    setattr(IotResponse, _operation.__name__, method_of(_operation))

BACKENDS = BackendDict(IotBackend, "iot")
