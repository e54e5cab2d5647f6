"""`workbook serve` as a process of its own, as a user starts it, and its control API."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys

KEY = "AKIA123456789012LABX"
ACCOUNT = "123456789012"


class Server:
    """A server that runs."""

    def __init__(self, process, said):
        self.process = process
        self.said = said
        """What it has printed until it was ready."""
        self.port = int(re.search(r"simulated at http://127\.0\.0\.1:(\d+)", "".join(said))[1])
        self.url = f"http://127.0.0.1:{self.port}"

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
    """A server with these words on its command line."""
    command = [sys.executable, "-m", "workbook", "serve", "--port", "0", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C ends it" in line:
                break
        yield Server(process, said)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()
            process.stdout.close()
