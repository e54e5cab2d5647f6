"""A button that tells what its fields show; what the browser sends is given to it as the browser sends it."""

import ipywidgets
import pytest

from workbook.flow.input_button import InputButton, inputs_in


@pytest.fixture
def seen():
    return []


def pressed(button, *shown):
    """The browser's message: what each input shows, by its id."""
    button._handle_custom_msg({"shown": [[each.model_id, value] for each, value in shown]}, [])


def test_what_a_field_shows_counts_before_its_own_message_has_come(seen):
    number = ipywidgets.IntText(value=3)
    button = InputButton("Show", "", lambda: seen.append(number.value), [number])
    pressed(button, (number, 5))
    assert seen == [5]


def test_a_list_tells_its_place_and_nothing_else(seen):
    choice = ipywidgets.Dropdown(options=["queue", "topic"], value="queue")
    button = InputButton("Show", "", lambda: seen.append(choice.value), [choice])
    assert button.holders == ["index"]
    pressed(button, (choice, 1))
    assert seen == ["topic"]


def test_whoever_observes_a_field_hears_of_the_change_before_the_action(seen):
    number = ipywidgets.IntText(value=3)
    number.observe(lambda change: seen.append(change["new"]), names="value")
    button = InputButton("Show", "", lambda: seen.append("action"), [number])
    pressed(button, (number, 5))
    assert seen == [5, "action"]


def test_fields_that_are_gone_are_passed_over(seen):
    gone, number = ipywidgets.IntText(value=1), ipywidgets.IntText(value=3)
    button = InputButton("Show", "", lambda: seen.append(number.value), [gone])
    before = gone.model_id
    button.look_at([number])
    button._handle_custom_msg({"shown": [[before, 9]]}, [])
    assert seen == [3]


def test_an_action_may_look_at_other_fields_from_then_on(seen):
    first, second = ipywidgets.IntText(value=1), ipywidgets.IntText(value=2)
    button = InputButton("Show", "", lambda: seen.append(second.value), [first])
    first.observe(lambda _: button.look_at([first, second]), names="value")
    pressed(button, (first, 7))
    pressed(button, (first, 7), (second, 8))
    assert seen == [2, 8]


def test_only_that_with_which_something_is_chosen_is_an_input():
    label, text = ipywidgets.Label("seconds"), ipywidgets.HTML("<p>What is shown</p>")
    number, box = ipywidgets.IntText(), ipywidgets.Checkbox()
    row = ipywidgets.HBox([number, ipywidgets.VBox([label, box]), text, ipywidgets.Button()])
    assert list(inputs_in([row])) == [number, box]
