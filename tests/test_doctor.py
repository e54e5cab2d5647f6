"""The doctor: it must find each kind of trouble, name the fix, and run where nothing is installed."""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.kernelspec import KernelSpecManager

from workbook import cli, confinement, doctor
from workbook.confinement import Level
from workbook.confinement.self_testing import Assessment, Check
from workbook.teaching import progress

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def installed(monkeypatch):
    """Pretend that some packages have another version, or (None) are absent."""

    def pretend(**versions):
        real = metadata.version

        def version(name):
            if name not in versions:
                return real(name)
            if versions[name] is None:
                raise metadata.PackageNotFoundError(name)
            return versions[name]

        monkeypatch.setattr(doctor.metadata, "version", version)

    return pretend


def bare_python(*arguments, **options):
    """Run this interpreter with the standard library only, as on a machine where nothing is installed."""
    command = [sys.executable, "-S", "-E", "-B", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280, **options
    )


def test_here_all_is_well():
    assert doctor.check_environment() == []
    assert doctor.kernel_problems() == []


def test_the_command_ends_with_0_where_all_is_well_and_says_that_no_account_is_needed(capsys):
    assert cli.main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\nok ") == 6
    assert "credentials are neither needed nor read" in printed


def test_a_lesson_opens_with_the_same_line_on_every_machine(capsys):
    doctor.check()
    pins = doctor.required_versions()
    assert capsys.readouterr().out == f"Ready: moto {pins['moto']}, boto3 {pins['boto3']}.\n"


def test_a_wrong_version_is_named_with_the_right_one_and_the_command(installed):
    installed(moto="5.0.0")
    [problem] = doctor.check_environment()
    assert "moto is 5.0.0 instead of " + doctor.required_versions()["moto"] in problem.what
    assert str(ROOT / "requirements.lock") in problem.fix
    assert "--require-hashes" in problem.fix


def test_a_missing_package_is_named(installed):
    installed(pandas=None)
    [problem] = doctor.check_environment()
    assert problem.what == "pandas is not installed."


def test_a_lesson_stops_with_every_problem_and_the_fix(installed):
    installed(boto3=None, networkx="1.0")
    with pytest.raises(doctor.EnvironmentNotReady) as stopped:
        doctor.check()
    message = str(stopped.value)
    assert "boto3 is not installed" in message
    assert "networkx is 1.0 instead of" in message
    assert "restart the kernel" in message


def test_a_notebook_shows_the_problem_without_a_traceback(installed):
    installed(boto3=None)
    shell = InteractiveShell()
    shown = []
    shell._showtraceback = lambda _kind, _error, lines: shown.extend(lines)
    shell.run_cell("from workbook import doctor\ndoctor.check()")
    assert "boto3 is not installed" in "\n".join(shown)
    assert "doctor.py" not in "\n".join(shown)


def test_the_command_ends_with_1_and_names_the_fix(installed, capsys):
    installed(moto="5.0.0")
    assert cli.main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "WRONG the pinned packages are installed" in printed
    assert "To mend it: " in printed


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 1), (3, 15, 0)])
def test_an_unsuitable_python_is_the_first_and_only_thing_said(monkeypatch, version):
    monkeypatch.setattr(doctor.sys, "version_info", version)
    [problem] = doctor.check_environment()
    assert ".".join(map(str, version)) in problem.what


def test_it_runs_with_the_standard_library_alone():
    outcome = bare_python("-m", "workbook", "doctor")
    assert outcome.returncode == 1
    assert "moto is not installed" in outcome.stdout
    assert outcome.stderr == ""


def test_jupyterlab_does_not_start_in_a_broken_environment():
    outcome = bare_python("-m", "workbook", "lab")
    assert outcome.returncode == 1
    assert "jupyterlab is not installed" in outcome.stdout


def test_a_workbook_that_is_not_installed_is_found(monkeypatch):
    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "distribution", absent)
    [problem] = doctor.installation_problems()
    assert "cannot import it" in problem.what
    assert str(ROOT) in problem.fix


def test_another_copy_of_the_workbook_is_found(monkeypatch, tmp_path):
    class Elsewhere:
        def read_text(self, _name):
            return json.dumps({"url": tmp_path.as_uri(), "dir_info": {"editable": True}})

    monkeypatch.setattr(doctor.metadata, "distribution", lambda _name: Elsewhere())
    [problem] = doctor.installation_problems()
    assert str(tmp_path) in problem.what


def kernel_that_runs(monkeypatch, program):
    class Specification:
        argv = (str(program), "-m", "ipykernel_launcher", "-f", "{connection_file}")

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda _manager, _name: Specification())


def test_a_kernel_of_another_environment_is_found(monkeypatch, tmp_path):
    other = tmp_path / "bin" / "python"
    kernel_that_runs(monkeypatch, other)
    [problem] = doctor.kernel_problems()
    assert str(other) in problem.what
    assert "ipykernel install --sys-prefix" in problem.fix


@pytest.mark.parametrize(
    "program", ["python", "python3", "python3.12", Path(sys.executable).with_name("python3.x")]
)
def test_a_kernel_of_this_environment_is_accepted(monkeypatch, program):
    kernel_that_runs(monkeypatch, program)
    assert doctor.kernel_problems() == []


