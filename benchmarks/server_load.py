"""Many clients at once at one lab of `workbook serve`: is anything lost or doubled, how long does it take?

Each client sends messages of its own, receives whatever there is, and deletes it. In the end the queue is
emptied: what was sent must be what was received, each message once.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.serving import RunningServer, serving

KEY = "AKIA123456789012LABX"
CLIENTS = 32
_UNTHROTTLED = ("--limit", "requests_per_second=1000000")
_SHORT_TRACE = ("--limit", "trace_hops=2000")
"""So that memory is flat after seconds, and not only after the 50,000 hops that a trace keeps otherwise."""
_WARM = 0.4
"""The part of a run, by time and by messages, after which memory is to be flat."""


@dataclass
class Load:
    """What came of it."""

    sent: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    """What each request took."""
    errors: list[str] = field(default_factory=list)
    memory: tuple[int, int] = (0, 0)
    """Bytes of the account's process: when it was warm, and in the end."""
    lasted: float = 0.0

    @property
    def lost(self) -> int:
        """Messages that were sent and never received."""
        return (self.sent - self.received).total()

    @property
    def doubled(self) -> int:
        """Messages that were received more often than sent."""
        return (self.received - self.sent).total()

    @property
    def grown(self) -> float:
        """By how many MB memory grew once it was warm."""
        return (self.memory[1] - self.memory[0]) / 1e6

    def percentile(self, share: float) -> float:
        """Seconds within which this share of the requests was answered."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def text(self) -> str:
        """All figures in one line."""
        return (
            f"{len(self.seconds):,} requests in {self.lasted:.1f} s, {self.sent.total():,} messages, "
            f"{self.lost} lost, {self.doubled} doubled, {len(self.errors)} errors, "
            f"p50 {self.percentile(0.5) * 1e3:.0f} ms, p99 {self.percentile(0.99) * 1e3:.0f} ms, "
            f"memory {self.memory[1] / 1e6:.0f} MB, {self.grown:+.1f} MB once warm"
        )


def put_load_on_a_server(seconds: float, clients: int = CLIENTS, least: int = 0) -> Load:
    """Start a server, let `clients` work at it for so long, and empty the queue.

    Args:
        seconds: that they work at least.
        clients: so many.
        least: messages that each sends at least, on however slow a machine.
    """
    with serving(*_UNTHROTTLED, *_SHORT_TRACE) as server:
        return put_load(server, seconds, clients, least)


def put_load(server: RunningServer, seconds: float, clients: int, least: int = 0) -> Load:
    """Let `clients` work at a server for so long, and empty the queue."""
    load = Load()
    first = Client(server.port, load)
    first.url = first.call("CreateQueue", QueueName="load")["QueueUrl"]
    begun = time.monotonic()
    workers = [Client(server.port, load, first.url, f"client-{number}") for number in range(clients)]
    threads = [threading.Thread(target=worker.work, args=(begun + seconds, least)) for worker in workers]
    for thread in threads:
        thread.start()
    time.sleep(seconds * _WARM)
    while load.sent.total() < _WARM * clients * least and any(thread.is_alive() for thread in threads):
        time.sleep(0.05)
    warm = server.lab().memory_info().rss
    for thread in threads:
        thread.join()
    load.lasted = time.monotonic() - begun
    load.memory = warm, server.lab().memory_info().rss
    while first.receive():
        pass
    return load


class Client:
    """One client with a connection of its own, and no SDK: that would take longer than the lab."""

    def __init__(self, port: int, load: Load, url: str = "", name: str = "", key: str = KEY) -> None:
        self.url = url
        self._key = key
        self._load = load
        self._name = name
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def work(self, until: float, least: int) -> None:
        """Send one message and receive what there is, over and over, and `least` times at least."""
        number = 0
        while time.monotonic() < until or number < least:
            body = f"{self._name}-{number}"
            self.call("SendMessage", QueueUrl=self.url, MessageBody=body)
            self._load.sent[body] += 1  # one key is one client's, so no two threads write it
            number += 1
            self.receive()
        self._connection.close()

    def receive(self) -> int:
        """Receive up to ten messages and delete them; how many there were."""
        messages = self.call("ReceiveMessage", QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        if messages:
            handles = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages)
            ]
            self.call("DeleteMessageBatch", QueueUrl=self.url, Entries=handles)
            with _COUNTING:
                self._load.received.update(message["Body"] for message in messages)
        return len(messages)

    def call(self, operation: str, **parameters: object) -> dict[str, str]:
        """Make a call of SQS; its answer."""
        begun = time.perf_counter()
        self._connection.request("POST", "/", json.dumps(parameters), _headers(operation, self._key))
        response = self._connection.getresponse()
        body = response.read()
        self._load.seconds.append(time.perf_counter() - begun)
        if response.status != 200:
            self._load.errors.append(body.decode())
        return json.loads(body or b"{}")  # type: ignore[no-any-return]


_COUNTING = threading.Lock()


def _headers(operation: str, key: str) -> dict[str, str]:
    scope = f"{key}/20261128/us-east-1/sqs/aws4_request"
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "X-Amz-Target": f"AmazonSQS.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }
