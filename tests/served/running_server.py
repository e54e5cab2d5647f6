"""`workbook serve` as a process of its own, as a user starts it, and its control API."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
from dataclasses import dataclass

import benchmarks.serving
from benchmarks.serving import RunningServer

KEY = "AKIA123456789012LABX"
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Server(RunningServer):
    """A server that runs."""

    def environment(self, key=KEY):
        """What a client of AWS needs to find it, and nothing of the computer's own AWS."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def control(self, method, path, key=KEY, **body):
        """Ask the control API."""
        status, answer = self.ask(
            method, f"/workbook/v1{path}", json.dumps(body), {"X-Workbook-Access-Key": key}
        )
        assert status == 200, answer
        return json.loads(answer)

    def ask(self, method, path, body=b"", headers=()):
        """Any request; the status and the body of its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(
                method, path, body or None, {"Content-Type": "application/json", **dict(headers)}
            )
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def end(self):
        """Ctrl-C; what it says then."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        return said


@contextlib.contextmanager
def serving(*words):
    """A server with these words on its command line, at a free port."""
    with benchmarks.serving.serving(*words) as running:
        yield Server(running.process, running.said)
