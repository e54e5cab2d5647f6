"""Hooks on the loading of modules."""

import sys

import pytest

from workbook.engine.loading import when_loaded


@pytest.fixture
def module_name(tmp_path, monkeypatch):
    (tmp_path / "a_late_module.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "a_late_module"
    sys.modules.pop("a_late_module", None)


def test_a_module_is_treated_after_its_body_has_run(module_name):
    seen = []
    hook = when_loaded(module_name, lambda module: seen.append(module.value))
    assert seen == []
    import a_late_module  # noqa: F401, PLC0415 - when it is loaded is the point

    assert seen == [1]
    hook.remove()


def test_a_module_that_is_loaded_already_is_treated_at_once(module_name):
    import a_late_module  # noqa: F401, PLC0415 - when it is loaded is the point

    seen = []
    when_loaded(module_name, lambda module: seen.append(module.value)).remove()
    assert seen == [1]


def test_two_hooks_on_one_module_both_get_it(module_name):
    seen = []
    hooks = [when_loaded(module_name, lambda module, n=n: seen.append(n)) for n in (1, 2)]
    import a_late_module  # noqa: F401, PLC0415 - when it is loaded is the point

    assert sorted(seen) == [1, 2]
    for hook in hooks:
        hook.remove()


def test_a_removed_hook_does_nothing(module_name):
    seen = []
    when_loaded(module_name, seen.append).remove()
    import a_late_module  # noqa: F401, PLC0415 - when it is loaded is the point

    assert seen == []


def test_a_hook_that_is_removed_in_the_middle_of_an_import_lets_it_go_on(module_name):
    hook = when_loaded(module_name, lambda _: None)
    hook.remove()
    assert hook.find_spec(module_name, None).name == module_name
