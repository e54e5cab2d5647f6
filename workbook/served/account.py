"""The lab of one account: it answers requests one after the other, and writes down what came in.

    request ──> control API?  ──yes──> time, trace, seed, snapshot ─┐
                    │ no                                            ├──> journal, a line in a file ──> answer
                    └──> AWS, in this process ──────────────────────┘

The line is written when the request is done, and before anybody gets the answer. So a process that is killed
loses nothing that was answered: the next one replays the journal. And what killed it is not replayed. A
snapshot
is that journal with a last line that says what a replay must come to; decision 0027 says why it holds no
object.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote

from workbook.engine.clock import instant_of
from workbook.engine.world import START
from workbook.lab import Lab, LabError
from workbook.served.control import PREFIX, answer_control, error_response, is_control
from workbook.served.error_answers import FAULT, error_answer, guessed_protocol
from workbook.served.fields import BadRequest
from workbook.served.journal import (
    Beginning,
    Journal,
    SnapshotError,
    plain,
    read_journal,
    request_line,
)
from workbook.served.limits import AccountLimits
from workbook.served.questions import asked_words
from workbook.served.requests import LARGEST_BODY, HttpRequest, HttpResponse
from workbook.served.signatures import account_in_key, signature_of
from workbook.served.snapshots import checked_snapshot, ending_of, is_journaled
from workbook.served.spool import Spool

Answer = Callable[[HttpRequest], HttpResponse]
"""What answers requests to AWS in the lab that is open in this process; errors are answers, too."""
Result = TypeVar("Result")

ACTOR = "X-Workbook-Actor"
"""The header that names who makes a call, quoted as in a URL: AWS sees no difference, and the trace keeps
it."""
_LONGEST_NAME = 100
_MAKES = re.compile(
    r"Create\w*|Copy\w*|Put(Metric)?(Rule|Alarm)|Register\w*|Run\w*|Subscribe"
    r"|(POST|PUT) (?!.*/(invocations|invoke-async)$).*"
)
"""What may make a resource, as `asked_words` says it: an operation, or of a REST API method and path."""
_FAILED = 409
"""The status where time has passed, and something in the lab has failed meanwhile."""
_CHANGES = frozenset({200, _FAILED})
"""Statuses of a journaled operation that was carried out; any other error has changed nothing."""


class Account:
    """One simulated AWS account, open until `close`. There is one in a process, as there is one Lab.

    Args:
        number: The account id, 12 digits.
        answer: Answers requests to AWS.
        journal: The file of the journal. One that is there already is replayed.
        seed: Of a lab that begins here.
        region: Its default Region.
        start: When its time begins.
        limits: What it may use.
    """

    def __init__(
        self,
        number: str,
        *,
        answer: Answer,
        journal: Path,
        seed: int = 0,
        region: str = "us-east-1",
        start: datetime.datetime = START,
        limits: AccountLimits | None = None,
    ) -> None:
        self.number = number
        self.limits = limits or AccountLimits()
        self.note = ""
        """What somebody should know of this lab: that it was brought back, say."""
        self._answer = answer
        self._lab: Lab | None = None
        self._standing: set[str] = set()
        self._counted = 0
        self._spool = Spool(journal, self.limits.snapshot_bytes)
        self._beginning = Beginning(number, region, seed, start, self.limits.retention)
        if self._spool.is_there():
            self._resume()
        else:
            self.begin(seed)

    # ---- requests

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, whatever it is; the next may come when this has returned."""
        request = plain(request)
        response = self._handled(request)
        return response if len(response.body) <= LARGEST_BODY else self._too_large(request, response)

    def _too_large(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """What is said in the place of an answer that no frame can carry."""
        text = (
            f"the answer has {len(response.body)} bytes, and a server sends {LARGEST_BODY} at most: ask for "
            "less at a time, a Range of an object for instance"
        )
        if is_control(request):
            return error_response(413, "AnswerTooLarge", text)
        return self._error(request, 400, FAULT, text)

    def _handled(self, request: HttpRequest) -> HttpResponse:
        if not is_control(request):
            return self._handle_aws(request)
        response = answer_control(self, request)
        if is_journaled(request) and response.status in _CHANGES:
            self._spool.write(request_line(request))
        return response

    def _handle_aws(self, request: HttpRequest) -> HttpResponse:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        response = self._answered(request)
        self._count()
        self._spool.write(request_line(request))
        return response

    def _answered(self, request: HttpRequest) -> HttpResponse:
        """What AWS answers to whoever says that it is they who ask, as `lab.actor` does."""
        actor = unquote(request.header(ACTOR) or "").strip()
        if not actor:
            return self._answer(request)
        with self.lab.trace.acting(actor[:_LONGEST_NAME]):
            return self._answer(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        """An error for what is not even asked of AWS."""
        signature = signature_of(request)
        owner = None if signature is None else account_in_key(signature.access_key)
        if owner is not None and owner != self.number:
            message = f"this lab is account {self.number}, and the access key is of account {owner}"
            return self._error(request, 403, "InvalidClientTokenId", message)
        if len(request.body) > self.limits.body_bytes:
            most = self.limits.body_bytes
            message = f"the body has {len(request.body)} bytes, and {most} are allowed (body_bytes)"
            return self._error(request, 413, "RequestEntityTooLarge", message)
        if self.resources >= self.limits.resources and _MAKES.fullmatch(asked_words(request)):
            message = (
                f"this lab has {self.resources} resources, and {self.limits.resources} are allowed "
                f"(resources): delete some, or begin anew with POST {PREFIX}/reset"
            )
            return self._error(request, 400, "LimitExceededException", message)
        return None

    def _error(self, request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
        signature = signature_of(request)
        protocol = guessed_protocol(request, "" if signature is None else signature.service)
        request_id = self.lab.world.seeds.uuid("served.refusals")
        return error_answer(protocol, code, message, status=status, request_id=request_id)

    def _count(self) -> None:
        """Take note of the resources that exist since the last request."""
        trace = self.lab.trace
        for hop in trace[self._counted :]:
            if hop.kind == "create":
                self._standing.add(hop.resource)
            elif hop.kind == "remove":
                self._standing.discard(hop.resource)
        self._counted = len(trace)

    def passing(self, wait: Callable[[], Result]) -> Result:
        """Let time pass; what goes wrong in it, such as an endless loop, is told and not lost.

        Raises:
            BadRequest: something that runs in the lab has failed; its own words say what.
        """
        try:
            return wait()
        except (ValueError, MemoryError):
            raise
        except Exception as error:
            raise BadRequest(type(error).__name__, str(error), _FAILED) from error
        finally:
            self._count()

    # ---- what there is to know

    @property
    def seed(self) -> int:
        """The lab's seed."""
        return self._beginning.seed

    @property
    def began(self) -> int:
        """When the lab's time began (microseconds)."""
        return instant_of(self._beginning.start)

    @property
    def resources(self) -> int:
        """Resources that exist now."""
        return len(self._standing)

    @property
    def journal_bytes(self) -> int:
        """Bytes that a snapshot would take now."""
        return self._spool.size

    # ---- beginning and end

    def begin(self, seed: int) -> None:
        """Begin the lab anew, with an empty journal."""
        before = self._beginning
        self._beginning = Beginning(self.number, before.region, seed, before.start, before.retention)
        self._open(self._beginning)
        self._spool.begin(self._beginning.line())

    def close(self) -> None:
        """End the lab; the journal stays, and says that this was a clean end."""
        self._spool.write(ending_of(self.lab, self._spool.requests).line())
        self._spool.close()
        self.lab.close()

    @property
    def lab(self) -> Lab:
        """The lab that is open now."""
        assert self._lab is not None  # noqa: S101 - the constructor opens one
        return self._lab

    def _open(self, beginning: Beginning) -> None:
        """Open a lab as it was at its beginning, in the place of the one before."""
        if self._lab is not None:
            self._lab.close()
        self._lab = Lab(
            seed=beginning.seed, region=beginning.region, account=beginning.account, start=beginning.start
        )
        self.lab.trace.keep(self.limits.retention)
        self._standing.clear()
        self._counted = 0

    # ---- snapshots

    def snapshot(self) -> bytes:
        """The journal with its end: what `restore` takes.

        Raises:
            SnapshotError: it was longer than is allowed, and so not kept.
        """
        return self._spool.read() + ending_of(self.lab, self._spool.requests).line()

    def restore(self, snapshot: bytes) -> None:
        """Bring back a lab in the place of this one, by asking of a new one all that was asked of it.

        Raises:
            SnapshotError: it is none, or its replay came out differently. This lab is as it was.
        """
        journal = checked_snapshot(snapshot, self.number, self.limits)
        before = self._spool.read()
        self._beginning, kept = journal.beginning, self._beginning
        try:
            self._replay(journal)
        except Exception:
            self._beginning = kept
            self._replay(read_journal(before), within_limits=False)
            raise
        self._spool.begin(journal.beginning.line(), *map(request_line, journal.requests))

    def _replay(self, journal: Journal, *, within_limits: bool = True) -> None:
        """Ask a new lab all that was asked of another one; the journal itself is left alone."""
        try:
            self._open(journal.beginning)
        except LabError as error:
            raise SnapshotError(f"line 1 is broken: {error}") from None
        for number, request in enumerate(journal.requests, 2):
            self._ask_again(number, request, within_limits=within_limits)
        if journal.ending is not None and journal.ending != ending_of(self.lab, len(journal.requests)):
            raise SnapshotError(
                "the replay came to another end than the snapshot says: it was changed, or made by a "
                "workbook that answers otherwise; nothing was brought back"
            )

    def _ask_again(self, number: int, request: HttpRequest, *, within_limits: bool) -> None:
        if is_control(request):
            answer_control(self, request)
            return
        refusal = self._refusal(request) if within_limits else None
        if refusal is not None:
            raise SnapshotError(f"line {number} would be refused: {refusal.body.decode()}")
        self._answered(request)
        self._count()

    def _resume(self) -> None:
        """Go on where the last process left off."""
        text = self._spool.read_all()
        journal = read_journal(text, half_written=not text.endswith(b"\n"))
        ended_well = journal.ending
        if journal.beginning.retention != self.limits.retention:  # the server was given others since
            beginning = replace(journal.beginning, retention=self.limits.retention)
            journal = Journal(beginning, journal.requests, None)
        self._beginning = journal.beginning
        self._replay(journal, within_limits=False)
        self._spool.begin(journal.beginning.line(), *map(request_line, journal.requests))
        count = len(journal.requests)
        if ended_well is None:
            self.note = (
                f"the last process of this lab ended without a clean stop; the {count} requests that it had "
                "answered were replayed, and one that it was busy with, if any, is lost"
            )
        else:
            self.note = f"brought back from its {count} requests"
