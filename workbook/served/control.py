"""The control API of a lab: time, trace, seed and snapshot, which AWS has no calls for.

Routes, checks and the OpenAPI document come from one table, `OPERATIONS`, so they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.sqs.backend import find_queue_by_name
from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.exports import plain_value, record_of
from workbook.served.fields import SAFE, BadRequest, Field, from_body, from_query
from workbook.served.journal import SnapshotError
from workbook.served.requests import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from workbook.served.account import Account

PREFIX = "/workbook/v1"
"""All paths of the API begin with it; a change that breaks a client gets the next number."""
SNAPSHOT = "application/x-ndjson"
_JSON = "application/json"
_YEAR = 366 * 86_400
_LONGEST = 10**12
_PAGE = 1_000

Json = dict[str, Any]
Answer = Json | HttpResponse


@dataclass(frozen=True)
class Operation:
    """One operation: where it is found, what it takes, what it does, what it returns."""

    method: str
    path: str
    name: str
    summary: str
    answer: Callable[[Account, Json], Answer]
    returns: str
    """The name of its answer's schema, in `openapi`."""
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] = ()
    body_type: str = _JSON
    journaled: bool = False
    """Whether it leaves something in the lab, and so belongs into the journal. A look into a queue does:
    messages
    that have expired since are written down."""


def is_control(request: HttpRequest) -> bool:
    """Whether a request is for this API, and not for AWS."""
    return request.path == "/workbook" or request.path.startswith("/workbook/")


def answer_control(account: Account, request: HttpRequest) -> HttpResponse:
    """Answer a request to this API; one that is wrong gets an error, and changes nothing."""
    try:
        operation = operation_of(request)
        return _as_response(operation.answer(account, _parameters(operation, request)))
    except BadRequest as error:
        return error_response(error.status, error.code, error.message, _allowed(error, request.path))


def operation_of(request: HttpRequest) -> Operation:
    """The operation that a request asks for.

    Raises:
        BadRequest: there is none.
    """
    here = [operation for operation in OPERATIONS if PREFIX + operation.path == request.path]
    if not here:
        there = ", ".join(sorted({PREFIX + operation.path for operation in OPERATIONS}))
        raise BadRequest("NotFound", f"{request.path}: no such path; there is {there}", 404)
    for operation in here:
        if operation.method == request.method:
            return operation
    methods = ", ".join(operation.method for operation in here)
    raise BadRequest("MethodNotAllowed", f"{request.method} {request.path}: use {methods}", 405)


def error_response(
    status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()
) -> HttpResponse:
    """An error of this API."""
    body = json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False)
    return HttpResponse(status, (("Content-Type", _JSON), *headers), body.encode("utf-8", "replace"))


def _allowed(error: BadRequest, path: str) -> tuple[tuple[str, str], ...]:
    if error.status != 405:
        return ()
    return (("Allow", ", ".join(each.method for each in OPERATIONS if PREFIX + each.path == path)),)


def _parameters(operation: Operation, request: HttpRequest) -> Json:
    query = from_query(request.query, operation.query)
    if operation.body_type != _JSON:
        return {**query, "body": request.body}
    if operation.body:
        _check_type(request)
        return {**query, **from_body(request.body, operation.body)}
    return query


def _check_type(request: HttpRequest) -> None:
    kind = request.header("Content-Type") or _JSON
    if request.body and kind.partition(";")[0].strip().lower() != _JSON:
        message = f"Content-Type {kind!r}: pass the body as {_JSON}"
        raise BadRequest("UnsupportedMediaType", message, 415)


def _as_response(answer: Answer) -> HttpResponse:
    if isinstance(answer, HttpResponse):
        return answer
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=plain_value)
    return HttpResponse(200, (("Content-Type", _JSON),), body.encode("utf-8", "surrogatepass"))


# ---- time


def _time(account: Account, _: Json) -> Json:
    now = account.lab.world.clock.now
    text = f"{datetime_of(now):%Y-%m-%dT%H:%M:%S.%f}Z"
    return {"time": text, "microseconds": now, "seconds": (now - account.began) / SECOND}


def _advance(account: Account, given: Json) -> Answer:
    try:
        account.passing(lambda: account.lab.advance(given["seconds"]))
    except ValueError as error:  # all else that can be wrong was found before: the calendar ends
        raise BadRequest("CalendarEnds", str(error), 409) from None
    return _time(account, {})


def _run_until_idle(account: Account, given: Json) -> Answer:
    idle = account.passing(lambda: account.lab.run_until_idle(given["limit"]))
    return {**_time(account, {}), "idle": idle}


# ---- what happened


def _trace(account: Account, given: Json) -> Answer:
    trace = account.lab.trace
    first = max(given["after"], trace.forgotten)
    hops = trace[first : first + given["limit"]]
    last = hops[-1].number if hops else max(given["after"], trace.forgotten)
    amended, amendments = trace.amended.since(given["amended_after"], given["limit"])
    answer = {
        "hops": [record_of(hop) for hop in hops],
        "amended": [record_of(trace[number - 1]) for number in amended if number <= given["after"]],
        "amendments": amendments,
        "standing": [record_of(hop) for hop in trace.standing if hop.number > given["after"]],
        "oldest": trace.forgotten + 1,
        "next": last,
        "last": len(trace),
        "start": trace.start,
        "now": account.lab.world.clock.now,
    }
    trace.amended.read(last)
    return answer


