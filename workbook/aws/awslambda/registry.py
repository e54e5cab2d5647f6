"""Finding functions in moto's registry, with qualifiers honoured.

moto keeps the functions, their published versions and their aliases; it reads the wrong parameter for the
qualifier, and knows nothing of weighted aliases. This is the one module that looks inside moto's storage.
"""

# ruff: noqa: SLF001 - moto has no public way to its functions, versions and aliases

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.awslambda.utils import get_backend

from workbook.aws.awslambda.errors import ResourceNotFound
from workbook.aws.awslambda.names import LATEST, arn_of, parse

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaFunction

    from workbook.aws.awslambda.lifecycle import Lifecycle
    from workbook.engine.world import World


@dataclass(frozen=True)
class Target:
    """What a qualified name leads to."""

    backend: LambdaBackend
    function: LambdaFunction
    alias: LambdaAlias | None
    arn: str
    """The ARN as it was asked for, with the qualifier."""

    @property
    def lifecycle(self) -> Lifecycle:
        """State and deployment of the function or version."""
        return lifecycle_of(self.function)


def lifecycle_of(function: LambdaFunction) -> Lifecycle:
    """State and deployment, which our seam in `LambdaFunction` keeps with the function."""
    return function.lifecycle  # type: ignore[attr-defined,no-any-return]


def latest(backend: LambdaBackend, name: str, *, shown: str | None = None) -> LambdaFunction:
    """The function `name` itself ($LATEST).

    Raises:
        ResourceNotFound: there is none; the text shows the ARN with the qualifier `shown`.
    """
    group = backend._lambdas._functions.get(name)
    if group is None or group["latest"] is None:
        raise ResourceNotFound.function(arn_of(backend, name, shown))
    return group["latest"]  # type: ignore[no-any-return]


def functions(backend: LambdaBackend) -> list[LambdaFunction]:
    """All functions of an account in a Region, each as its $LATEST."""
    return [group["latest"] for group in backend._lambdas._functions.values() if group["latest"] is not None]


def is_taken(backend: LambdaBackend, name: str) -> bool:
    """Whether there is a function of that name."""
    return name in backend._lambdas._functions


def add(backend: LambdaBackend, function: LambdaFunction) -> None:
    """Register a new function."""
    backend._lambdas.put_function(function)


def remove(backend: LambdaBackend, name: str) -> None:
    """Forget a function with all of its versions and aliases."""
    for each in [latest(backend, name), *versions(backend, name)]:
        backend._lambdas._arns.pop(each.function_arn, None)
    del backend._lambdas._functions[name]
    backend._lambdas._aliases.pop(arn_of(backend, name), None)


def add_version(backend: LambdaBackend, published: LambdaFunction) -> None:
    """Register a new version of a function."""
    backend._lambdas._functions[published.function_name]["versions"].append(published)
    backend._lambdas._arns[published.function_arn] = published


def remove_version(backend: LambdaBackend, name: str, number: str) -> None:
    """Forget one version of a function; harmless when there is none."""
    remaining = [each for each in versions(backend, name) if str(each.version) != number]
    backend._lambdas._functions[name]["versions"] = remaining
    backend._lambdas._arns.pop(arn_of(backend, name, number), None)


def versions(backend: LambdaBackend, name: str) -> list[LambdaFunction]:
    """The published versions of a function, oldest first."""
    group: dict[str, Any] = backend._lambdas._functions.get(name) or {}
    return group.get("versions") or []


def version(backend: LambdaBackend, name: str, number: str) -> LambdaFunction:
    """One version of a function, "$LATEST" included.

    Raises:
        ResourceNotFound: there is none.
    """
    if number == LATEST:
        return latest(backend, name, shown=number)
    latest(backend, name, shown=number)
    for published in versions(backend, name):
        if str(published.version) == number:
            return published
    raise ResourceNotFound.function(arn_of(backend, name, number))


def aliases(backend: LambdaBackend, name: str) -> dict[str, LambdaAlias]:
    """The aliases of a function, by name."""
    return backend._lambdas._aliases[arn_of(backend, name)]


def find(backend: LambdaBackend, name: str, qualifier: str | None = None) -> Target:
    """The function, version or alias.

    Raises:
        ResourceNotFound: there is none.
    """
    function = latest(backend, name, shown=qualifier)
    if qualifier in {None, LATEST}:
        return Target(backend, function, None, arn_of(backend, name, qualifier))
    assert qualifier is not None  # noqa: S101 - for the type checker, which does not read the line above
    alias = aliases(backend, name).get(qualifier)
    if alias is not None:
        return Target(
            backend, version(backend, name, alias.function_version), alias, arn_of(backend, name, qualifier)
        )
    return Target(backend, version(backend, name, qualifier), None, arn_of(backend, name, qualifier))


def find_by_arn(world: World, function_arn: str) -> Target:
    """As `find`, from a whole ARN (or from a name, in the world's own account and Region).

    Raises:
        ResourceNotFound: there is none.
    """
    reference = parse(function_arn, longest=256)
    backend = backend_of(world, reference.account or world.account, reference.region or world.region)
    return find(backend, reference.name, reference.qualifier)


def backend_of(world: World, account: str, region: str) -> LambdaBackend:
    """The registry of an account's functions, kept for a world: moto takes ten microseconds to find it."""
    return world.kept_in("lambda.backends", (account, region), lambda: get_backend(account, region))


def choose_version(world: World, target: Target) -> LambdaFunction:
    """The version that an invocation goes to: an alias with weights sends some of them to another one."""
    routing: Any = None if target.alias is None else target.alias.routing_config
    weights = (routing or {}).get("AdditionalVersionWeights")
    if not weights:
        return target.function
    draw = world.seeds.stream("lambda.alias-routing").random()
    for number, weight in weights.items():
        if draw < weight:
            return version(target.backend, target.function.function_name, number)
        draw -= weight
    return target.function
