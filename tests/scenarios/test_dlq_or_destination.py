"""What is kept of an event that a function could not do, and what does it tell?"""

import pytest

from workbook.scenarios import dlq_or_destination as scenario


def rows_of(**settings):
    return {row[0]: row[1:] for row in scenario.run(**settings).findings.rows}


def conclusion_of(**settings):
    return scenario.run(**settings).findings.conclusion


def test_a_dead_letter_is_the_event_and_its_error_and_a_record_tells_all():
    assert rows_of(events=2) == {
        "dead-letter queue": (2, "yes", "yes", "no", "no", "no"),
        "on-failure destination": (2, "yes", "yes", "yes", "yes", "yes"),
        "on-success destination": (0, "-", "-", "-", "-", "-"),
    }


def test_what_neither_keeps_is_lost_after_three_tries():
    text = conclusion_of(events=2, dead_letter_queue=False, on_failure=False)
    assert text.startswith("2 events, 6 tries: 0 done, 0 given up and kept, 2 lost.")
    assert "RetriesExhausted" in text


@pytest.mark.parametrize(("minutes", "tries", "done"), [(0, 1, 1), (1, 2, 1), (3, 3, 1), (4, 3, 0)])
def test_two_retries_bridge_three_minutes_and_no_more(minutes, tries, done):
    how_often = f"{tries} {'try' if tries == 1 else 'tries'}"
    assert conclusion_of(events=1, minutes=minutes).startswith(f"1 event, {how_often}: {done} done")


def test_fewer_retries_give_up_earlier_and_an_age_ends_them_too():
    assert "1 event, 1 try: 0 done, 1 given up" in conclusion_of(events=1, retries=0)
    text = conclusion_of(events=1, maximum_age=100)
    assert "1 event, 2 tries" in text
    assert "EventAgeExceeded" in text


def test_only_a_destination_hears_of_successes():
    rows = rows_of(events=2, minutes=0, on_success=True)
    assert [rows[place][0] for place in rows] == [0, 0, 2]
    assert rows["on-success destination"][1:] == ("yes", "no", "no", "yes", "yes")


def test_before_a_ticket_is_sold_there_is_nothing_to_tell():
    assert scenario.measure(()).conclusion == "No ticket is sold yet."
