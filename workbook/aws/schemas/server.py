"""How requests to the schema registry are read and answered: by moto's machinery and AWS's service model."""

from __future__ import annotations

import types
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse

from workbook.aws.constraints import constraint_errors
from workbook.aws.operations import Answer, Call, Operation, method_of
from workbook.aws.schemas import operations
from workbook.aws.schemas.errors import BadRequest

_BINDINGS = "Code bindings are made from schemas by AWS: write the classes yourself, by the schema."
_POLICIES = "Registries of a lab belong to one account."


class SchemasResponse(BaseResponse):
    """One request to the schema registry."""

    def __init__(self) -> None:
        super().__init__(service_name="schemas")
        self.automated_parameter_parsing = True


class SchemasBackend(BaseBackend):
    """What moto asks for the URLs of a service; the registries themselves are in the world."""

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 - moto takes any object with these two names
        return types.SimpleNamespace(
            url_bases=[r"https?://schemas\.(.+)\.amazonaws\.com"],
            url_paths={"{0}/.*$": SchemasResponse.dispatch},
        )


def _refused() -> dict[str, Operation]:
    names = {
        "describe_code_binding": ("DescribeCodeBinding", _BINDINGS),
        "get_code_binding_source": ("GetCodeBindingSource", _BINDINGS),
        "put_code_binding": ("PutCodeBinding", _BINDINGS),
        "delete_resource_policy": ("DeleteResourcePolicy", _POLICIES),
        "get_resource_policy": ("GetResourcePolicy", _POLICIES),
        "put_resource_policy": ("PutResourcePolicy", _POLICIES),
    }
    return {name: operations.refused(what, advice) for name, (what, advice) in names.items()}


OPERATIONS: dict[str, Operation] = {
    **{
        operation.__name__: operation
        for operation in (
            operations.create_discoverer,
            operations.create_registry,
            operations.create_schema,
            operations.delete_discoverer,
            operations.delete_registry,
            operations.delete_schema,
            operations.delete_schema_version,
            operations.describe_discoverer,
            operations.describe_registry,
            operations.describe_schema,
            operations.export_schema,
            operations.get_discovered_schema,
            operations.list_discoverers,
            operations.list_registries,
            operations.list_schema_versions,
            operations.list_schemas,
            operations.list_tags_for_resource,
            operations.search_schemas,
            operations.start_discoverer,
            operations.stop_discoverer,
            operations.tag_resource,
            operations.untag_resource,
            operations.update_discoverer,
            operations.update_registry,
            operations.update_schema,
        )
    },
    **_refused(),
}


def _checked(name: str, operation: Operation) -> Operation:
    """The operation, for requests that the service model allows."""

    def answer(call: Call) -> Answer:
        errors = constraint_errors("schemas", name, call.parameters)
        if errors is not None:
            raise BadRequest(errors)
        return operation(call)

    answer.__doc__ = operation.__doc__
    return answer


def _model_name(method: str) -> str:
    return "".join(part.capitalize() for part in method.split("_"))


for _name, _operation in OPERATIONS.items():
    setattr(SchemasResponse, _name, method_of(_checked(_model_name(_name), _operation)))

BACKENDS = BackendDict(SchemasBackend, "schemas")
