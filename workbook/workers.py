"""Deploys a learner's program to the instances of an Auto Scaling group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.packaging import INSTANCE, package

if TYPE_CHECKING:
    from workbook.engine.world import World


def deploy_program(
    world: World, group_name: str, program: Callable[..., object] | str | Path, environment: Mapping[str, str]
) -> None:
    """Let all instances of a group, present and future, run `program(instance)`.

    Raises:
        LookupError: there is no such group.
        TypeError: an environment variable is no text.
        PackagingError: the code cannot run away from the notebook.
    """
    for name, value in environment.items():
        if not (isinstance(name, str) and isinstance(value, str)):
            message = f"environment={{{name!r}: {value!r}}}: variables are texts, e.g. str({value!r})"
            raise TypeError(message)
    bundle = package(program, name="program", destination=INSTANCE)
    # Who has no workers does not wait for EC2 and Auto Scaling; and ours are put in when moto's are loaded.
    import moto.autoscaling  # noqa: F401, PLC0415

    from workbook.aws.autoscaling.programs import Program, deploy  # noqa: PLC0415

    deploy(world, group_name, Program(bundle.zip_bytes, bundle.handler, dict(environment)))
