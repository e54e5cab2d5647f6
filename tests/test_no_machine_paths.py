"""No tracked file may name a folder of somebody's machine, or a host that packages are downloaded from.

A clone must work in any folder, behind any mirror, and without a network once it is installed.
"""

import re
import subprocess
from pathlib import Path

import pytest

from workbook.notebook_rules import MACHINE_PATH

ROOT = Path(__file__).resolve().parent.parent

# Put together from pieces, so that this file does not name them itself.
DOWNLOAD_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"), ("pypi", "python", "org"), ("pythonhosted", "org"), ("anaconda", "org"),
        ("anaconda", "com"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("unpkg", "com"),
        ("jsdelivr", "net"), ("cdnjs", "cloudflare"), ("crates", "io"), ("proxy", "golang"), ("ghcr", "io"),
        ("docker", "io"), ("deb", "debian", "org"), ("archive", "ubuntu", "com"),
    ]
]  # fmt: skip
HOST = re.compile("|".join(map(re.escape, DOWNLOAD_HOSTS)), re.IGNORECASE)
FOLDER = re.compile(
    r"(?<![\w.:/-])/(?:home|Users|root|work|private)/[\w.]|/tmp/(?:ipykernel_|pytest-|tmp[a-z0-9_]{6})"
)

# These files are about machine paths: they hold examples of what must not be.
EXAMPLES = {"tests/test_notebooks.py", "tests/test_no_machine_paths.py"}


def tracked_files():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listing.stdout.split("\0") if name]


def texts():
    for name in tracked_files():
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            yield name, content.decode("utf-8")


def findings(pattern, *, leave_out=frozenset()):
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        if name not in leave_out
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_download_host():
    assert findings(HOST) == []


def test_no_file_names_a_folder_of_somebodys_machine():
    assert findings(FOLDER, leave_out=EXAMPLES) == []


def test_no_file_names_the_folder_of_this_checkout_or_of_this_user():
    # A clone directly under / or a home of "/" says nothing: every path would match.
    places = [str(place) for place in (ROOT, Path.home()) if len(place.parts) > 2]
    assert findings(re.compile("|".join(map(re.escape, places)) or r"(?!)")) == []


def test_a_lock_of_npm_names_no_host():
    """With npm's omit-lockfile-registry-resolved it has versions and digests only."""
    locks = [ROOT / name for name in tracked_files() if Path(name).name == "package-lock.json"]
    assert locks
    assert all('"resolved"' not in lock.read_text(encoding="utf-8") for lock in locks)


def test_no_lock_of_uv_or_conda_is_committed_as_those_name_hosts():
    locks = {"uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "conda-lock.yml"}
    assert locks.isdisjoint(Path(name).name for name in tracked_files())


@pytest.mark.parametrize("host", DOWNLOAD_HOSTS)
def test_a_host_is_found(host):
    assert HOST.search(f"--index-url https://files.{host.upper()}/simple")


@pytest.mark.parametrize(
    "text", ["/home/ada/x", 'open("/root/.aws")', "cd /work/shop", "/Users/ada/lab", "/tmp/ipykernel_3/1.py"]
)
def test_a_folder_is_found_here_and_in_the_outputs_of_notebooks(text):
    assert FOLDER.search(text)
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize(
    "text",
    ["/tmp/upload.csv", "/var/task/handler.py", "~/.aws", "s3://bucket/home/x", "src/work/x", "/roots/x"],
)
def test_what_is_no_folder_of_a_machine_passes(text):
    assert not FOLDER.search(text)
    assert not MACHINE_PATH.search(text)
