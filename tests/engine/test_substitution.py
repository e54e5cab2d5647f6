"""Substitution: in chosen modules only, loaded before or after, and undone without a trace."""

import sys
import time

import pytest

from workbook.engine.substitution import Substitution

BODY = "import time\nimport time as clock\nfrom time import sleep\nfrom time import time as now\n"


@pytest.fixture
def modules(tmp_path, monkeypatch):
    for name in ("early_module", "late_module", "other_module"):
        (tmp_path / f"{name}.py").write_text(BODY)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in ("early_module", "late_module", "other_module"):
        sys.modules.pop(name, None)


def lookalike_sleep(seconds):
    """Stands for time.sleep."""


def make():
    substitution = Substitution()
    substitution.add(
        lambda name: name in {"early_module", "late_module"},
        [(time, "virtual time"), (time.sleep, lookalike_sleep)],
    )
    return substitution


@pytest.mark.usefixtures("modules")
def test_names_are_replaced_whatever_they_are_called_and_put_back():
    import early_module  # noqa: PLC0415 - when it is loaded is the point

    before = dict(vars(early_module))
    substitution = make()
    substitution.install()
    assert (early_module.time, early_module.clock, early_module.sleep) == (
        "virtual time",
        "virtual time",
        lookalike_sleep,
    )
    assert early_module.now is time.time
    substitution.undo()
    assert vars(early_module) == before


@pytest.mark.usefixtures("modules")
def test_modules_loaded_later_are_treated_too_and_put_back():
    substitution = make()
    finders = list(sys.meta_path)
    substitution.install()
    import late_module  # noqa: PLC0415 - when it is loaded is the point
    import other_module  # noqa: PLC0415 - when it is loaded is the point

    assert late_module.sleep is lookalike_sleep
    assert other_module.sleep is time.sleep
    substitution.undo()
    assert late_module.sleep is time.sleep
    assert sys.meta_path == finders


@pytest.mark.usefixtures("modules")
def test_a_name_that_was_imported_from_a_treated_module_is_put_back_too(tmp_path):
    (tmp_path / "late_module.py").write_text("from early_module import sleep as pause\n")
    substitution = make()
    substitution.install()
    import early_module  # noqa: PLC0415, F401 - when it is loaded is the point
    import late_module  # noqa: PLC0415 - when it is loaded is the point

    assert late_module.pause is lookalike_sleep
    substitution.undo()
    assert late_module.pause is time.sleep
