"""Sign-in by challenges of one's own: three functions play a state machine, a question and an examiner.

    DefineAuthChallenge ── CUSTOM_CHALLENGE ──> CreateAuthChallenge ──> the client answers
            ^                                                                  │
            └───────── the result joins the session ── VerifyAuthChallengeResponse
    issueTokens: tokens          failAuthentication: NotAuthorizedException

Source: Cognito Developer Guide, "Custom authentication challenge Lambda triggers". A password checked by SRP
as the first challenge is not simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.errors import InvalidLambdaResponse, InvalidUserPoolConfiguration, NotAuthorized
from workbook.aws.cognito.sign_in import Session, challenge, complete, expiry, required
from workbook.aws.cognito.triggers import (
    Check,
    Question,
    Response,
    ask,
    attributes_of,
    function_of,
    is_flag,
    is_text,
    is_text_map,
    with_metadata,
)
from workbook.aws.operations import NotSimulated

if TYPE_CHECKING:
    from workbook.aws.cognito.registry import Client, User
    from workbook.aws.cognito.sign_in import Answer
    from workbook.engine.world import World

CHALLENGE = "CUSTOM_CHALLENGE"
_DEFINE = {"challengeName": is_text, "issueTokens": is_flag, "failAuthentication": is_flag}
_CREATE = {
    "publicChallengeParameters": is_text_map,
    "privateChallengeParameters": is_text_map,
    "challengeMetadata": is_text,
}
_VERIFY = {"answerCorrect": is_flag}


@dataclass(frozen=True)
class Dialogue:
    """Somebody who signs in by custom challenges; it may be nobody, where the client hides who exists."""

    world: World
    client: Client
    name: str
    user: User | None
    metadata: Mapping[str, str] | None = None

    def start(self) -> Answer:
        """The first challenge."""
        return self._next([])

    def answer(self, session: Session, responses: Mapping[str, str] | None) -> Answer:
        """What follows on the answer to a challenge."""
        request = {
            "privateChallengeParameters": dict(session.private),
            "challengeAnswer": required(responses, "ANSWER"),
        }
        verdict = self._ask("VerifyAuthChallengeResponse", request, _VERIFY)
        result: dict[str, Any] = {
            "challengeName": CHALLENGE,
            "challengeResult": bool(verdict.get("answerCorrect")),
        }
        if session.metadata is not None:
            result["challengeMetadata"] = session.metadata
        return self._next([*session.history, result])

    def _next(self, history: list[dict[str, Any]]) -> Answer:
        decided = self._ask("DefineAuthChallenge", {"session": history}, _DEFINE)
        if decided.get("failAuthentication"):
            raise NotAuthorized
        if decided.get("issueTokens"):
            if self.user is None:
                raise NotAuthorized
            return complete(self.world, self.client, self.user, "Authentication", self.metadata)
        if decided.get("challengeName") != CHALLENGE:
            if decided.get("challengeName"):
                raise NotSimulated(
                    f"The challenge {decided['challengeName']} in a custom sign-in", f"Define {CHALLENGE}."
                )
            raise InvalidLambdaResponse
        return self._create(history)

    def _create(self, history: list[dict[str, Any]]) -> Answer:
        request = {"challengeName": CHALLENGE, "session": history}
        made = self._ask("CreateAuthChallenge", request, _CREATE)
        session = Session(
            self.client.id,
            CHALLENGE,
            self._username,
            expiry(self.world, self.client),
            history,
            made.get("privateChallengeParameters") or {},
            made.get("challengeMetadata"),
        )
        public = made.get("publicChallengeParameters") or {}
        return challenge(self.world, self.client.pool, session, {"USERNAME": self._username, **public})

    @property
    def _username(self) -> str:
        return self.name if self.user is None else self.user.username

    def _ask(self, trigger: str, request: dict[str, Any], fields: Mapping[str, Check]) -> Response:
        pool = self.client.pool
        if function_of(pool, trigger) is None:
            raise InvalidUserPoolConfiguration(
                "Custom auth lambda trigger is not configured for the user pool."
            )
        asked = {"userAttributes": {} if self.user is None else attributes_of(pool, self.user), **request}
        if self.client.hides_users:
            asked["userNotFound"] = self.user is None
        question = Question(
            trigger,
            "Authentication",
            self._username,
            with_metadata(asked, self.metadata),
            fields,
            client=self.client,
        )
        return ask(self.world, pool, question) or {}
