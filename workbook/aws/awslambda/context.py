"""The context object: what a handler is told besides the event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.awslambda.deadline import Deadline
    from workbook.aws.awslambda.environment import ExecutionEnvironment
    from workbook.engine.clock import Clock


def _shown(part: object, names: tuple[str, ...]) -> str:
    return f"{type(part).__name__}([{','.join(f'{name}={getattr(part, name)}' for name in names)}])"


class CognitoIdentity:
    """Who called, when a mobile app did; both are None otherwise."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self) -> None:
        self.cognito_identity_id: str | None = None
        self.cognito_identity_pool_id: str | None = None

    def __repr__(self) -> str:
        return _shown(self, self.__slots__)


class Client:
    """The mobile app that called."""

    __slots__ = ("app_package_name", "app_title", "app_version_code", "app_version_name", "installation_id")

    def __init__(self, facts: Mapping[str, Any]) -> None:
        for name in self.__slots__:
            setattr(self, name, facts.get(name))

    def __repr__(self) -> str:
        names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
        return _shown(self, names)


class ClientContext:
    """What the caller passed as ClientContext; `client` is None where there is none in it."""

    __slots__ = ("client", "custom", "env")

    def __init__(self, facts: Mapping[str, Any]) -> None:
        client = facts.get("client")
        self.client = None if client is None else Client(client)
        self.custom = facts.get("custom")
        self.env = facts.get("env")

    def __repr__(self) -> str:
        return _shown(self, ("custom", "env", "client"))


class LambdaContext:
    """The second argument of a handler. Source: "Using the Lambda context object", developer guide."""

    def __init__(
        self,
        environment: ExecutionEnvironment,
        *,
        request_id: str,
        invoked_arn: str,
        deadline: Deadline,
        clock: Clock,
        client_context: Mapping[str, Any] | None = None,
    ) -> None:
        deployment = environment.deployment
        self.aws_request_id = request_id
        self.function_name = deployment.function_name
        self.function_version = deployment.version
        self.invoked_function_arn = invoked_arn
        self.memory_limit_in_mb = str(deployment.memory)
        self.log_group_name = environment.log.group
        self.log_stream_name = environment.log.stream
        self.identity = CognitoIdentity()
        self.client_context = None if client_context is None else ClientContext(client_context)
        self.tenant_id: str | None = None
        self._log = environment.log
        self._deadline = deadline
        self._clock = clock

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, (self._deadline.instant - self._clock.now) // 1000)

    def log(self, message: object) -> None:
        """Write one event to the log, without a level."""
        self._log.event(str(message))

    def __repr__(self) -> str:
        return _shown(
            self,
            (
                *("aws_request_id", "log_group_name", "log_stream_name", "function_name"),
                *("memory_limit_in_mb", "function_version", "invoked_function_arn"),
                *("client_context", "identity", "tenant_id"),
            ),
        )
