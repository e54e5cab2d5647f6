"""Execution environments: where handlers run.

    cold start    INIT_START, the module's code runs (at least 100 ms), then the handler
    warm          only the handler; the module's globals are as the last invocation left them
    end           after a timeout, an exit or a failed init; when code or settings change; when idle

Init has 10 seconds. When it fails or takes longer, Lambda runs it once more as a part of the invocation,
within the function's own timeout; only then does the invocation fail. Source: "Understanding the Lambda
execution environment lifecycle", developer guide; log events of AWS (2023 to 2025).

AWS does not document for how long an environment stays warm, nor how long an init takes. Ten minutes and
100 ms are ours (unverified): long enough to see both cold and warm starts in one lesson.
"""

from __future__ import annotations

import hashlib
import io
import logging
import random
import sys
from typing import TYPE_CHECKING, Any

from moto.logs.models import logs_backends

from workbook.aws.awslambda.deadline import Deadline, TimedOut
from workbook.aws.awslambda.failures import RuntimeFault
from workbook.aws.awslambda.logs import INIT_START, FunctionLog
from workbook.aws.awslambda.modules import Modules, files_of
from workbook.aws.environment import SECRET_ACCESS_KEY, access_key_of
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbook.aws.awslambda.lifecycle import Deployment
    from workbook.engine.world import World

IDLE = 600 * SECOND
"""Microseconds after which an unused environment is gone (unverified)."""
INIT = SECOND // 10
"""Microseconds that an init takes besides what its own code waits (unverified)."""
INIT_LIMIT = 10 * SECOND
"""Microseconds that the init phase may take (developer guide)."""
ENVIRONMENTS = "lambda.environments"
"""Under this name a world keeps who makes its environments, where that is not this module."""


