"""What becomes of the good messages in a batch, when one of them fails?"""

from workbook.scenarios import partial_batch


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
