"""HTTP servers outside AWS, played by functions: where SNS and EventBridge deliver that is not AWS.

    deliver, lab.http ── request ──> the server at this URL ──> response, or no answer in time

A server runs on a task of its own and takes virtual time. Who asks waits for the answer only so long; the
server knows nothing of that and goes on, which is how work gets done twice in real systems, too. Nothing
listens on a port.
"""

from __future__ import annotations

import abc
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal
from workbook.engine.tasks import Interrupted

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

LONGEST_BODY = 4_096
"""Characters of a body that the trace keeps."""
_STATE = "endpoints"


class NoConnection(ConnectionError):
    """No server is at this URL."""


class NoAnswer(TimeoutError):
    """The server did not answer in time."""


@dataclass(frozen=True)
class HttpRequest:
    """What a server is asked."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def path(self) -> str:
        """The path of the URL, "/" where it has none."""
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the URL; of one that is given twice, the last."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.url).query).items()}

    def json(self) -> Any:  # noqa: ANN401 - JSON can be anything
        """The body, parsed.

        Raises:
            ValueError: it is no JSON.
        """
        return json.loads(self.body)


@dataclass(frozen=True)
class HttpResponse:
    """What a server answers."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """Each Set-Cookie header."""
    facts: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """What the trace keeps of the answer, and who asked does not see."""

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return self.body.encode("utf-8", "surrogateescape")

    @property
    def ok(self) -> bool:
        """Whether the status is one of success: 200 to 299."""
        return 200 <= self.status < 300

    def json(self) -> Any:  # noqa: ANN401 - JSON can be anything
        """The body, parsed.

        Raises:
            ValueError: it is no JSON.
        """
        return json.loads(self.body)


Server = Callable[[HttpRequest], object]
"""Returns an `HttpResponse`, a status, a status and a body, a text or a dict as the body, or None for 200."""


class Front(abc.ABC):
    """A server that is AWS's own, in front of what a learner has made: a function URL, an API ..."""

    @abc.abstractmethod
    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request, on the current task; it may take virtual time."""


def open_front(world: World, url: str, front: Front) -> None:
    """Let a front of AWS answer requests to `url` and below it; who opens it records its making."""
    _servers(world)[_place(url)] = front


def close_front(world: World, url: str) -> None:
    """Let the front at `url` answer no more, and write down that it is gone."""
    close_endpoint(world, _place(url))


def is_front(world: World, url: str) -> bool:
    """Whether a front of AWS answers at this URL."""
    try:
        return isinstance(_find(world, url)[1], Front)
    except NoConnection:
        return False


def open_endpoint(world: World, url: str, server: Server) -> None:
    """Let `server` answer requests to `url` and below it, instead of who did before.

    Raises:
        ValueError: it is no HTTP URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        message = f"endpoint {url!r}: pass a URL such as https://shop.example.com/orders, without a query"
        raise ValueError(message)
    known = _place(url) in _servers(world)
    _servers(world)[_place(url)] = server
    if known:
        world.trace.record("configure", url, settings={"Url": url})
    else:
        world.trace.record("create", url, settings={"Url": url})


def close_endpoint(world: World, url: str) -> None:
    """Let nobody answer requests to `url` any more; harmless when nobody does."""
    if _servers(world).pop(_place(url), None) is not None:
        world.trace.record("remove", url)


def ask(world: World, request: HttpRequest, timeout: float) -> HttpResponse:
    """Make a request and wait for the answer, at most `timeout` seconds; the trace gets a "request" hop.

    Raises:
        NoConnection: no server is at this URL.
        NoAnswer: the server took longer.
    """
    place, server = _find(world, request.url)
    facts: dict[str, Any] = {"path": request.path} if isinstance(server, Front) else {}
    if world.trace.actor is not None:
        facts["by"] = world.trace.actor
    hop = world.trace.record(
        "request",
        place,
        outcome="waits",
        method=request.method,
        size=len(request.body.encode("utf-8", "surrogateescape")),
        body=request.body[:LONGEST_BODY],
        **facts,
    )
    work = _Work(world, hop, server, request)
    with world.trace.under(hop):
        world.kernel.spawn(work.run, name=f"{request.method} {place}")
    return work.wait(timeout)


class _Work:
    """One request at work."""

    def __init__(self, world: World, hop: Hop, server: Server | Front, request: HttpRequest) -> None:
        self._world = world
        self._hop = hop
        self._server = server
        self._request = request
        self._response: HttpResponse | None = None
        self._failure: Exception | None = None
        self._given_up = False
        self._done = Signal(world.kernel, f"the answer of {hop.resource}")

    def run(self) -> None:
        facts: dict[str, object] = {}
        try:
            response = self._answer()
        except (Interrupted, KeyboardInterrupt):
            raise
        except BaseException as error:
            if isinstance(self._server, Front):
                if self._given_up or not isinstance(error, Exception):
                    raise
                self._fail(error)
                return
            response = HttpResponse(500, "Internal Server Error")
            facts["error"] = f"{type(error).__name__}: {error}"
        facts |= response.facts
        if self._world.clock.now > self._hop.time:
            facts["ended_at"] = self._world.clock.now
        outcome = "ok" if response.ok else str(response.status)
        begun = self._world.trace[self._hop.number - 1]  # a front may have noted more of it meanwhile
        self._world.trace.amend(begun, outcome=outcome, status=response.status, **facts)
        self._response = response
        self._done.notify_all()

    def _fail(self, error: Exception) -> None:
        """Hand who waits the error of a front: it is no answer of AWS's, but a fault of the simulation."""
        text = f"{type(error).__name__}: {error}"
        self._world.trace.amend(self._world.trace[self._hop.number - 1], outcome="failed", error=text)
        self._failure = error
        self._done.notify_all()

    def _answer(self) -> HttpResponse:
        if isinstance(self._server, Front):
            return self._server.answer(self._request)
        return _response_of(self._world.kernel.expose(self._server, self._request))

    def wait(self, timeout: float) -> HttpResponse:
        until = self._world.clock.now + round(timeout * SECOND)
        while self._response is None:
            if not self._done.wait(until) and self._response is None and self._failure is None:
                self._given_up = True
                message = f"{self._hop.resource} did not answer within {timeout:g} s"
                raise NoAnswer(message)
            if self._failure is not None:
                raise self._failure
        return self._response


def _response_of(answer: object) -> HttpResponse:
    match answer:
        case HttpResponse():
            return answer
        case None:
            return HttpResponse()
        case bool():
            pass
        case int():
            return HttpResponse(answer)
        case str():
            return HttpResponse(body=answer)
        case dict() | list():
            return HttpResponse(body=json.dumps(answer), headers={"Content-Type": "application/json"})
        case (int() as status, body):
            return HttpResponse(status, body if isinstance(body, str) else json.dumps(body))
    message = (
        f"the server returned {answer!r}: return a status such as 200, a text, a dict, or (status, body)"
    )
    raise TypeError(message)


def _find(world: World, url: str) -> tuple[str, Server | Front]:
    """The server of the nearest URL above this one."""
    servers, place = _servers(world), _place(url)
    while place not in servers:
        above, found, _ = place.rpartition("/")
        if not found or above.endswith("/"):  # only "https:/" is left
            message = f"nobody is at {url}; lab.endpoint({_place(url)!r}, function) puts a function there"
            raise NoConnection(message)
        place = above
    return place, servers[place]


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")


def _servers(world: World) -> dict[str, Server | Front]:
    return world.kept(_STATE, dict)
