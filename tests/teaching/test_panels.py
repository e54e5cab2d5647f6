"""Exercises without code: settings are chosen, steps are arranged, and what is broken is marked."""

import odd_shop
import pytest

from workbook.flow.keyguard import KeyGuard
from workbook.lab import Lab
from workbook.teaching import answer_panel, arrange, catalogue, check, checking, choose, mark, marking
from workbook.teaching.looking import Look, look_at


@pytest.fixture(autouse=True)
def examiner(monkeypatch):
    here = odd_shop.HereAndNow([])
    monkeypatch.setattr(checking, "waiting", here)
    monkeypatch.setattr(marking, "waiting", here)
    for module in (catalogue, checking, answer_panel):
        monkeypatch.setattr(module, "find_exercise", odd_shop.EXERCISES.__getitem__)
    return here


def headline(panel):
    [banner] = panel.verdict.children
    return banner.children[0].value


# ---- choose


def test_settings_begin_with_their_defaults():
    assert choose("odd-set").answer == {"delay": 0, "workers": None, "long_polling": False}


def test_what_is_chosen_is_checked_and_the_verdict_stands_below():
    panel = choose("odd-set")
    panel.button.click()
    assert "Not yet: 0 of 2 points" in headline(panel)
    panel.controls["workers"].value = 3
    panel.controls["long_polling"].value = True
    assert "Not checked yet" in panel.said.value
    panel.button.click()
    assert "Right: 2 of 2 points" in headline(panel)
    assert not panel.button.disabled


def test_a_panel_asks_the_examiner_what_the_call_in_code_asks(examiner):
    panel = choose("odd-set")
    panel.check()
    check("odd-set", panel.answer)
    assert examiner.asked[0] == examiner.asked[1]
    assert panel.call == f"check('odd-set', {panel.answer!r})"


def test_a_value_out_of_range_is_named_and_nothing_is_lost():
    panel = choose("odd-set")
    panel.controls["delay"].value = 901
    panel.check()
    assert "delay=901: delay is a whole number, 0 to 900 s" in headline(panel)
    assert panel.answer["delay"] == 901


def test_what_goes_wrong_in_a_panel_is_shown_in_it(monkeypatch):
    panel = choose("odd-set")
    monkeypatch.setattr(odd_shop.HereAndNow, "ask", lambda self, request: {}["verdict"])
    panel.check()
    assert "KeyError" in panel.said.value
    assert not panel.button.disabled


def test_the_face_of_settings_says_what_there_is_to_choose_and_how_to_answer_in_code():
    text = repr(choose("odd-set"))
    assert text == (
        "The odd shop (odd-set)\n"
        "  delay: 0 s (0 to 900 s)\n"
        "  workers: as many as it takes (1 to 10 workers, or none (as many as it takes))\n"
        "  long polling: no (true or false)\n"
        "In code: check('odd-set', {'delay': 0, 'workers': None, 'long_polling': False})"
    )


# ---- arrange


def test_lines_are_arranged_and_checked():
    panel = arrange("odd-order")
    panel.arranger.order = ["receive", "send", "delete"]
    panel.check()
    assert "Not yet" in headline(panel)
    panel.arranger.order = ["send", "receive", "delete"]
    panel.check()
    assert "Right" in headline(panel)


def test_the_face_of_an_order_is_its_lines():
    panel = arrange("odd-order")
    assert "1. The shop sends\n2. A worker receives\n3. The worker deletes" in repr(panel)
    assert "<li>The shop sends</li><li>A worker receives</li>" in panel.face_html()


# ---- mark


def test_the_broken_system_is_looked_at_as_it_is():
    look = look_at(odd_shop.MARKED)
    assert look.set_up == "A customer orders three lamps."
    assert "attic 1 visible" in look.prose  # nobody has mended anything yet
    assert Look.from_json(look.as_json()) == look
    assert look_at(odd_shop.MARKED) == look


