"""A user pool asks a function before it goes on: synchronously, for 5 seconds, and three times in all.

    SignUp ... ──> pool ── event ──> function ── the same event, with its response ──> pool goes on

Only a function that does not answer in time, or is throttled, is asked again; a failure of Lambda's own is no
reason to. What the function raises goes to whoever called Cognito, with its text; so does every other
failure, under a code of its own. A call that was given up runs on in Lambda, so a slow function may well have
done its work three times.

Sources: Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers"; re:Post, "How do I
troubleshoot Lambda trigger errors in Amazon Cognito"; errors as users of AWS report them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.errors import InvalidLambdaResponse, UnexpectedLambda, UserLambdaValidation
from workbook.aws.cognito.registry import CONFIRMED, SERVICE, Pool
from workbook.aws.delivery import Undelivered
from workbook.aws.delivery.outages import refuse_in_outage
from workbook.aws.limits import limit

if TYPE_CHECKING:
    from workbook.aws.awslambda.invocation import Invocation
    from workbook.aws.cognito.registry import Client, User
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

TIMEOUT = limit("cognito.trigger.timeout")
"""Seconds that the pool waits for an answer."""
TRIES = limit("cognito.trigger.tries")
NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
"""What functions get for the client's id where an administrator acts."""
_SDK = "aws-sdk-unknown-unknown"
_SOCKET_TIMEOUT = "Socket timeout while invoking Lambda function"
_DENIED = "AccessDeniedException"
_DOWN = "ServiceException"
_RETRIED = frozenset({"TooManyRequestsException", _SOCKET_TIMEOUT})
_INVALID_JSON = "Invalid lambda function output : Invalid JSON"

Response = dict[str, Any]
Check = Callable[[object], bool]


def is_text(value: object) -> bool:
    """Whether a field of a response is a text."""
    return isinstance(value, str)


def is_flag(value: object) -> bool:
    """Whether it is true or false."""
    return isinstance(value, bool)


def are_texts(value: object) -> bool:
    """Whether it is a list of texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def is_text_map(value: object) -> bool:
    """Whether it has a text for each name."""
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


@dataclass(frozen=True)
class Question:
    """What a function is asked."""

    trigger: str
    """Its name in LambdaConfig: "PreSignUp"."""
    source: str
    """What led to it: "SignUp", as in PreSignUp_SignUp."""
    username: str
    request: Mapping[str, Any]
    response: Mapping[str, Check] = field(default_factory=dict)
    """The fields that the answer may have, and what each has to be."""
    blank: object = None
    """What those fields are before the function has set any."""
    client: Client | None = None
    family: str = ""
    """What stands before the underscore, where it is not the trigger's name."""
    version: str = "1"

    def event(self, pool: Pool) -> dict[str, Any]:
        """The event, as AWS shapes it."""
        client_id = NO_CLIENT if self.client is None else self.client.id
        return {
            "version": self.version,
            "region": pool.region,
            "userPoolId": pool.id,
            "userName": self.username,
            "callerContext": {"awsSdkVersion": _SDK, "clientId": client_id},
            "triggerSource": f"{self.family or self.trigger}_{self.source}",
            "request": dict(self.request),
            "response": dict.fromkeys(self.response, self.blank),
        }


def with_metadata(request: dict[str, Any], metadata: Mapping[str, str] | None) -> dict[str, Any]:
    """A request with the client's metadata, which functions see only where there is some."""
    return {**request, "clientMetadata": dict(metadata)} if metadata else request


def attributes_of(pool: Pool, user: User) -> dict[str, str]:
    """A user's attributes as functions see them: with the state, and what stands for the username."""
    aliases = pool.sign_in_attributes if user.status == CONFIRMED else ()
    names = {f"cognito:{one}_alias": user.attributes[one] for one in aliases if one in user.attributes}
    return {"sub": user.sub, **names, "cognito:user_status": user.status, **user.attributes}


def function_of(pool: Pool, trigger: str) -> str | None:
    """The ARN of the function of a trigger, if the pool has one."""
    versioned = pool.triggers().get(f"{trigger}Config") or {}
    arn: str | None = versioned.get("LambdaArn") or pool.triggers().get(trigger)
    return arn


