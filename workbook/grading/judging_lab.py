"""The lab of a situation that is graded: it tells the judge's own functions from a learner's.

Its own is what the exercise has deployed, with the handler and the variables it was deployed with. The bytes
of the code would not be enough: a learner may change settings of any function in their account, and with
the handler `cProfile.run` any code whatsoever runs what its event says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.environment import ENVIRONMENTS, ExecutionEnvironment
from workbook.grading.remote_answer import LearnersSource
from workbook.grading.remote_functions import RemoteEnvironment
from workbook.lab import Lab
from workbook.packaging import package

if TYPE_CHECKING:
    from workbook.aws.awslambda.lifecycle import Deployment
    from workbook.engine.world import World
    from workbook.grading.process import LearnersProcess


OwnCode = tuple[bytes, str, frozenset[tuple[str, str]]]
"""A digest of the zip, the handler, and the environment variables."""


class JudgingLab(Lab):
    """A Lab in which only the exercise's own code runs."""

    def __init__(self, **arguments: Any) -> None:  # noqa: ANN401 - as of a Lab
        super().__init__(**arguments)
        self._own_code: set[OwnCode] = set()

    def run_elsewhere(self, process: LearnersProcess) -> None:
        """From now on, what is deployed by anybody but the exercise runs in the learner's process."""

        def environment_for(world: World, deployment: Deployment) -> ExecutionEnvironment:
            if _code(deployment.zip_file, deployment.handler, deployment.environment) in self._own_code:
                return ExecutionEnvironment(world, deployment)
            return RemoteEnvironment(world, deployment, process)

        self.world.state[ENVIRONMENTS] = environment_for

    def function(self, name: str, handler: Callable[..., object] | str | Path, **options: Any) -> str:  # noqa: ANN401
        """As `Lab.function`; what the exercise deploys is known from now on as its own code."""
        if not isinstance(handler, LearnersSource):
            bundle = package(handler, handler=options.get("Handler"), name=name)
            variables = options.get("Environment", {}).get("Variables", {})
            self._own_code.add(_code(bundle.zip_bytes, bundle.handler, variables))
        return super().function(name, handler, **options)

    def worker(
        self,
        group: str,
        program: Callable[..., object] | str | Path,
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """As `Lab.worker`, for the exercise's own programs only.

        Raises:
            TypeError: the program is a learner's.
        """
        if isinstance(program, LearnersSource):
            message = f"worker({group!r}): a learner's program cannot run on instances in a graded lab"
            raise TypeError(message)
        super().worker(group, program, environment=environment)


def _code(zip_bytes: bytes, handler: str, variables: Mapping[str, str]) -> OwnCode:
    return hashlib.sha256(zip_bytes).digest(), handler, frozenset(variables.items())
