"""An event source mapping can be given another function: pictures name the one that ran, not the latest.

An update comes into force 5 seconds after the call, and a batch that was read before keeps its function for
as long as it takes. What ran is what the functions themselves logged.
"""

import contextlib
from collections import Counter

from event_system import System
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook import Lab
from workbook.flow.moves import Status
from workbook.flow.resources import Kind, kind_of, label_of
from workbook.flow.scene import Scene

FUNCTIONS = ("left", "right")
RECEIVED = {Status.DELIVERED, Status.RETRIED}


class Switched:
    """A queue with one mapping that is switched between two functions."""

    def __init__(self, lab, **options):
        self.system = System(lab)
        self.orders = self.system.queue()
        for name in FUNCTIONS:
            self.system.worker(name, Timeout=25)
        self.uuid = self.system.map(self.orders, "left", **options)

    def send(self, body):
        self.system.send(self.orders, body)

    def advance(self, seconds):
        self.system.lab.advance(seconds)

    def switch(self, function):
        """Refused while an earlier switch is on its way."""
        with contextlib.suppress(self.system.aws_lambda.exceptions.ResourceInUseException):
            self.update(FunctionName=function)

    def update(self, **changes):
        self.system.aws_lambda.update_event_source_mapping(UUID=self.uuid, **changes)

    def scene(self):
        return Scene.of(list(self.system.lab.trace), self.system.now)

    def received(self):
        """How often the picture shows each body going to each function."""
        scene = self.scene()
        moves = [move for move in scene.moves if move.message and move.status in RECEIVED]
        return Counter(
            (label_of(move.target), scene.letters[move.message].body)
            for move in moves
            if kind_of(move.target) is Kind.FUNCTION
        )

    def ran(self):
        """How often each function saw each body."""
        seen = {name: self.system.bodies(name) for name in FUNCTIONS}
        return Counter((name, body) for name, events in seen.items() for event in events for body in event)


STEPS = st.one_of(
    st.tuples(st.just("send"), st.sampled_from(["quick", "sleep 4", "sleep 20", "fail"])),
    st.tuples(st.just("switch"), st.sampled_from(FUNCTIONS)),
    st.tuples(st.just("advance"), st.integers(1, 8)),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=14), st.sampled_from([0, 6]))
def test_every_message_is_drawn_to_the_function_that_ran(steps, window):
    with Lab(seed=3) as lab:
        switched = Switched(lab, MaximumBatchingWindowInSeconds=window)
        for name, argument in steps:
            getattr(switched, name)(argument)
        lab.advance(minutes=3)  # failures come back every 30 s
        switched.update(Enabled=False)
        lab.advance(minutes=2)
        assert switched.received() == switched.ran()


def test_a_message_keeps_its_function_when_the_mapping_gets_another(lab):
    switched = Switched(lab)
    switched.send("first")
    lab.advance(1)
    before = [move.text for move in switched.scene().moves]
    switched.switch("right")
    switched.send("while updating")
    lab.advance(6)
    switched.send("last")
    lab.run_until_idle()
    assert [move.text for move in switched.scene().moves][: len(before)] == before
    assert switched.received() == {("left", "first"): 1, ("left", "while updating"): 1, ("right", "last"): 1}


def test_who_deletes_late_is_who_ran(lab):
    switched = Switched(lab)
    switched.send("sleep 20")
    lab.advance(1)
    switched.switch("right")
    lab.run_until_idle()
    deleted = next(move for move in switched.scene().moves if move.status is Status.DONE)
    assert label_of(deleted.source) == "left"


def test_a_filtered_message_names_the_function_whose_filter_it_was(lab):
    filters = {"Filters": [{"Pattern": '{"body": ["wanted"]}'}]}
    switched = Switched(lab, FilterCriteria=filters)
    switched.send("unwanted")
    lab.advance(1)
    switched.switch("right")
    lab.run_until_idle()
    [filtered] = [move for move in switched.scene().moves if move.status is Status.FILTERED]
    assert filtered.text == "no filter lets message 1 of orders through to left"
    assert label_of(filtered.target) == "left"


def test_a_throttled_batch_goes_on_trying_the_function_that_it_was_read_for(lab):
    switched = Switched(lab)
    switched.system.aws_lambda.put_function_concurrency(FunctionName="left", ReservedConcurrentExecutions=0)
    switched.send("rye")
    lab.advance(1)
    switched.switch("right")
    lab.advance(20)
    throttled = [move for move in switched.scene().moves if move.status is Status.THROTTLED]
    assert len(throttled) > 2
    assert {label_of(move.target) for move in throttled} == {"left"}


def test_a_line_has_the_settings_of_the_mapping_while_that_joined_its_ends(lab):
    switched = Switched(lab)
    switched.update(BatchSize=5)
    lab.advance(6)
    switched.switch("right")
    lab.advance(6)
    polls = {label_of(function): history for (_, function), history in switched.scene().wiring.polls.items()}
    sizes = {
        name: [setting.settings and setting.settings["BatchSize"] for setting in history]
        for name, history in polls.items()
    }
    assert sizes == {"left": [10, 5, None], "right": [5]}


def test_a_mapping_of_another_alias_still_joins_what_one_has_left(lab):
    switched = Switched(lab)
    aws_lambda = switched.system.aws_lambda
    aws_lambda.create_alias(FunctionName="left", Name="live", FunctionVersion="$LATEST")
    switched.system.map(switched.orders, "left:live", BatchSize=3)
    switched.switch("right")
    polls = switched.scene().wiring.polls.items()
    [history] = [history for (_, function), history in polls if label_of(function) == "left"]
    assert [setting.settings["BatchSize"] for setting in history] == [10, 3]
