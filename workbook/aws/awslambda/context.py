"""The context object: what a handler is told besides the event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.awslambda.deadline import Deadline
    from workbook.aws.awslambda.environment import ExecutionEnvironment
    from workbook.engine.clock import Clock


class CognitoIdentity:
    """Who called, when a mobile app did; both are None otherwise."""

    def __init__(self) -> None:
        self.cognito_identity_id: str | None = None
        self.cognito_identity_pool_id: str | None = None


class Client:
    """The mobile app that called."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        for name in (
            "installation_id",
            "app_title",
            "app_version_name",
            "app_version_code",
            "app_package_name",
        ):
            setattr(self, name, facts.get(name))


class ClientContext:
    """What the caller passed as ClientContext."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.client = Client(facts.get("client") or {})
        self.custom = facts.get("custom")
        self.env = facts.get("env")


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
        shown = ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb")
        return f"LambdaContext([{','.join(f'{name}={getattr(self, name)}' for name in shown)}])"