def _queue(account: Account, given: Json) -> Answer:
    world = account.lab.world
    try:
        queue = find_queue_by_name(given["name"], world.region, world.account)
    except LookupError as error:
        raise BadRequest("NotFound", str(error), 404) from None
    with world.kernel:
        messages = [{**one._asdict(), "state": one.state.value} for one in queue.contents()]
    return {"name": given["name"], "messages": messages}


def _health(account: Account, _: Json) -> Answer:
    return {"status": "ok", "account": account.number, "hops": len(account.lab.trace), "note": account.note}


def _limits(account: Account, _: Json) -> Answer:
    used = {"resources": account.resources, "snapshot_bytes": account.journal_bytes}
    return {"limits": account.limits.as_json(), "used": used}


# ---- beginning


def _reset(account: Account, given: Json) -> Answer:
    account.begin(account.seed if given["seed"] is None else given["seed"])
    return {"seed": account.seed, **_time(account, {})}


def _seed(account: Account, _: Json) -> Answer:
    return {"seed": account.seed}


def _put_seed(account: Account, given: Json) -> Answer:
    if len(account.lab.trace) and given["seed"] != account.seed:
        hops = len(account.lab.trace)
        message = (
            f"seed={given['seed']}: {hops} hops have happened with the seed {account.seed} already, and a "
            "lab has "
            f'one; POST {PREFIX}/reset {{"seed": {given["seed"]}}} begins it anew'
        )
        raise BadRequest("LabHasBegun", message, 409)
    if given["seed"] != account.seed:
        account.begin(given["seed"])
    return {"seed": account.seed}


def _snapshot(account: Account, _: Json) -> Answer:
    try:
        return HttpResponse(200, (("Content-Type", SNAPSHOT),), account.snapshot())
    except SnapshotError as error:
        raise BadRequest("SnapshotTooLarge", str(error), 409) from None


def _put_snapshot(account: Account, given: Json) -> Answer:
    try:
        account.restore(given["body"])
    except SnapshotError as error:
        raise BadRequest("InvalidSnapshot", str(error)) from None
    return {"seed": account.seed, "hops": len(account.lab.trace), **_time(account, {})}


def _openapi(_: Account, __: Json) -> Answer:
    from workbook.served.openapi import document  # noqa: PLC0415 - it is made of this table

    return document()


_SEED = "The seed from which every id and every chance of the lab comes"
_SECONDS = Field("seconds", "number", "Seconds of AWS's time to let pass", 0, _LONGEST)
_LIMIT = Field("limit", "number", "Seconds of AWS's time that may pass at most", 0, _LONGEST, default=_YEAR)
_AFTER = Field("after", "integer", "Number of the last hop that is known already", 0, SAFE, default=0)
_MOST = Field("limit", "integer", "Hops of a page", 1, _PAGE, default=_PAGE)
_AMENDED_AFTER = Field(
    "amended_after",
    "integer",
    "`amendments` of the last page: which known hops were completed since",
    0,
    SAFE,
    default=0,
)

OPERATIONS = (
    Operation("GET", "/time", "getTime", "What time it is in the lab", _time, "Time"),
    Operation(
        "POST", "/time/advance", "advance", "Let time pass, and everything that is due in it happen",
        _advance, "Time", body=(_SECONDS,), journaled=True,
    ),
    Operation(
        "POST", "/time/run-until-idle", "runUntilIdle", "Let time pass until nothing is left to do",
        _run_until_idle, "Idle", body=(_LIMIT,), journaled=True,
    ),
    Operation(
        "GET", "/trace", "getTrace", "What happened, hop by hop, page by page", _trace, "Trace",
        query=(_AFTER, _MOST, _AMENDED_AFTER),
    ),
    Operation(
        "GET", "/queue", "getQueue", "What is in a queue, visible or not", _queue, "Queue",
        query=(Field("name", "string", "Name of the queue", 1, 80),), journaled=True,
    ),
    Operation(
        "POST", "/reset", "reset", "Begin the lab anew: no resources, no trace, the first instant", _reset,
        "Beginning", body=(Field("seed", "integer", _SEED, -SAFE, SAFE, optional=True),),
    ),
    Operation("GET", "/seed", "getSeed", "The lab's seed", _seed, "Seed"),
    Operation(
        "PUT", "/seed", "putSeed", "Set the seed of a lab in which nothing has happened yet", _put_seed,
        "Seed", body=(Field("seed", "integer", _SEED, -SAFE, SAFE),),
    ),
    Operation("GET", "/snapshot", "getSnapshot", "The whole lab, as lines of JSON", _snapshot, "Snapshot"),
    Operation(
        "PUT", "/snapshot", "putSnapshot", "Bring back a lab in the place of this one", _put_snapshot,
        "Restored", body_type=SNAPSHOT,
    ),
    Operation(
        "GET", "/limits", "getLimits", "What this account may use, and what it uses", _limits, "Limits"
    ),
    Operation("GET", "/openapi.json", "getOpenApi", "This API as an OpenAPI document", _openapi, "OpenApi"),
    Operation(
        "GET", "/health", "getHealth", "Whether the lab answers, and what there is to know of it", _health,
        "Health"
    ),
)  # fmt: skip