def test_nothing_is_marked_at_the_beginning_and_that_is_no_answer(examiner):
    panel = mark("odd-mark")
    panel.check()
    assert "Mark the resource" in panel.said.value
    assert [request for request in examiner.asked if "value" in request] == []


def test_the_part_that_has_to_be_mended_is_marked_and_checked():
    panel = mark("odd-mark")
    panel.choices.value = "orders"
    panel.check()
    assert "Not yet" in headline(panel)
    panel.choices.value = "you"
    panel.check()
    assert "Right" in headline(panel)


def test_the_lab_of_a_learner_stays_as_it_is():
    """The look and the check happen elsewhere; here only what comes back is shown."""
    look = look_at(odd_shop.MARKED)
    with Lab(seed=3) as lab:
        lab.client("sqs").create_queue(QueueName="mine")
        before = len(lab.trace)
        panel = marking.MarkingPanel(odd_shop.MARKED, odd_shop.MARKED.asks, look)
        assert panel.answer is None
        assert len(lab.trace) == before


def test_the_face_of_a_broken_system_has_its_picture_and_the_names():
    panel = mark("odd-mark")
    html = panel.face_html()
    assert '<img alt="' in html
    assert "<code>you</code>, <code>orders</code>, <code>attic</code>" in html
    assert "In code: check('odd-mark', ...)" in repr(panel)


# ---- all of them


@pytest.mark.parametrize(
    ("panel", "exercise_id", "form"),
    [
        (choose, "odd-order", "a list of all of these"),
        (arrange, "odd-mark", "the name of one of these"),
        (mark, "odd-set", "settings by name"),
    ],
)
def test_a_panel_that_does_not_fit_says_how_the_exercise_is_answered(panel, exercise_id, form):
    with pytest.raises(ValueError, match=rf"{exercise_id}.*asks for something else, {form}.*check\("):
        panel(exercise_id)


@pytest.mark.parametrize(("panel", "exercise"), [(choose, "set"), (arrange, "order"), (mark, "mark")])
def test_a_saved_panel_needs_no_kernel_and_is_the_same_in_each_run(panel, exercise):
    one, other = (panel(f"odd-{exercise}")._repr_mimebundle_() for _ in range(2))
    assert one["text/html"] == other["text/html"]
    assert one["text/plain"] == other["text/plain"]
    assert "In code" in one["text/plain"]


def test_arrow_keys_stay_within_a_panel():
    assert isinstance(choose("odd-set").children[-1], KeyGuard)


# ---- the button


SHOWN = {"delay": 5, "workers": 7, "as many as it takes": False, "long polling": True}
"""What stands in the controls of the odd shop, by the words before them."""


@pytest.mark.parametrize(
    ("panel", "shown", "answer"),
    [
        (lambda: choose("odd-set"), None, {"delay": 5, "workers": 7, "long_polling": True}),
        (lambda: arrange("odd-order"), [["delete", "send", "receive"]], ["delete", "send", "receive"]),
        (lambda: mark("odd-mark"), [1], "orders"),
    ],
    ids=["choose", "arrange", "mark"],
)
def test_what_the_browser_shows_at_the_press_is_judged_though_nothing_else_told_of_it(panel, shown, answer):
    """JupyterLab may hold back a choice until after the press."""
    made = panel()
    if shown is None:
        shown = [SHOWN[each.description] for each in made.button.inputs]
    told = [[each.model_id, value] for each, value in zip(made.button.inputs, shown, strict=True)]
    made.button._handle_custom_msg({"shown": told}, [])
    assert made.answer == answer
    assert made.verdict.children


def test_a_press_that_tells_of_inputs_that_are_gone_changes_none_of_those_that_are_there():
    """A second press on Next, say, with the question that was there at the first."""
    made = mark("odd-mark")
    made.choices.index = 0
    made.button._handle_custom_msg({"shown": [["another", 1]]}, [])
    assert made.answer == "you"
