"""The same tests once more as somebody who is not root, which is what most people are.

The users that root has to give are then made by bubblewrap, and the kernel asks other questions.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
TESTS = ("test_nothing_is_reached.py", "test_nothing_outlives.py", "test_start.py")
PACKAGES_ONLY_ROOT_REACHES = "test_the_packages_of_this_python_are_there"


@pytest.fixture
def python():
    """An environment that everybody can run, with this one's packages; pytest's own folders are private."""
    original = shutil.which("python3", path="/usr/bin")
    if os.geteuid() != 0 or not shutil.which("setpriv") or original is None:
        pytest.skip("only root can become nobody, and needs /usr/bin/python3 for it")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        making = [original, "-m", "venv", "--without-pip", folder]
        if subprocess.run(making, capture_output=True, check=False).returncode:
            pytest.skip("/usr/bin/python3 cannot make environments")
        packages = [str(CLONE), *(path for path in sys.path if path.endswith("site-packages"))]
        next(folder.glob("lib/python*/site-packages")).joinpath("ours.pth").write_text("\n".join(packages))
        asked = [*AS_NOBODY, folder / "bin" / "python", "-c", "import pytest, psutil, workbook.confinement"]
        if subprocess.run(asked, capture_output=True, cwd="/", check=False).returncode:
            pytest.skip("nobody cannot read this clone, or its packages are of another Python")
        yield folder / "bin" / "python"


def test_all_holds_for_somebody_who_is_not_root(python):
    command = [*AS_NOBODY, python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [*(f"tests/confinement/{name}" for name in TESTS), "-k", f"not {PACKAGES_ONLY_ROOT_REACHES}"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=CLONE, check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
