"""What an execution did, in sentences: "Charge failed twice, was tried again after 2 s, and ran then"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.durations import duration_text
from workbook.flow.machine_runs import Fate, Run, Visit, items_of
from workbook.flow.marks import plain

_OFTEN = {1: "once", 2: "twice"}
_MOST_PAUSES = 4


def account_of(run: Run, instant: int) -> str:
    """All that an execution did until an instant (microseconds); what was within a state is summed up."""
    sentences = list(_sentences([visit for visit in run.visits if _is_outmost(visit, run)], instant))
    end = _end(run, instant)
    again = " was redriven, and" if run.is_redrive else ""
    return " ".join([f"Execution {run.number} ({plain(run.name)}){again} {end}.", *sentences])


def _end(run: Run, instant: int) -> str:
    fate = run.fate(instant)
    if fate is Fate.RUNNING or run.ended is None:
        return f"has been running for {duration_text((instant - run.hop.time) / SECOND)}"
    lasted = duration_text((run.ended - run.hop.time) / SECOND)
    word = {Fate.SUCCEEDED: "succeeded", Fate.STOPPED: f"was ended ({run.hop.outcome})"}
    return f"{word.get(fate, f'failed ({plain(run.hop.outcome)})')} after {lasted}"


def _is_outmost(visit: Visit, run: Run) -> bool:
    return bool(visit.hop.causes) and visit.hop.causes[-1] == run.hop.number


def _sentences(visits: Sequence[Visit], instant: int) -> Iterator[str]:
    """One for each state that has something to tell; those that just ran are named together."""
    quiet: list[str] = []
    for visit in visits:
        if visit.hop.time > instant:
            break
        told = _told(visit, instant)
        if told is None:
            quiet.append(plain(visit.state))
            continue
        if quiet:
            yield f"{listed(quiet)} ran."
            quiet = []
        yield f"{plain(visit.state)} {told}."
    if quiet:
        yield f"{listed(quiet)} ran."


def _told(visit: Visit, instant: int) -> str | None:
    """What there is to tell of a visit; None where it just ran."""
    failures = [failure for failure in visit.failures if failure.time <= instant]
    fate = visit.fate(instant)
    parts = []
    whole, done, failed = items_of(visit, instant)
    if whole:
        parts.append(f"went through {done} of {whole} items" + (f", {failed} failed" if failed else ""))
    if failures:
        parts.append(f"failed {often(len(failures))} ({_errors(failures)})")
    pauses = [pause for failure in failures if (pause := pause_after(failure)) is not None]
    if pauses:
        parts.append(_tried_again(pauses))
    return _joined([*parts, *_last(visit, fate, has_failed=bool(failures))])


def _last(visit: Visit, fate: Fate, *, has_failed: bool) -> Iterator[str]:
    caught = visit.caught
    if fate is Fate.CAUGHT and caught is not None:
        yield f"was caught: {plain(str(caught.facts['caught']))} is next"
    elif fate is Fate.RUNNING:
        yield "goes on"
    elif fate is Fate.STOPPED:
        yield "was broken off"
    elif fate is Fate.FAILED:
        yield "nothing caught that" if has_failed else f"failed ({plain(visit.hop.outcome)})"
    elif has_failed:
        yield "ran then"


def _joined(parts: Sequence[str]) -> str | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"


def _errors(failures: Sequence[Hop]) -> str:
    return ", ".join(dict.fromkeys(plain(failure.outcome) for failure in failures))


def pause_after(failure: Hop) -> str | None:
    """How long it is until the next attempt, in words; None where there is none."""
    again = failure.facts.get("retry_at")
    return duration_text((again - failure.time) / SECOND) if isinstance(again, int) else None


def what_follows(failure: Hop) -> str:
    """What comes after a failure, to be said behind it."""
    pause = pause_after(failure)
    if pause is not None:
        return f", and is tried again in {pause}"
    caught = failure.facts.get("caught")
    return (
        ", and nothing catches that" if caught is None else f", and was caught: {plain(str(caught))} is next"
    )


def _tried_again(pauses: Sequence[str]) -> str:
    if len(pauses) > _MOST_PAUSES:
        return f"was tried again {often(len(pauses))}"
    return f"was tried again after {listed(pauses)}"


def often(count: int) -> str:
    """How often: "once", "twice", "3 times"."""
    return _OFTEN.get(count, f"{count} times")


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
