"""How asynchronous events of a function, a version or an alias are handled, and the API that sets it.

Each qualifier has a configuration of its own, or none; an alias does not inherit that of its version, nor a
version that of $LATEST. Put replaces all settings, Update only those that it names.

Sources: botocore's service model; answers of AWS recorded in public test suites (2023).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.destinations import check_destinations
from workbook.aws.awslambda.errors import InvalidParameterValue, ResourceNotFound, ValidationError
from workbook.aws.awslambda.names import LATEST, arn_of, read
from workbook.aws.awslambda.paging import page
from workbook.aws.awslambda.registry import find, latest
from workbook.aws.limits import limit
from workbook.engine.clock import datetime_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    import datetime

    from moto.awslambda.models import LambdaBackend

    from workbook.aws.awslambda.registry import Target

Parameters = dict[str, Any]

MOST_RETRIES = limit("lambda.event.retries")
LONGEST_AGE = limit("lambda.event.age")
"""Seconds."""
LEAST_AGE = limit("lambda.event.age.least")
"""Seconds."""


@dataclass(frozen=True)
class EventInvokeConfig:
    """The settings; None for what was not set, for which AWS's defaults count."""

    maximum_retry_attempts: int | None = None
    maximum_event_age: int | None = None
    """Seconds."""
    on_success: str | None = None
    """ARN of the destination."""
    on_failure: str | None = None
    last_modified: int = 0
    """An instant."""

    @property
    def retries(self) -> int:
        """How often an event is tried again after a function error."""
        given = self.maximum_retry_attempts
        return MOST_RETRIES if given is None else given

    @property
    def age(self) -> int:
        """Seconds that an event may be in the queue."""
        return self.maximum_event_age or LONGEST_AGE

    def settings(self) -> Parameters:
        """As AWS shows it, without name and time."""
        shown: Parameters = {
            "MaximumRetryAttempts": self.maximum_retry_attempts,
            "MaximumEventAgeInSeconds": self.maximum_event_age,
        }
        destinations = {"OnSuccess": self.on_success, "OnFailure": self.on_failure}
        return {
            **{name: value for name, value in shown.items() if value is not None},
            "DestinationConfig": {
                name: {} if arn is None else {"Destination": arn} for name, arn in destinations.items()
            },
        }


def config_of(target: Target) -> EventInvokeConfig:
    """The settings that count for events of a function, version or alias; the defaults where it has none."""
    configs = _configs(target.backend, target.function.function_name)
    qualifier = target.arn.partition(":function:")[2].partition(":")[2]
    return configs.get(qualifier or LATEST, EventInvokeConfig())


def forget(backend: LambdaBackend, name: str, qualifier: str) -> None:
    """A version or alias is gone, and with it what was set for it."""
    _configs(backend, name).pop(qualifier, None)


# ---- the API


def put_function_event_invoke_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """PutFunctionEventInvokeConfig."""
    return _write(backend, parameters, keep=False)


def update_function_event_invoke_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """UpdateFunctionEventInvokeConfig."""
    return _write(backend, parameters, keep=True)


def get_function_event_invoke_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """GetFunctionEventInvokeConfig."""
    name, qualifier = _named(backend, parameters)
    return _describe(backend, name, qualifier, _existing(backend, name, qualifier))


