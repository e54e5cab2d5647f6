"""A Parallel state: all branches begin at once, with the same input; the output is the list of theirs.

The first branch that fails fails the state, with the error and cause of that branch, and stops the others.
A Task that a branch failed of is noted as aborted, too (floci-io/floci#2868, measured on AWS, 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language import branches
from workbook.aws.stepfunctions.language.failures import failure
from workbook.aws.stepfunctions.language.parts import Env, Part, part_of
from workbook.aws.stepfunctions.language.progress import part, progress_here

if TYPE_CHECKING:
    from workbook.engine.patches import Patches


def install(patches: Patches) -> None:
    """Run branches here, in the place of the interpreter."""
    declaration = part_of("component.state.exec.state_parallel.branches_decl").BranchesDecl
    patches.set(declaration, "_eval_body", _run_branches)


def _run_branches(declaration: Part, env: Env) -> None:
    given = env.stack.pop()
    frames = []
    for _ in declaration.programs:
        frame = env.open_inner_frame()
        frame.states.reset(input_value=given)
        frames.append(frame)
    progress_here().open()
    together = branches.Branches(f"the branches of the state {env.next_state_name}")
    pairs = enumerate(zip(declaration.programs, frames, strict=True))
    strands = [_strand(number, program, frame) for number, (program, frame) in pairs]
    failed: Exception | None = None
    try:
        failed = together.run(strands)
    finally:
        failed_at = branches.last_event(frames[together.failed])
        for number, frame in enumerate(frames):
            if branches.goes_on(failed):
                branches.follow(frame, failed_at)
                branches.note_abortion(frame, failed=number == together.failed)
            branches.close(frame)
            env.close_frame(frame)
    if failed is not None:
        raise failed
    env.stack.append([frame.states.get_input() for frame in frames])


def _strand(number: int, program: Part, frame: Env) -> branches.Strand:
    def run() -> Exception | None:
        with part(number) as progress:
            if progress.is_done:
                frame.states.reset(input_value=progress.output)
                return None
            branches.run_program(program, frame)
        failed = branches.failure_of(frame)
        return None if failed is None else failure(frame, failed.get("error"), failed.get("cause"))

    return run