def test_a_file_of_progress_that_cannot_be_written_is_found(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "file" / "progress.json"))
    [problem] = doctor.progress_problems()
    assert "WORKBOOK_PROGRESS" in problem.fix


def test_looking_at_the_file_of_progress_changes_nothing_in_it(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.json"))
    progress.book().record_hint("dlq-1", 2)
    before = (tmp_path / "progress.json").read_bytes()
    assert doctor.progress_problems() == []
    assert (tmp_path / "progress.json").read_bytes() == before


def test_a_lab_that_does_not_start_is_reported_and_not_raised(monkeypatch):
    def broken(**_options):
        raise AttributeError("botocore has lost a part that we replace")

    monkeypatch.setattr("workbook.lab.Lab", broken)
    [problem] = doctor.lab_problems()
    assert "AttributeError: botocore has lost a part that we replace" in problem.what


def test_the_confinement_in_force_is_told_and_what_it_lacks(monkeypatch):
    """Who is to grade on this machine asks the doctor first."""
    checks = (Check("network", held=True, words=""), Check("system_calls", held=False, words=""))
    monkeypatch.setattr(confinement, "self_test", lambda: Assessment(Level.NAMESPACES, checks))
    said = doctor.confinement_in_force()
    assert "by namespaces: no network" in said
    assert "(open when tried: system calls)" in said
    assert "docs/confinement.md" in said
    monkeypatch.setattr(confinement, "self_test", lambda: Assessment(Level.NAMESPACES, checks[:1]))
    assert "open" not in doctor.confinement_in_force()


def test_where_nothing_can_be_confined_the_doctor_says_so_and_goes_on(monkeypatch):
    def none():
        raise OSError("programs cannot be confined on Windows")

    monkeypatch.setattr(confinement, "self_test", none)
    assert doctor.confinement_in_force() == (
        "Grading is not possible here: programs cannot be confined on Windows."
    )


class TestFixes:
    """The command depends on what the environment was made with."""

    @pytest.fixture(autouse=True)
    def _in_an_environment(self, monkeypatch):
        monkeypatch.setattr(doctor.sys, "executable", "/env/bin/python")
        monkeypatch.setattr(doctor.sys, "prefix", "/env")
        monkeypatch.setattr(doctor.sys, "base_prefix", "/usr")

    @pytest.fixture
    def has_pip(self, monkeypatch):
        def decide(answer):
            monkeypatch.setattr(
                doctor.importlib.util, "find_spec", lambda _name: object() if answer else None
            )

        return decide

    def fix(self):
        [problem] = doctor.package_problems({"moto": "0"})
        return problem.fix

    def test_pip(self, has_pip):
        has_pip(True)
        lock = doctor._quoted(ROOT / "requirements.lock")
        assert self.fix() == f"/env/bin/python -m pip install --require-hashes --requirement {lock}"

    def test_uv_leaves_pip_out(self, has_pip, monkeypatch):
        has_pip(False)
        monkeypatch.setattr(doctor.shutil, "which", lambda _name: "/bin/uv")
        assert self.fix().startswith(
            "uv pip install --python /env/bin/python --require-hashes --requirement "
        )

    def test_neither_pip_nor_uv(self, has_pip, monkeypatch):
        has_pip(False)
        monkeypatch.setattr(doctor.shutil, "which", lambda _name: None)
        assert self.fix().startswith("/env/bin/python -m ensurepip, then /env/bin/python -m pip install ")

    def test_conda(self, monkeypatch, tmp_path):
        (tmp_path / "conda-meta").mkdir()
        monkeypatch.setattr(doctor.sys, "prefix", str(tmp_path))
        assert self.fix().startswith("conda env update --prune --file ")

    def test_nothing_is_installed_into_the_systems_python(self, monkeypatch):
        monkeypatch.setattr(doctor.sys, "prefix", "/usr")
        assert "pip install" not in self.fix()

    def test_outside_a_checkout(self, has_pip, monkeypatch, tmp_path):
        has_pip(True)
        monkeypatch.setattr(doctor, "ROOT", tmp_path)
        assert self.fix() == "/env/bin/python -m pip install moto==0"
        assert doctor.required_versions()["moto"]

    def test_a_path_with_a_space_is_quoted(self, has_pip, monkeypatch):
        has_pip(True)
        monkeypatch.setattr(doctor.sys, "executable", "/my env/bin/python")
        assert self.fix().startswith('"/my env/bin/python" -m pip')


@pytest.mark.parametrize("needed", ["werkzeug", "jupyter_client"])
def test_a_missing_package_that_only_the_pinned_ones_need_is_named_and_no_traceback_shown(needed):
    without = f"import sys; sys.modules[{needed!r}] = None; from workbook import cli; cli.main(['doctor'])"
    told = subprocess.run(
        [sys.executable, "-c", without], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert needed in told.stdout
    assert "requirements.lock" in told.stdout.partition("To mend it: ")[2]
    assert told.stderr == ""