def delete_function_event_invoke_config(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """DeleteFunctionEventInvokeConfig. The status is 204, as recorded."""
    name, qualifier = _named(backend, parameters)
    _existing(backend, name, qualifier)
    del _configs(backend, name)[qualifier]
    _record(backend, name)
    return {"StatusCode": 204}


def list_function_event_invoke_configs(backend: LambdaBackend, parameters: Parameters) -> Parameters:
    """ListFunctionEventInvokeConfigs: $LATEST first, then versions and aliases by name."""
    most, wanted = limit("lambda.event.page"), parameters.get("MaxItems")
    if wanted is not None and int(wanted) > most:
        raise ValidationError.of("maxItems", wanted, f"Member must have value less than or equal to {most}")
    name, qualifier = read(backend, parameters["FunctionName"])
    if qualifier is not None:
        raise InvalidParameterValue("The function name must not include a version number or alias.")
    _check_exists(backend, name, None)
    configs = sorted(_configs(backend, name).items())
    shown = [_describe(backend, name, each, config) for each, config in configs]
    return page("FunctionEventInvokeConfigs", shown, parameters)


# ---- helpers


def _write(backend: LambdaBackend, parameters: Parameters, *, keep: bool) -> Parameters:
    """Put, or update where `keep` says to keep what is not named."""
    _check_values(parameters)
    name, qualifier = _named(backend, parameters)
    _check_exists(backend, name, qualifier)
    before = _existing(backend, name, qualifier) if keep else EventInvokeConfig()
    config = _changed(before, parameters)
    check_destinations(backend, latest(backend, name), parameters.get("DestinationConfig"))
    _configs(backend, name)[qualifier] = config
    _record(backend, name)
    return _describe(backend, name, qualifier, config)


def _changed(config: EventInvokeConfig, parameters: Parameters) -> EventInvokeConfig:
    destinations = parameters.get("DestinationConfig") or {}
    given: dict[str, Any] = {
        "maximum_retry_attempts": parameters.get("MaximumRetryAttempts"),
        "maximum_event_age": parameters.get("MaximumEventAgeInSeconds"),
        "on_success": (destinations.get("OnSuccess") or {}).get("Destination"),
        "on_failure": (destinations.get("OnFailure") or {}).get("Destination"),
    }
    changes = {name: value for name, value in given.items() if value is not None}
    changed = replace(config, **changes, last_modified=current_world().clock.now)
    # An empty ARN takes a destination away.
    return replace(changed, on_success=changed.on_success or None, on_failure=changed.on_failure or None)


def _check_values(parameters: Parameters) -> None:
    names = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
    if all(parameters.get(name) is None for name in names):
        raise InvalidParameterValue("You must specify at least one of error handling or destination setting.")
    _check_range("maximumRetryAttempts", parameters.get("MaximumRetryAttempts"), 0, MOST_RETRIES)
    _check_range(
        "maximumEventAgeInSeconds", parameters.get("MaximumEventAgeInSeconds"), LEAST_AGE, LONGEST_AGE
    )


def _check_range(parameter: str, value: int | None, least: int, most: int) -> None:
    if value is not None and int(value) > most:
        raise ValidationError.of(parameter, value, f"Member must have value less than or equal to {most}")
    if value is not None and int(value) < least:
        raise ValidationError.of(parameter, value, f"Member must have value greater than or equal to {least}")


def _named(backend: LambdaBackend, parameters: Parameters) -> tuple[str, str]:
    name, qualifier = read(backend, parameters["FunctionName"], parameters.get("Qualifier"))
    return name, qualifier or LATEST


def _check_exists(backend: LambdaBackend, name: str, qualifier: str | None) -> None:
    try:
        find(backend, name, qualifier)
    except ResourceNotFound:
        raise ResourceNotFound("The function doesn't exist.") from None


def _existing(backend: LambdaBackend, name: str, qualifier: str) -> EventInvokeConfig:
    refused = ResourceNotFound.event_invoke_config(arn_of(backend, name, qualifier))
    try:
        return _configs(backend, name)[qualifier]
    except (ResourceNotFound, KeyError):
        raise refused from None


def _configs(backend: LambdaBackend, name: str) -> dict[str, EventInvokeConfig]:
    """All of a function's configurations, by qualifier; they live and end with the function."""
    found: dict[str, EventInvokeConfig] = vars(latest(backend, name)).setdefault("event_invoke_configs", {})
    return found


def _describe(backend: LambdaBackend, name: str, qualifier: str, config: EventInvokeConfig) -> Parameters:
    modified: datetime.datetime = datetime_of(config.last_modified // 1_000_000 * 1_000_000)
    return {
        "LastModified": modified.replace(tzinfo=None),
        "FunctionArn": arn_of(backend, name, qualifier),
        **config.settings(),
    }


def _record(backend: LambdaBackend, name: str) -> None:
    from workbook.aws.awslambda.descriptions import record_settings  # noqa: PLC0415 - it shows them, too

    record_settings("configure", latest(backend, name))


def all_settings(configs: dict[str, EventInvokeConfig]) -> Parameters:
    """The settings of all qualifiers, for the trace."""
    return {qualifier: config.settings() for qualifier, config in sorted(configs.items())}
