"""The panel of a scenario, without a browser: its buttons are pressed by calling what they call."""

import base64
import json
import re
import threading
from html import unescape

import pytest

from workbook import Lab
from workbook.flow.flow import Flow
from workbook.flow.input_button import inputs_in
from workbook.lab import LabError
from workbook.scenarios import SCENARIOS, SettingError, poison_message, visibility_timeout
from workbook.scenarios.framework import own_lab  # the module: to close what panels left open
from workbook.scenarios.framework.scenario import Scenario

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def no_lab_stays_open():
    yield
    if own_lab._lab is not None:
        own_lab._lab.close()


@pytest.fixture
def panel(lab):
    """A panel at its beginning."""
    return visibility_timeout.panel(lab, run=False)


def press(panel, name):
    panel.buttons[name].click()


def said(panel):
    return unescape(re.sub(r"<[^>]+>", "", panel.said.value))


def test_step_by_step_one_reads_what_happens(panel):
    press(panel, "Trigger")
    assert said(panel) == "After 0.0 s: you sent message 1 to wedding-cakes."
    told = []
    while not said(panel).startswith("Nothing"):
        press(panel, "Step")
        told.append(said(panel))
    assert any(
        "message 1 came back to wedding-cakes: it was not deleted within 30 s" in each for each in told
    )
    assert told[-1] == "Nothing is left to do."
    assert panel.trouble.value == ""


def test_steps_tell_all_that_a_run_tells_and_nothing_twice(lab, panel):
    press(panel, "Trigger")
    steps = 0
    while not said(panel).startswith("Nothing"):
        press(panel, "Step")
        steps += 1
    by_steps = panel.account()
    assert by_steps == visibility_timeout.run(lab)
    assert 3 < steps <= len(by_steps.happened) + 1


def test_a_step_before_the_trigger_says_what_to_do(panel):
    press(panel, "Step")
    assert said(panel) == "Nothing is under way. Trigger it first."


def test_run_triggers_and_goes_to_the_end(panel):
    press(panel, "Run")
    assert "1 order sent, 2 cakes baked" in panel.answer.value
    assert said(panel).startswith("8 things happened. After 70.0 s: message 1 is done")


def test_a_second_trigger_comes_on_top(panel):
    press(panel, "Run")
    press(panel, "Trigger")
    press(panel, "Run")
    assert "2 orders sent, 4 cakes baked" in panel.answer.value


def test_reset_begins_again(panel, lab):
    press(panel, "Run")
    press(panel, "Reset")
    assert said(panel) == "Everything is as at the beginning."
    assert panel.answer.value == ""
    assert [hop.kind for hop in lab.trace] == ["api-call", "create"]


def test_a_changed_setting_counts_from_the_next_beginning(panel):
    press(panel, "Run")
    panel.controls["visibility_timeout"].value = 60
    assert "begins anew" in said(panel)
    assert "2 cakes baked" in panel.answer.value
    press(panel, "Run")
    assert "1 order sent, 1 cake baked" in panel.answer.value
    assert "visibility_timeout=60" in panel.code.code


def test_a_value_out_of_range_is_named_and_nothing_is_lost(panel, lab):
    press(panel, "Run")
    hops = len(lab.trace)
    panel.controls["visibility_timeout"].value = 50_000
    press(panel, "Run")
    assert (
        "visibility_timeout=50000: visibility timeout is a whole number, 0 to 43,200 s" in panel.trouble.value
    )
    assert "<pre>" not in panel.trouble.value
    assert len(lab.trace) == hops
    panel.controls["visibility_timeout"].value = 60
    press(panel, "Run")
    assert panel.trouble.value == ""
    assert "1 cake baked" in panel.answer.value


def broken(kind):
    def trigger(lab, system):
        lab.program("cook", burn) if kind == "program" else burn()

    return Scenario(
        name="broken",
        title="Broken",
        question="?",
        watch="",
        settings=(),
        build=visibility_timeout.build,
        trigger=trigger,
        measure=visibility_timeout.measure,
        queues=(),
    )


def burn():
    raise ValueError("no <flour>")


@pytest.mark.parametrize("kind", ["trigger", "program"])
def test_an_error_in_a_callback_is_shown_with_its_place_and_the_buttons_work_again(kind, panel):
    working = panel.scenario
    panel.scenario = panel.play.scenario = broken(kind)
    press(panel, "Run")
    shown = unescape(panel.trouble.value)
    assert "no <flour>" in shown
    assert "test_panel.py, line" in shown
    assert 'raise ValueError("no <flour>")' in shown
    assert "site-packages" not in shown
    assert "/" not in re.search(r"<pre>(.*)</pre>", panel.trouble.value, re.DOTALL)[1]
    assert not any(button.disabled for button in panel.buttons.values())
    panel.scenario = panel.play.scenario = working
    press(panel, "Reset")
    press(panel, "Run")
    assert panel.trouble.value == ""


def test_a_click_that_overtakes_a_setting_runs_with_it_and_not_with_the_one_before(panel):
    press(panel, "Trigger")
    (slider,) = inputs_in([panel.controls["cooks"].widget])
    panel.buttons["Run"]._handle_custom_msg({"shown": [[slider.model_id, 2]]}, [])
    assert panel.play.settings["cooks"] == 2
    assert panel.trouble.value == ""


