"""pyproject.toml is the source of truth; the lock, environment.yml and set_up.sh must say the same.

conda's own grammar comes from py-rattler, so environment.yml is checked without a network. Whether conda's
channels carry these versions cannot be seen from here.
"""

import re
import tomllib
from importlib.metadata import requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from rattler import MatchSpec, Version, VersionSpec

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

# conda-forge builds only some releases of these, and we replace parts of exact versions: pip brings them.
# cryptography is what moto asks for, so it comes with it.
# antlr4-python3-runtime and tzdata have other names on conda-forge.
# jsonata-python and fsrs are not known to be there.
BROUGHT_BY_PIP = {
    "antlr4-python3-runtime",
    "boto3",
    "botocore",
    "cryptography",
    "fsrs",
    "jsonata-python",
    "moto",
    "resvg-py",
    "tzdata",
}


def requirements(lines):
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


NEEDED = requirements(PROJECT["project"]["dependencies"])
FOR_DEVELOPERS = requirements(PROJECT["dependency-groups"]["dev"])
CONDA_SPECS = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)]


def conda_packages():
    specs = [MatchSpec(entry) for entry in CONDA_SPECS]
    return {spec.name.normalized: spec for spec in specs if spec.name.normalized not in {"python", "pip"}}


def locked():
    """The lock's requirements by name, each with its hashes."""
    entries = re.split(r"\n(?=\S)", LOCK.replace("\\\n", ""))
    pairs = [entry.strip().partition("--hash=") for entry in entries if entry.strip()]
    return {
        canonicalize_name(Requirement(line).name): (Requirement(line), hashes) for line, _, hashes in pairs
    }


class TestPyproject:
    @pytest.mark.parametrize("name", [*NEEDED, *FOR_DEVELOPERS])
    def test_every_direct_dependency_is_pinned_exactly(self, name):
        operators = [bound.operator for bound in (NEEDED | FOR_DEVELOPERS)[name].specifier]
        assert operators == ["=="]

    @pytest.mark.parametrize("name", [*NEEDED, *FOR_DEVELOPERS])
    def test_what_is_installed_here_is_what_is_pinned(self, name):
        assert version(name) in (NEEDED | FOR_DEVELOPERS)[name].specifier

    def test_extras_are_pinned_to_what_developers_test_with(self):
        for lines in PROJECT["project"]["optional-dependencies"].values():
            for name, requirement in requirements(lines).items():
                assert str(requirement) == str(FOR_DEVELOPERS[name])

    def test_the_installed_workbook_asks_for_the_same(self):
        lines = [line for line in requires("workbook") if "extra ==" not in line]
        assert {str(r) for r in requirements(lines).values()} == {str(r) for r in NEEDED.values()}

    def test_the_build_backend_is_locked_so_that_the_project_installs_without_a_network(self):
        backend = Requirement(PROJECT["build-system"]["requires"][0])
        assert version(backend.name) in backend.specifier
        assert canonicalize_name(backend.name) in FOR_DEVELOPERS


class TestLock:
    @pytest.mark.parametrize("name", [*NEEDED, *FOR_DEVELOPERS])
    def test_it_pins_every_direct_dependency_to_the_same_version(self, name):
        assert locked()[name][0].specifier == (NEEDED | FOR_DEVELOPERS)[name].specifier

    def test_every_file_is_checked_by_its_hash(self):
        for name, (_requirement, hashes) in locked().items():
            assert re.fullmatch(r"sha256:[0-9a-f]{64}(\s+--hash=sha256:[0-9a-f]{64})*", hashes.strip()), name

    def test_it_is_one_version_a_package_on_every_system_and_python(self):
        names = re.findall(r"^([A-Za-z0-9._-]+)==", LOCK, flags=re.MULTILINE)
        assert len(names) == len(set(names))

    def test_it_names_no_host_and_no_folder(self):
        assert "://" not in LOCK
        assert not re.search(r"^\s*(-e|--index|--extra|--find|-i\b|-f\b|#)", LOCK, flags=re.MULTILINE)
        assert " @ " not in LOCK

    def test_it_serves_windows_and_macos_too(self):
        markers = {
            str(requirement.marker) for requirement, _hashes in locked().values() if requirement.marker
        }
        assert any("win32" in marker for marker in markers)
        assert any("darwin" in marker for marker in markers)


class TestConda:
    def test_its_shape_is_what_conda_reads(self):
        assert set(CONDA) == {"name", "channels", "dependencies"}
        assert CONDA["channels"] == ["conda-forge", "nodefaults"]

    def test_every_entry_is_a_conda_match_spec_and_none_stands_twice(self):
        names = [MatchSpec(entry).name.normalized for entry in CONDA_SPECS]
        assert len(names) == len(set(names))

    def test_the_grammar_check_refuses_what_conda_would_refuse(self):
        with pytest.raises(Exception, match=r"(?i)version|parse|match"):
            MatchSpec("pandas =>3.1.1,,")

    def test_it_names_the_packages_of_pyproject(self):
        assert set(conda_packages()) == set(NEEDED) - BROUGHT_BY_PIP

    @pytest.mark.parametrize("name", sorted(set(NEEDED) - BROUGHT_BY_PIP))
    def test_its_bounds_are_those_of_pyproject(self, name):
        assert str(conda_packages()[name].version) == str(NEEDED[name].specifier)

    @pytest.mark.parametrize("name", sorted(set(NEEDED) - BROUGHT_BY_PIP))
    def test_what_is_tested_here_lies_within_its_bounds(self, name):
        assert VersionSpec(str(conda_packages()[name].version)).matches(Version(version(name)))

    def test_it_asks_for_the_same_python(self):
        python = next(MatchSpec(entry) for entry in CONDA_SPECS if entry.startswith("python "))
        assert SpecifierSet(str(python.version)) == SpecifierSet(PROJECT["project"]["requires-python"])

    def test_the_project_itself_and_the_rest_come_last_by_pip(self):
        assert CONDA["dependencies"][-1] == {"pip": ["-e ."]}
        assert "pip" in CONDA_SPECS


class TestSetUp:
    def test_the_script_takes_the_pythons_that_pyproject_allows(self):
        script = (ROOT / "scripts" / "set_up.sh").read_text(encoding="utf-8")
        found = re.search(r"sys\.exit\(not \((.*)\)\)'", script)
        condition = compile(found.group(1), "set_up.sh", "eval")
        allowed = SpecifierSet(PROJECT["project"]["requires-python"])
        for candidate in [
            (3, 10, 13),
            (3, 11, 0),
            (3, 12, 7),
            (3, 13, 0),
            (3, 14, 0),
            (3, 14, 1),
            (3, 14, 2),
            (3, 15, 0),
        ]:
            assert eval(condition, {"v": candidate}) == (".".join(map(str, candidate)) in allowed)

    def test_the_tests_of_make_test_include_every_folder_of_notebooks_with_outputs(self):
        options = PROJECT["tool"]["pytest"]["ini_options"]
        assert {"tests", "notebooks", "solutions"} <= set(options["testpaths"])
        assert "--nbval" in options["addopts"]
        assert "--nbval-lax" not in options["addopts"]