class ExecutionEnvironment:
    """One copy of a function's code with its globals, its log stream and its chance."""

    def __init__(self, world: World, deployment: Deployment) -> None:
        self.deployment = deployment
        self.idle_since = 0
        self._world = world
        self._seed = world.seeds.stream("lambda.environment").getrandbits(128)
        logs = logs_backends[deployment.account][deployment.region]
        self.log = FunctionLog(world.clock, logs, deployment.log_group, self._stream_name())
        self._begun = 0
        self._modules: Modules | None = None
        self._handler: Callable[[Any, Any], object] | None = None
        self._request_id = ""

    # ---- init

    def announce(self) -> None:
        """Write the line with which an environment's log begins."""
        runtime = self.deployment.runtime
        arn = runtime_version_arn(self.deployment.region, runtime)
        version = f"{runtime.replace('python', 'python:')}.v1"
        self.log.event(f"{INIT_START}Runtime Version: {version}\tRuntime Version ARN: {arn}\n")

    def initialise(self, deadline: Deadline) -> None:
        """Run the module's code and find the handler.

        Raises:
            TimedOut: it took longer than `deadline` allows.
            Exception: whatever the module's code raised.
            RuntimeFault: the module or the handler is not there.
        """
        self._modules = self._make_modules()
        self._handler = None
        with deadline.enforced():
            try:
                handler = self._world.kernel.expose(self._find_handler, self._modules)
            except Exception:
                self._world.kernel.sleep_until(self._world.clock.now + INIT)
                raise
            self._world.kernel.sleep_until(self._world.clock.now + INIT)
        if deadline.over:
            raise TimedOut
        self._handler = handler

    @property
    def initialised(self) -> bool:
        """Whether the handler is there."""
        return self._handler is not None

    # ---- invocations

    def run(self, event: object, context: object, request_id: str) -> object:
        """Call the handler."""
        assert self._handler is not None  # noqa: S101 - only called once initialised
        self._request_id = request_id
        return self._handler(event, context)

    def line(self, path: str, number: int) -> str:
        """A line of the function's source, for stack traces."""
        return "" if self._modules is None else self._modules.line(path, number)

    # ---- making it

    def _stream_name(self) -> str:
        day = self._world.clock.datetime().strftime("%Y/%m/%d")
        number = self._world.seeds.stream("lambda.log-stream").getrandbits(128)
        return f"{day}/[{self.deployment.version}]{number:032x}"

    def _make_modules(self) -> Modules:
        self._begun = self._world.clock.now
        return Modules(
            files_of(self.deployment.zip_file),
            kernel=self._world.kernel,
            stream=random.Random(self._seed),
            environment=self._variables(),
            output=self.log,
            set_up_logging=self._set_up_logging,
        )

    def _set_up_logging(self, own: Any) -> None:  # noqa: ANN401 - the environment's own `logging`
        """Give the root logger the handler that AWS's runtime gives it, at its level of WARNING.

        On AWS that has been done before the handler's code is there: records tell the time since then.
        """
        own._startTime = self._begun * 1000 if sys.version_info >= (3, 13) else self._begun / SECOND  # noqa: SLF001
        handler = own.StreamHandler(_OneEventEach(self.log))
        handler.terminator = ""
        layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        handler.setFormatter(own.Formatter(layout, "%Y-%m-%dT%H:%M:%S"))
        handler.addFilter(self._add_request_id)
        own.getLogger().addHandler(handler)

    def _add_request_id(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self._request_id
        return True

    def _find_handler(self, modules: Modules) -> Callable[[Any, Any], object]:
        module_name, separator, function_name = self.deployment.handler.rpartition(".")
        if not separator:
            message = (
                f"Bad handler '{self.deployment.handler}': not enough values to unpack (expected 2, got 1)"
            )
            raise RuntimeFault("Runtime.MalformedHandlerName", message)
        if module_name.partition(".")[0] in sys.builtin_module_names:
            message = f"Cannot use built-in module {module_name} as a handler module"
            raise RuntimeFault("Runtime.BuiltInModuleConflict", message)
        try:
            module = modules.import_module(module_name.replace("/", "."))
        except ImportError as error:
            message = f"Unable to import module '{module_name}': {error}"
            raise RuntimeFault("Runtime.ImportModuleError", message) from error
        except SyntaxError as error:
            message = f"Syntax error in module '{module_name}': {error}"
            trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
            raise RuntimeFault("Runtime.UserCodeSyntaxError", message, trace) from error
        handler = getattr(module, function_name, None)
        if handler is None:
            message = f"Handler '{function_name}' missing on module '{module_name}'"
            raise RuntimeFault("Runtime.HandlerNotFound", message)
        return handler  # type: ignore[no-any-return]

    def _variables(self) -> Mapping[str, str]:
        """The environment variables recorded in AWS in 2026, without those of tracing and of the runtime."""
        deployment = self.deployment
        return {
            "AWS_ACCESS_KEY_ID": access_key_of(deployment.account),
            "AWS_DEFAULT_REGION": deployment.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{deployment.runtime}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(deployment.memory),
            "AWS_LAMBDA_FUNCTION_NAME": deployment.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": deployment.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": deployment.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": self.log.stream,
            "AWS_REGION": deployment.region,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_SESSION_TOKEN": "workbook-session-token",
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "LAMBDA_TASK_ROOT": "/var/task",
            "LANG": "en_US.UTF-8",
            "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "PWD": "/var/task",
            "PYTHONPATH": "/var/runtime",
            "TZ": ":UTC",
            "_HANDLER": deployment.handler,
            **deployment.environment,
        }


def environment_for(world: World, deployment: Deployment) -> ExecutionEnvironment:
    """A new environment for this code."""
    make: Callable[[World, Deployment], ExecutionEnvironment]
    make = world.kept(ENVIRONMENTS, lambda: ExecutionEnvironment)
    return make(world, deployment)


class _OneEventEach(io.TextIOBase):
    """What the root logger writes to: a log record is one event, however many lines it has."""

    def __init__(self, log: FunctionLog) -> None:
        self._log = log

    def write(self, text: str) -> int:
        """Write one record."""
        self._log.record(text)
        return len(text)


def runtime_version_arn(region: str, runtime: str) -> str:
    """The ARN of the runtime's version. AWS's hashes are its own; this one only has their form."""
    digest = hashlib.sha256(runtime.encode()).hexdigest()
    return f"arn:aws:lambda:{region}::runtime:{digest}"
