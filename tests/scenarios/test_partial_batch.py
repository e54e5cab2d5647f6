"""What becomes of the good messages in a batch, when one of them fails?"""

import pytest

from workbook.scenarios import SettingError, partial_batch


def good_ones(account):
    return {(receives, end) for name, receives, end in account.findings.rows if not name.endswith("?")}


def bad_one(account):
    return next(row[1:] for row in account.findings.rows if row[0].endswith("?"))


def test_without_reports_the_good_ones_share_the_fate_of_the_bad_one():
    account = partial_batch.run(report_failures=False, max_receives=3)
    assert good_ones(account) == {(3, "in invoices-dead-letters")}
    assert bad_one(account) == (3, "in invoices-dead-letters")


def test_with_reports_only_the_bad_one_comes_back():
    account = partial_batch.run(report_failures=True, max_receives=3)
    assert good_ones(account) == {(1, "deleted")}
    assert bad_one(account) == (3, "in invoices-dead-letters")


def test_a_batch_without_a_bad_one_is_done_at_once_either_way():
    for report_failures in (True, False):
        account = partial_batch.run(report_failures=report_failures, bad_record=0)
        assert good_ones(account) == {(1, "deleted")}
        assert len(account.findings.rows) == 10
        assert account.findings.conclusion == "No record was bad: all of the batch were done."


def test_a_bad_record_that_is_not_in_the_batch_is_refused_with_those_that_are():
    with pytest.raises(SettingError, match=r"bad_record=5: the batch has 4 records .*1 to 4, or 0 for none"):
        partial_batch.run(records=4, bad_record=5)
    assert "1 good invoice" not in partial_batch.run(records=1, bad_record=1).findings.conclusion
