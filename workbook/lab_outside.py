"""What lies outside AWS: servers, people with mailboxes, and the days on which something is down.

lab.endpoint(url, function)     a server at a URL, played by a function
lab.http(url)                   somebody visits a URL: that server, or a page of AWS
lab.mailbox                     what came by email, by SMS and to apps
lab.job("glue", "clean", minutes=20)    how long a job takes that the lab does not run
lab.outage("orders", hours=1)   AWS's own failures, on order
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping, Sequence

from workbook.aws.endpoints import HttpRequest, HttpResponse, ask, is_front, open_endpoint
from workbook.aws.job_runs import SERVICES, plan_job
from workbook.aws.web_pages import is_of_aws, visit
from workbook.engine.clock import microseconds
from workbook.lab_arguments import check_name
from workbook.lab_part import LabPart
from workbook.mailbox_view import Mailbox
from workbook.outages import Outage, outage_of
from workbook.programs import in_aws_time

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class LabOutside(LabPart):
    """The part of a Lab that is not AWS."""

    def endpoint(self, url: str, function: Callable[[HttpRequest], object]) -> str:
        """Put a server at a URL, and all below it, played by a function of yours; returns the URL.

            def shop(request):
                order = request.json()
                time.sleep(3)                # of AWS's time
                return 503 if busy else "thanks"

            lab.endpoint("https://shop.example.com/hooks", shop)

        It is called with a request that has `method`, `url`, `path`, `query`, `headers`, `body` and `json()`,
        and may return nothing (status 200), a status, a text, a dict (JSON), or a pair of status and body.
        An error in it is a status 500. As in `lab.program`, `time` and `datetime` in it are AWS's.

        Raises:
            TypeError: `function` is no plain function.
            ValueError: `url` is no HTTP URL, or one of AWS's own.
        """
        self._ensure_open()
        if not isinstance(function, types.FunctionType):
            message = f"endpoint {url!r}: pass a function that takes the request, not {function!r}"
            raise TypeError(message)
        if isinstance(url, str) and is_of_aws(url):
            message = f"endpoint {url!r}: that host is AWS's; choose another, such as shop.example.com"
            raise ValueError(message)
        with self.world.kernel:
            open_endpoint(self.world, url, in_aws_time(function, self.world.kernel))
        return url

    def http(
        self,
        url: str,
        method: str = "GET",
        body: str | bytes | Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 60,
    ) -> HttpResponse:
        """Visit a URL: a server of `lab.endpoint`, what calls a function of yours, or a page of AWS.

            lab.http(message["SubscribeURL"])       # confirm a subscription
            lab.http(lab.mailbox.of("ann@example.com")[-1].link)
            lab.http(function_url, "POST", {"order": 7})

        Args:
            url: Where to.
            method: "GET", "POST" ...
            body: A text, bytes, or a dict that is sent as JSON.
            headers: Of the request.
            timeout: Seconds of AWS's time to wait for an answer.

        Returns:
            An answer with `status`, `body`, `headers`, `cookies`, `content` (bytes), `ok` and `json()`.

        Raises:
            ValueError: `method` is none.
            ConnectionError: nobody is there.
            TimeoutError: there was no answer in time.
        """
        self._ensure_open()
        if method not in _METHODS:
            message = f"http(method={method!r}): pass one of {', '.join(sorted(_METHODS))}"
            raise ValueError(message)
        request = HttpRequest(method, url, *_content(body, headers))
        with self.world.kernel:
            if is_of_aws(url) and not is_front(self.world, url):
                return visit(self.world, request)
            return ask(self.world, request, timeout)

    @property
    def mailbox(self) -> Mailbox:
        """All that AWS has sent to people: emails, text messages, notifications of apps."""
        self._ensure_open()
        return Mailbox(self.world)

    def outage(
        self, target: str, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> Outage:
        """Let a resource or a service be down from now on: what AWS's services deliver there fails.

            lab.outage("orders", hours=1)
            with lab.outage("lambda"):
                lab.advance(minutes=5)

        Your own calls go through. Without a duration it lasts until the end of the `with` block, or until
        `end()` of what this returns.

        Args:
            target: The name or the ARN of a queue or a function, the URL of an endpoint, or a service: "sqs",
                "lambda", "sns", "events", "states", "kinesis", "firehose", "logs", "s3" (what Firehose
                writes there), or "http" for all servers outside AWS.
            seconds: How long it lasts, together with the other three.
            minutes: As above.
            hours: As above.
            days: As above.

        Raises:
            LookupError: there is no such queue or function; the text lists those there are.
            ValueError: the duration is negative.
        """
        self._ensure_open()
        lasts = seconds + 60 * minutes + 3600 * hours + 86400 * days
        with self.world.kernel:
            return outage_of(self.world, target, lasts)

    def job(
        self,
        service: str,
        name: str,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
        fails: str | Sequence[str | None] | None = None,
    ) -> None:
        """Say how long a job takes that the lab does not run, and how it ends; else it succeeds at once.

            lab.job("glue", "clean", minutes=20)
            lab.job("ecs", "render", seconds=90, fails="out of memory")     # each run
            lab.job("batch", "nightly-*", hours=2, fails=["spot ended"])    # the first run from now on

        Args:
            service: "athena", "batch", "codebuild", "ecs", "glue" or "sagemaker".
            name: What is run: the task definition of ECS without its revision, the job definition of Batch,
                the job of Glue or SageMaker, the project of CodeBuild, the workgroup of Athena ("primary"
                unless a query says another). It may hold `*` for any characters and `?` for one.
            seconds: How long a run takes, together with the other three.
            minutes: As above.
            hours: As above.
            days: As above.
            fails: Why every run fails; or a list with the reason of each of the next runs, None for one that
                succeeds.

        Raises:
            ValueError: there are no jobs of this service, or the duration is negative.
        """
        self._ensure_open()
        check_name("job", name)
        if service not in SERVICES:
            message = f"job({service!r}): pass a service whose jobs take time: {', '.join(sorted(SERVICES))}"
            raise ValueError(message)
        lasts = seconds + 60 * minutes + 3600 * hours + 86400 * days
        if not lasts >= 0:  # not `<`: a number that is none, nan, compares as false
            message = f"job({service!r}, {name!r}) of {lasts:g} s: pass a duration of 0 or more"
            raise ValueError(message)
        with self.world.kernel:
            plan_job(self.world, service, name, microseconds(lasts), fails)


def _content(
    body: str | bytes | Mapping[str, object] | None, headers: Mapping[str, str] | None
) -> tuple[dict[str, str], str]:
    given = dict(headers or {})
    if isinstance(body, bytes):
        return given, body.decode("utf-8", "surrogateescape")
    if body is None or isinstance(body, str):
        return given, body or ""
    return {"Content-Type": "application/json", **given}, json.dumps(body)
