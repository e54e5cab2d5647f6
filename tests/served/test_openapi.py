"""The OpenAPI document of the control API says what it takes and answers; a tool tries all that it allows."""

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from workbook.served.control import OPERATIONS, PREFIX
from workbook.served.openapi import document

KEY = "AKIA123456789012LABX"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever proxy the environment names
CONFIG = """
[[operations]]
include-name = "PUT /workbook/v1/snapshot"
checks.positive_data_acceptance.enabled = false     # any bytes may be sent; few are a snapshot
"""


@pytest.fixture(scope="module")
def endpoint():
    """The URL of a server that runs, and throttles nobody."""
    command = [
        sys.executable,
        "-m",
        "workbook",
        "serve",
        "--port",
        "0",
        "--limit",
        "requests_per_second=100000",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"http://\S+", server.stdout.readline())[0]
        finally:
            server.terminate()
            server.communicate()


def test_the_document_names_every_operation_once():
    described = [
        (method.upper(), path) for path, methods in document()["paths"].items() for method in methods
    ]
    assert sorted(described) == sorted((each.method, PREFIX + each.path) for each in OPERATIONS)
    names = [each.name for each in OPERATIONS]
    assert len(set(names)) == len(names)


def test_every_schema_that_is_named_is_there():
    whole = document()
    named = set(re.findall(r"#/components/schemas/(\w+)", str(whole)))
    assert named <= set(whole["components"]["schemas"])
    assert {each.returns for each in OPERATIONS} - {"Snapshot"} <= named


def test_schemathesis_finds_no_answer_that_the_document_does_not_allow(endpoint, tmp_path):
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    asked = urllib.request.Request(f"{endpoint}{PREFIX}/time", headers={"X-Workbook-Access-Key": KEY})
    DIRECT.open(asked).close()  # until the lab is there: the tool waits for ten seconds, whatever it is told
    tool = Path(sys.executable).with_name("schemathesis")
    command = [
        *(tool, f"--config-file={config}", "run", f"{endpoint}{PREFIX}/openapi.json"),
        *("--header", f"X-Workbook-Access-Key: {KEY}", "--seed=7", "--no-color"),
        *("--request-timeout=280", "--suppress-health-check=too_slow"),  # of a busy machine
        *("--max-examples=25", "--phases=coverage,fuzzing", "--generation-database=none"),
    ]
    tried = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert tried.returncode == 0, tried.stdout[-6000:] + tried.stderr[-2000:]
    assert f"Tested: {len(OPERATIONS) - 1}" in tried.stdout  # all but the document itself
