"""Lambda functions that learners wrote: their environments live in the learner's process.

The service around a handler (START and REPORT lines, timeouts, retries, concurrency) is the judge's; only the
code of the zip runs elsewhere. Which code is the judge's own is known by its bytes: what the exercise itself
has deployed. Everything else, by whatever way it came, is taken to be the learner's.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.environment import ExecutionEnvironment
from workbook.aws.awslambda.failures import RuntimeFault
from workbook.aws.awslambda.marshalling import Marshalled
from workbook.grading.plain import to_plain

if TYPE_CHECKING:
    from workbook.aws.awslambda.lifecycle import Deployment
    from workbook.aws.awslambda.modules import Modules
    from workbook.engine.world import World
    from workbook.grading.process import LearnersProcess

_numbers = itertools.count(1)


class RemoteEnvironment(ExecutionEnvironment):
    """An execution environment whose code is in the learner's process."""

    def __init__(self, world: World, deployment: Deployment, process: LearnersProcess) -> None:
        super().__init__(world, deployment)
        self._number = next(_numbers)
        self._process = process
        process.listeners[self._number] = self._take

    def _make_modules(self) -> Modules | None:  # type: ignore[override]  # there are none here
        return None

    def _find_handler(self, _modules: object) -> Callable[[Any, Any], object]:
        facts = vars(self.deployment) | {"environment": dict(self.deployment.environment)}
        outcome = self._process.ask(
            "initialise",
            environment=self._number,
            deployment=to_plain(facts),
            seed=self._seed,
            stream=self.log.stream,
        )
        _raise_what_it_raised(outcome)
        return self._call

    def _call(self, event: Any, context: Any) -> object:  # noqa: ANN401 - as a handler
        outcome = self._process.ask(
            "invoke",
            environment=self._number,
            event=json.dumps(event),
            request_id=context.aws_request_id,
            invoked_arn=context.invoked_function_arn,
            deadline=self._world.clock.now + 1000 * context.get_remaining_time_in_millis(),
            client_context=_facts_of(context.client_context),
        )
        _raise_what_it_raised(outcome)
        return Marshalled(outcome.get("returned", "null"))

    def _take(self, frame: Mapping[str, Any]) -> None:
        text = str(frame.get("text", ""))
        writers = {"write": self.log.write, "record": self.log.record, "event": self.log.event}
        write = writers.get(str(frame.get("how")))
        if write is not None:
            write(text.encode("utf-8", "replace").decode())


def _raise_what_it_raised(outcome: object) -> None:
    told = outcome if isinstance(outcome, dict) else {"exited": 1}
    if "exited" in told:
        raise SystemExit(told["exited"] if isinstance(told["exited"], int) else 1)
    if "raised" in told:
        error_type, message, trace = _three_texts(told["raised"])
        raise RuntimeFault(error_type, message, trace)


def _three_texts(told: object) -> tuple[str, str, list[str]]:
    parts = told if isinstance(told, list) and len(told) == 3 else ["Error", "", []]
    trace = parts[2] if isinstance(parts[2], list) else []
    return str(parts[0]), str(parts[1]), [str(line) for line in trace]


def _facts_of(context: Any) -> dict[str, Any] | None:  # noqa: ANN401 - a ClientContext
    if context is None:
        return None
    client = context.client
    facts = None if client is None else {name: getattr(client, name) for name in client.__slots__}
    return {"client": to_plain(facts), "custom": to_plain(context.custom), "env": to_plain(context.env)}
