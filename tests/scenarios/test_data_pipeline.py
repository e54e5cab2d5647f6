"""What does a workflow report when it does not wait for its jobs, or when a job fails?"""

from workbook.scenarios import data_pipeline


def numbers(account):
    """The numbers of the table, by their names."""
    return dict(account.findings.rows)


def test_states_that_do_not_wait_ask_before_the_data_is_clean():
    account = data_pipeline.run(files=3, wait=False)
    found = numbers(account)
    assert found["queries while the data was being cleaned"] == found["reports with sums"] == 3
    assert "Nobody was told." in account.findings.conclusion


def test_states_that_wait_ask_when_it_is():
    found = numbers(data_pipeline.run(files=3, glue=45, failures=0))
    assert (found["reports with sums"], found["queries while the data was being cleaned"]) == (3, 0)


def test_a_job_that_fails_once_is_tried_again():
    found = numbers(data_pipeline.run(files=2, failures=1, retries=1))
    assert (found["runs of the Glue job"], found["of which failed"]) == (3, 1)
    assert (found["reports with sums"], found["reports that say what went wrong"]) == (2, 0)


def test_a_job_that_fails_for_good_is_reported():
    account = data_pipeline.run(files=2, failures=10, retries=1)
    found = numbers(account)
    assert (found["reports with sums"], found["reports that say what went wrong"]) == (0, 2)
    assert found["runs of the Glue job"] == 4


def test_a_job_that_fails_is_not_noticed_where_nobody_waits():
    found = numbers(data_pipeline.run(files=1, failures=1, wait=False))
    assert (found["of which failed"], found["reports with sums"]) == (1, 1)
    assert found["reports that say what went wrong"] == 0
