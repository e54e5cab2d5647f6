"""What the operations of the schema registry share: whom a request names, its tags, pages of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.paging import Pages
from workbook.aws.schemas.errors import BadRequest
from workbook.aws.schemas.registry import catalogue_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbook.aws.operations import Call
    from workbook.aws.schemas.registry import Catalogue, Schema, SchemaRegistry


_PAGE = 100


def catalogue(call: Call) -> Catalogue:
    """The registries and discoverers of the account and Region."""
    return catalogue_of(call.world, call.account, call.region)


def registry(call: Call) -> SchemaRegistry:
    """The registry that a request names.

    Raises:
        NotFound: there is none.
    """
    return catalogue(call).registry(str(call.parameters["RegistryName"]))


def schema(call: Call) -> Schema:
    """The schema that a request names.

    Raises:
        NotFound: there is none, or no such registry.
    """
    return registry(call).schema(str(call.parameters["SchemaName"]))


def tags(call: Call) -> dict[str, str]:
    """The tags that a request gives."""
    return dict(call.parameters.get("Tags") or {})


def only(shown: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The fields of these names."""
    return {name: value for name, value in shown.items() if name in names}


def _invalid_token() -> BadRequest:
    return BadRequest("The NextToken is none that an earlier answer has given.")


_PAGES = Pages(_PAGE, largest=_PAGE, maximum="Limit", invalid=_invalid_token)


def page(call: Call, name: str, entries: Sequence[object]) -> dict[str, Any]:
    """One page of entries, under a name.

    Raises:
        BadRequest: the token is none that an answer gave.
    """
    return _PAGES.page(name, entries, call.parameters)
