"""What an installed workbook brings along: all that checks, pages and questions read is in the wheel."""

import os
import zipfile
from pathlib import Path

import pytest
from flit_core import buildapi

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = {"__pycache__"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    before = Path.cwd()
    os.chdir(ROOT)  # a build backend is called in the project's folder (PEP 517)
    try:
        return zipfile.ZipFile(folder / buildapi.build_wheel(str(folder)))
    finally:
        os.chdir(before)


def test_every_file_of_the_package_is_in_it(wheel):
    """Texts of exercises, questions of the quiz, scripts and styles of widgets, and the code."""
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "workbook").rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }
    assert {name for name in files if name.endswith(".json")}
    assert files - set(wheel.namelist()) == set()


def test_it_asks_for_what_pyproject_asks_for(wheel):
    metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    text = wheel.read(metadata).decode()
    for name in ("filelock", "platformdirs", "moto", "boto3"):
        assert f"Requires-Dist: {name}==" in text


def test_it_has_the_command(wheel):
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "workbook=workbook.cli:main" in wheel.read(entry_points).decode()
