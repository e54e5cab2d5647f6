"""Services that moto lacks, or that are ours whole: they enter its index of URLs, and use its machinery.

Only the index and the one function that finds a backend by its name have to know of them. The service itself
is loaded when first asked for. A service of moto's that answers at a second address enters the index, too.
"""

from __future__ import annotations

import functools
import importlib
import re
from typing import TYPE_CHECKING, Any

import moto.backends
from moto import backend_index

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_MODULES = {
    "schemas": "workbook.aws.schemas",
    "apigateway": "workbook.aws.apigateway",
    "elb": "workbook.aws.elbv2",  # by this name moto finds whatever is at the host of both versions
    "elbv2": "workbook.aws.elbv2",
    "iot": "workbook.aws.iot",
    "iotdata": "workbook.aws.iot",
    "cognitoidp": "workbook.aws.cognito",
}
"""The package of each service, with its BACKENDS."""

_FURTHER_ADDRESSES = {"stepfunctions": r"https?://sync-states\.(.+)\.amazonaws\.com"}
"""Where botocore sends StartSyncExecution and TestState, and moto does not look."""


def install(patches: Patches) -> None:
    """Let requests to these services find them."""
    addresses = {service: rf"https?://{service}\.(.+)\.amazonaws\.com" for service in _MODULES}
    for service, address in {**addresses, **_FURTHER_ADDRESSES}.items():
        entry = (service, re.compile(address))
        backend_index.backend_url_patterns.append(entry)
        patches.on_undo(functools.partial(backend_index.backend_url_patterns.remove, entry))
    find = moto.backends.get_backend

    @functools.wraps(find)
    def get_backend(name: Any) -> Any:  # noqa: ANN401 - as moto's
        module = _MODULES.get(name)
        return find(name) if module is None else importlib.import_module(module).BACKENDS

    patches.set(moto.backends, "get_backend", get_backend)
