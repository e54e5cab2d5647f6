"""Choosing hops: by what happened, where, to which message, how it ended, and when.

A name that no hop has is refused, and those there are are listed. An empty table would do as well, but it
reads like "this never happened" where the truth is a typing error.
"""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from workbook.engine.clock import instant_of, microseconds
from workbook.engine.hop import Hop
from workbook.engine.naming import short_id, short_name

Names = str | Iterable[str]
"""One name, or several."""
MessageName = str | Mapping[str, object]
"""A response of boto3 with a MessageId, that of an asynchronous invocation, or the id, or its beginning."""
Moment = float | datetime.timedelta | datetime.datetime
"""Seconds or a timedelta since the first hop of the trace, or a datetime (UTC where it has no time zone)."""

FAILED = "failed"
"""Stands for every outcome that is neither "ok" nor still open."""

_LONGEST = 10**12
"""Seconds; Python's calendar ends before."""
_NOT_FAILED = frozenset({"ok", "waits"})
_EXPECTED = (
    "pass the response of send_message or of an asynchronous invoke, one of the Messages of a "
    "receive_message, or a MessageId"
)


def has_failed(hop: Hop) -> bool:
    """Whether what the hop tells of went wrong; a poller that waits still has not failed."""
    return hop.outcome not in _NOT_FAILED


def select(
    hops: Sequence[Hop],
    start: int,
    *,
    kind: Names | None = None,
    resource: Names | None = None,
    message: MessageName | Iterable[MessageName] | None = None,
    outcome: Names | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> list[Hop]:
    """The hops for which every filter that is given holds, in their order.

    `start` is the instant from which seconds count. `since` and `until` include the moment itself.

    Raises:
        LookupError: no hop has such a kind, resource, message or outcome; the text lists those there are.
        TypeError: a filter is of a type that it cannot be.
        ValueError: `since` lies after `until`, or one of them is no number that can be compared.
    """
    tests = [_is_one_of("kind", kind, hops, lambda hop: {hop.kind})] if kind is not None else []
    if resource is not None:
        tests.append(_is_one_of("resource", resource, hops, _names_of))
    if message is not None:
        tests.append(_is_about(message, hops))
    if outcome is not None:
        tests.append(_ended(outcome, hops))
    first, last = _instant("since", since, start), _instant("until", until, start)
    if first is not None and last is not None and first > last:
        detail = f"since={since!r} lies after until={until!r}: exchange them"
        raise ValueError(detail)
    return [
        hop
        for hop in hops
        if (first is None or hop.time >= first)
        and (last is None or hop.time <= last)
        and all(test(hop) for test in tests)
    ]


def find_message(wanted: object, ids: Collection[str]) -> str:
    """The id that a response of boto3, an id, the beginning of one or a short one (`short_id`) stands for.

    Raises:
        LookupError: it names no message of `ids`, or several.
    """
    given = _id_in(wanted, ids) if isinstance(wanted, Mapping) else wanted
    if not isinstance(given, str) or not given:
        raise LookupError(f"{_brief(wanted)} names no message: {_EXPECTED}")
    if given in ids:
        return given
    found = [each for each in ids if each.startswith(given) or given == short_id(each)]
    if len(found) != 1:
        many = "several messages" if found else "no message"
        raise LookupError(f"{many} in this trace with the id {given!r}: {_EXPECTED}")
    return found[0]


def _id_in(response: Mapping[str, object], ids: Collection[str]) -> object:
    """Its MessageId; of what Lambda accepted for later, which has none, the id of the request."""
    metadata = response.get("ResponseMetadata")
    request = metadata.get("RequestId") if isinstance(metadata, Mapping) else None
    return response.get("MessageId") or (request if request in ids else None)


# ---- one test for each filter

Test = Callable[[Hop], bool]


def _is_one_of(
    parameter: str, wanted: Names, hops: Sequence[Hop], names_of: Callable[[Hop], set[str]]
) -> Test:
    names = _texts(parameter, wanted)
    known = {name: None for hop in hops for name in sorted(names_of(hop))}
    for name in names:
        if name not in known:
            listed = ", ".join(dict.fromkeys(short_name(name) for name in known)) or "nothing yet"
            raise LookupError(f"{parameter}={name!r}: no hop here has it; there is {listed}")
    return lambda hop: not names_of(hop).isdisjoint(names)


def _is_about(wanted: MessageName | Iterable[MessageName], hops: Sequence[Hop]) -> Test:
    several = [wanted] if isinstance(wanted, str | Mapping) or not isinstance(wanted, Iterable) else wanted
    ids = dict.fromkeys(hop.message for hop in hops if hop.message is not None)
    messages = {find_message(one, ids) for one in several}
    return lambda hop: hop.message in messages


def _ended(wanted: Names, hops: Sequence[Hop]) -> Test:
    names = _texts("outcome", wanted)
    exact = names - {FAILED, "ok"}  # these two can be asked for though no hop has ended so
    if exact:
        _is_one_of("outcome", exact, hops, lambda hop: {hop.outcome})
    return lambda hop: hop.outcome in names or (FAILED in names and has_failed(hop))


def _names_of(hop: Hop) -> set[str]:
    """What the resource may be called: its ARN, its short name, and that without a kind ("kind/name")."""
    name = short_name(hop.resource)
    return {hop.resource, name, name.rpartition("/")[2]}


def _texts(parameter: str, wanted: Names) -> set[str]:
    names = {wanted} if isinstance(wanted, str) else set(wanted) if isinstance(wanted, Iterable) else {wanted}
    for name in names:
        if not isinstance(name, str):
            detail = f"{parameter}={name!r}: pass a text or a list of texts"
            raise TypeError(detail)
    return names


def _instant(parameter: str, moment: Moment | None, start: int) -> int | None:
    """Microseconds since the Unix epoch."""
    if moment is None:
        return None
    if isinstance(moment, datetime.datetime):
        return instant_of(moment)
    if isinstance(moment, datetime.timedelta):
        return start + moment // datetime.timedelta(microseconds=1)
    if isinstance(moment, bool) or not isinstance(moment, numbers.Real):
        detail = f"{parameter}={moment!r}: pass seconds since the first hop, a timedelta, or a datetime"
        raise TypeError(detail)
    if not abs(moment) < _LONGEST:  # not `>=`: a number that is none, nan, compares as false
        detail = f"{parameter}={moment!r}: pass seconds since the first hop, e.g. {parameter}=30"
        raise ValueError(detail)
    return start + microseconds(float(moment))


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
