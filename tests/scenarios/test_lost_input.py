"""What does the last state of a workflow know of an order, and who gets what they must not have?"""

import pytest

from workbook.scenarios import SettingError, lost_input


def numbers(account):
    """The numbers of the table, by their names."""
    return dict(account.findings.rows)


def test_a_name_that_is_misspelt_is_nothing_and_nothing_is_no_allergy():
    account = lost_input.run(children=8, allergic=3, misspelt=1)
    found = numbers(account)
    assert found["get the pesto, AND MUST NOT HAVE IT"] == 1
    assert found["get soup, because of nuts"] == 2
    assert found["get nothing: the execution failed"] == 0
    assert "1 child with an allergy got nuts, and nothing failed" in account.findings.conclusion


def test_with_a_harmless_default_the_slip_costs_a_dull_lunch():
    found = numbers(lost_input.run(children=8, allergic=3, misspelt=1, harmless_default=True))
    assert found["get the pesto, AND MUST NOT HAVE IT"] == 0
    assert found["get soup, because of nuts"] == 3
    assert found["get the pesto, and may have it"] == 5


@pytest.mark.parametrize("harmless_default", [True, False])
def test_a_state_that_hands_on_its_result_alone_forgets_whose_lunch_it_is(harmless_default):
    account = lost_input.run(children=8, keep_input=False, harmless_default=harmless_default)
    assert numbers(account)["get nothing: the execution failed"] == 8
    assert "no longer knew whose lunch it was" in account.findings.conclusion


def test_more_allergic_children_than_children_are_refused():
    with pytest.raises(SettingError, match="of children=2"):
        lost_input.run(children=2, allergic=3)