def test_buttons_may_be_pressed_from_any_thread_at_the_same_time(panel):
    threads = [threading.Thread(target=panel.buttons["Trigger"].click) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    threading.Thread(target=panel.buttons["Run"].click).start()
    panel.run()
    assert panel.trouble.value == ""
    assert "5 orders sent" in panel.answer.value


def test_when_the_lab_was_reset_by_others_it_begins_again(panel, lab):
    press(panel, "Trigger")
    lab.reset()
    press(panel, "Run")
    assert panel.trouble.value == ""
    assert "1 order sent" in panel.answer.value


# ---- whose lab


def test_without_a_lab_it_opens_one_of_its_own_and_panels_take_turns():
    first, second = visibility_timeout.panel(), poison_message.panel()
    assert first.play.lab.world.kernel.closed
    assert not second.play.lab.world.kernel.closed
    press(first, "Reset")
    press(first, "Run")
    assert first.trouble.value == ""
    assert second.play.lab.world.kernel.closed
    press(second, "Run")
    assert second.trouble.value == ""


def test_the_code_of_a_panel_with_a_lab_of_its_own_runs_in_that_lab():
    panel = visibility_timeout.panel()
    namespace = {}
    exec(panel.code.code, namespace)
    assert namespace["lab"] is panel.play.lab
    press(panel, "Run")
    assert panel.trouble.value == ""


def test_without_such_a_panel_there_is_no_such_lab():
    with pytest.raises(LabError, match="open a panel first"):
        own_lab.own_lab()


def test_a_learners_lab_is_used_only_if_it_is_passed():
    with Lab() as mine:
        with pytest.raises(LabError, match=r"visibility_timeout\.panel\(lab\)"):
            visibility_timeout.panel()
        assert visibility_timeout.panel(mine).play.lab is mine


def test_a_closed_lab_is_an_error_that_is_shown():
    with Lab() as mine:
        panel = visibility_timeout.panel(mine)
    press(panel, "Run")
    assert "this Lab is closed" in panel.trouble.value


def test_unknown_settings_are_refused(lab):
    with pytest.raises(SettingError, match="no such setting"):
        visibility_timeout.panel(lab, colour="blue")


# ---- without a kernel


def test_a_saved_panel_shows_question_settings_picture_and_account(lab):
    bundle = visibility_timeout.panel(lab, visibility_timeout=20)._repr_mimebundle_()
    assert bundle["text/plain"] == visibility_timeout.run(lab, visibility_timeout=20).text()
    page = unescape(bundle["text/html"])
    for wanted in (
        visibility_timeout.title,
        visibility_timeout.question,
        "20 s",
        "message 1 came back to wedding-cakes",
        "cakes baked",
        '<img alt="',
        "data:image/svg+xml;base64,",
    ):
        assert wanted in page
    assert WIDGET in bundle
    assert b"wedding-cakes" in base64.b64decode(re.search(r"base64,([^\"]+)", page)[1])


def test_a_lab_that_the_learner_makes_takes_the_place_of_its_own():
    panel = visibility_timeout.panel(run=False)
    with Lab(seed=3) as lab:
        press(panel, "Run")
        assert "panel(lab)" in panel.trouble.value
        assert len(lab.trace) == 0
    press(panel, "Run")
    assert panel.trouble.value == ""
    assert panel.play.triggered


def test_it_is_the_same_to_the_last_character_in_each_run():
    faces = []
    for _ in range(2):
        with Lab(seed=3) as lab:
            bundle = poison_message.panel(lab)._repr_mimebundle_()
            faces.append((bundle["text/html"], bundle["text/plain"]))
    assert faces[0] == faces[1]
    assert "0x" not in faces[0][1]


def test_nothing_in_it_shows_an_address(panel):
    for widget in (panel, panel.code, *panel.children):
        assert not re.search(r"\b0x[0-9a-f]{6,}", repr(widget))


# ---- controls


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_every_setting_has_a_control_with_its_value_range_and_source(scenario, lab):
    panel = scenario.panel(lab, run=False)
    assert {name: each.value for name, each in panel.controls.items()} == panel.play.settings
    for setting in scenario.settings:
        field, *others = panel.controls[setting.name].widget.children
        assert field.description == setting.about
        assert setting.source in field.tooltip
        if hasattr(setting, "unit"):
            assert others[-1].value.startswith(f"{setting.unit}, {setting.minimum:,} to {setting.maximum:,}")


def test_what_may_be_left_out_has_a_box_for_it(lab):
    panel = SCENARIOS["lambda-scaling"].panel(lab, run=False, messages=10)
    control = panel.controls["maximum_concurrency"]
    assert control.value is None
    control.value = 20
    assert control.value == 20
    assert not control._field.disabled
    control.value = None
    assert control.value is None
    assert control._field.disabled


def test_a_panel_in_a_lab_of_its_own_begins_as_after_a_reset():
    panel = poison_message.panel()
    first = [str(hop) for hop in panel.play.lab.trace]
    panel.reset()
    panel.run()
    assert [str(hop) for hop in panel.play.lab.trace] == first


def test_a_panel_draws_what_it_shows_once_wide_and_once_narrow(monkeypatch):
    drawn = []
    draw = Flow._draw
    monkeypatch.setattr(Flow, "_draw", lambda flow: drawn.append(flow.width) or draw(flow))
    panel = poison_message.panel()
    panel._repr_mimebundle_()
    assert sorted(drawn) == [464, 900]


def test_a_panel_still_shows_what_has_happened_since_it_was_drawn():
    panel = poison_message.panel(run=False)
    before = panel._flow.widget.stage
    panel.trigger()
    assert panel._flow.widget.stage != before
    assert json.loads(panel._flow.widget.stage)["svg"] == panel.play.flow().svg()