def ask(world: World, pool: Pool, question: Question) -> Response | None:
    """Ask the function of a trigger, on the current task and in virtual time; None where there is none.

    Raises:
        UserLambdaValidation: it failed.
        UnexpectedLambda: it may not be invoked, is not there, or did not answer in time.
        InvalidLambdaResponse: what it returned is no answer.
    """
    function = function_of(pool, question.trigger)
    if function is None:
        return None
    payload = json.dumps(question.event(pool), ensure_ascii=False)
    causes: tuple[Hop, ...] | None = None
    reason = ""
    for attempt in range(1, TRIES + 1):
        outcome = _try(world, pool, question, function, payload, attempt, causes)
        if not isinstance(outcome, _NotRun):
            return outcome
        causes, reason = (outcome.hop,), outcome.reason
        if reason not in _RETRIED:
            break
    raise UnexpectedLambda(f"{question.trigger} invocation failed due to error {reason}.")


@dataclass(frozen=True)
class _NotRun:
    """A try to which the function did not answer."""

    reason: str
    hop: Hop


def _try(
    world: World,
    pool: Pool,
    question: Question,
    function: str,
    payload: str,
    attempt: int,
    causes: tuple[Hop, ...] | None,
) -> Response | _NotRun:
    hop = world.trace.record(
        "trigger",
        pool.arn,
        causes=causes,
        trigger=question.trigger,
        function=function,
        user=question.username,
        attempt=attempt,
    )
    with world.trace.under(hop):
        invoked = _invoke(world, pool, function, payload)
    if isinstance(invoked, str):
        return _NotRun(invoked, _end(world, hop, invoked, invoked))
    try:
        response = _response(question, invoked)
    except (UserLambdaValidation, InvalidLambdaResponse) as error:
        outcome = invoked.hop.outcome if invoked.function_error else "InvalidLambdaResponse"
        _end(world, hop, outcome, error.message)
        raise
    _end(world, hop, "ok")
    return response


def _end(world: World, hop: Hop, outcome: str, reason: str | None = None) -> Hop:
    facts: dict[str, Any] = {} if reason is None else {"reason": reason}
    if world.clock.now > hop.time:
        facts["ended_at"] = world.clock.now
    return world.trace.amend(hop, outcome="TIMEOUT" if outcome == _SOCKET_TIMEOUT else outcome, **facts)


def _invoke(world: World, pool: Pool, function: str, payload: str) -> Invocation | str:
    """What the function answered, or why it did not."""
    import moto.awslambda  # noqa: F401, PLC0415 - our Lambda goes in once moto's is there

    from workbook.aws.awslambda.errors import AccessDenied, LambdaError, ResourceNotFound  # noqa: PLC0415 - as above
    from workbook.aws.web.calling import NotInTime, call, demand_permission  # noqa: PLC0415 - as above

    context = {"aws:SourceArn": pool.arn, "aws:SourceAccount": pool.account}
    try:
        refuse_in_outage(world, function)
        demand_permission(world, function, SERVICE, context)
        return call(world, function, payload, TIMEOUT)
    except Undelivered:
        return _DOWN
    except NotInTime:
        return _SOCKET_TIMEOUT
    except (AccessDenied, ResourceNotFound):
        return _DENIED  # AWS does not tell one from the other
    except LambdaError as error:
        return error.code


def _response(question: Question, invoked: Invocation) -> Response:
    if invoked.function_error is not None:
        error = json.loads(invoked.payload)
        text = error.get("errorMessage", "") if isinstance(error, dict) else ""
        raise UserLambdaValidation(f"{question.trigger} failed with error {text}.")
    answer = json.loads(invoked.payload or "null")
    if answer is None:
        raise InvalidLambdaResponse(_INVALID_JSON)
    if not isinstance(answer, dict) or not {"request", "response"} <= set(answer):
        raise InvalidLambdaResponse
    response = answer["response"]
    if not isinstance(response, dict):
        raise InvalidLambdaResponse
    for name, is_right in question.response.items():
        if response.get(name) is not None and not is_right(response[name]):
            raise InvalidLambdaResponse
    return response
