"""What does a target get of an event, and where is what it cannot get?"""

from workbook.scenarios import transforms

FOG, GUSTS, NONE = range(3)


def ends(account):
    return [row[-1] for row in account.findings.rows]


def board(account):
    return [row[3] for row in account.findings.rows]


def test_inside_quotation_marks_those_of_the_note_break_the_template_and_the_event_is_lost():
    account = transforms.run()
    assert ends(account) == ["on the board", "lost", "on the board"]
    assert board(account) == ['{"text": "Stopped: fog"}', "", '{"text": "Stopped: "}']
    assert account.findings.conclusion == "Of 3 events 2 came to the board. One is lost, and nobody was told."


def test_outside_them_the_service_writes_the_quotation_marks():
    account = transforms.run(inside_quotes=False)
    assert ends(account) == ["on the board"] * 3
    assert board(account)[GUSTS] == r'{"text": "gusts, \"force 9\""}'
    assert board(account)[NONE] == '{"text": ""}'


def test_a_dead_letter_queue_keeps_what_the_template_cannot_hold():
    account = transforms.run(dead_letter_queue=True)
    assert ends(account) == ["on the board", "in unreached", "on the board"]
    assert account.findings.rows[GUSTS][1] == 1  # it is not tried again


def test_a_board_that_is_down_gets_its_events_later():
    account = transforms.run(inside_quotes=False, down=60)
    assert ends(account) == ["on the board"] * 3
    assert all(row[1] > 5 for row in account.findings.rows)


def test_what_is_over_first_ends_the_tries():
    few = transforms.run(inside_quotes=False, down=60, most_retries=2)
    assert [row[1] for row in few.findings.rows] == [3, 3, 3]
    old = transforms.run(inside_quotes=False, down=60, most_age=60, dead_letter_queue=True)
    assert ends(old) == ["in unreached"] * 3
    assert all(row[1] < 12 for row in old.findings.rows)


def test_after_a_day_it_is_over_even_with_the_defaults():
    account = transforms.run(inside_quotes=False, down=2880)
    assert ends(account) == ["lost"] * 3
    assert "3 are lost" in account.findings.conclusion
