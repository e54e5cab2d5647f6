"""Whatever producers, consumers and time do: nothing is lost, invented, reordered or shown twice.

sent = deleted + visible + in flight + delayed + dead-lettered + expired + purged
"""

from histories import HISTORIES, RELAXED, History
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.aws.sqs.agenda import Agenda
from workbook.engine.seeds import Chaos


@given(HISTORIES)
@RELAXED
def test_standard_queues_conserve_messages_and_hide_what_is_in_flight(actions):
    History("").play(actions)


@given(HISTORIES)
@RELAXED
def test_fifo_queues_conserve_messages_and_keep_the_order_of_each_group(actions):
    History(".fifo").play(actions)


@given(HISTORIES, st.integers(0, 1000))
@RELAXED
def test_chance_loses_and_invents_nothing(actions, seed):
    History("", seed, Chaos(duplicates=0.3, reordering=0.3, missed_polls=0.3)).play(actions)


@given(HISTORIES, st.integers(0, 1000))
@settings(parent=RELAXED, max_examples=30)
def test_the_same_seed_gives_the_same_trace(actions, seed):
    chaos = Chaos(duplicates=0.3, reordering=0.3, missed_polls=0.3)
    first, second = (History("", seed, chaos).play(actions) for _ in range(2))
    assert first.desk.world.trace.text() == second.desk.world.trace.text()
    assert first.handles == second.handles


@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=300))
def test_an_agenda_is_a_sorted_list_from_which_things_can_be_taken(operations):
    agenda, model = Agenda(), []
    for number, (due, keep) in enumerate(operations):
        model.append((due, number, agenda.book(due, number)))
        if not keep:
            victim = model.pop(due % len(model))
            agenda.cancel(victim[2])
            agenda.cancel(victim[2])
        model.sort(key=lambda entry: entry[:2])
        assert len(agenda) == len(model)
        assert agenda.next_due() == (model[0][0] if model else None)
        assert agenda.peek() == (model[0][1] if model else None)
    assert [agenda.pop() for _ in model] == [number for _, number, _ in model]
