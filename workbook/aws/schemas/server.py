"""How requests to the schema registry are read and answered: by moto's machinery and AWS's service model."""

from __future__ import annotations

import types
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse

from workbook.aws.constraints import constraint_errors
from workbook.aws.operations import Answer, Call, NotSimulated, Operation, method_of
from workbook.aws.schemas import operations_discoverers, operations_registries, operations_schemas
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


def _not_simulated(what: str, advice: str) -> Operation:
    """An operation that AWS has and the workbook does not."""

    def answer(_call: Call) -> Answer:
        raise NotSimulated(what, advice)

    return answer


def _refused() -> dict[str, Operation]:
    names = {
        "describe_code_binding": ("DescribeCodeBinding", _BINDINGS),
        "get_code_binding_source": ("GetCodeBindingSource", _BINDINGS),
        "put_code_binding": ("PutCodeBinding", _BINDINGS),
        "delete_resource_policy": ("DeleteResourcePolicy", _POLICIES),
        "get_resource_policy": ("GetResourcePolicy", _POLICIES),
        "put_resource_policy": ("PutResourcePolicy", _POLICIES),
    }
    return {name: _not_simulated(what, advice) for name, (what, advice) in names.items()}


OPERATIONS: dict[str, Operation] = {
    **{
        operation.__name__: operation
        for operation in (
            operations_discoverers.create_discoverer,
            operations_registries.create_registry,
            operations_schemas.create_schema,
            operations_discoverers.delete_discoverer,
            operations_registries.delete_registry,
            operations_schemas.delete_schema,
            operations_schemas.delete_schema_version,
            operations_discoverers.describe_discoverer,
            operations_registries.describe_registry,
            operations_schemas.describe_schema,
            operations_schemas.export_schema,
            operations_schemas.get_discovered_schema,
            operations_discoverers.list_discoverers,
            operations_registries.list_registries,
            operations_schemas.list_schema_versions,
            operations_schemas.list_schemas,
            operations_registries.list_tags_for_resource,
            operations_schemas.search_schemas,
            operations_discoverers.start_discoverer,
            operations_discoverers.stop_discoverer,
            operations_registries.tag_resource,
            operations_registries.untag_resource,
            operations_discoverers.update_discoverer,
            operations_registries.update_registry,
            operations_schemas.update_schema,
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
