"""Creating, Enabled, Disabling and the others; what runs in which state."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from event_system import System

from workbook.aws.event_sources.mapping import TRANSITION
from workbook.engine.clock import SECOND

SECONDS = TRANSITION / SECOND


def state(system: System, uuid: str) -> str:
    return str(system.get(uuid)["State"])


def test_a_mapping_polls_once_it_is_enabled(system: System) -> None:
    url = system.queue()
    mapping = system.create(url)["UUID"]
    system.send(url, "early")
    assert state(system, mapping) == "Creating"
    system.lab.advance(SECONDS - 1)
    assert system.events() == []
    system.lab.run_until_idle()
    assert state(system, mapping) == "Enabled"
    assert system.bodies() == [["early"]]


def test_a_mapping_can_be_made_disabled_and_enabled_later(system: System) -> None:
    """Recorded: test_fifo_message_group_parallelism (states and their reasons)."""
    url = system.queue()
    created = system.create(url, Enabled=False)
    assert (created["State"], created["StateTransitionReason"]) == ("Disabled", "USER_INITIATED")
    system.send(url, "waits")
    system.lab.advance(60)
    assert system.left_in(url) == ["waits"]
    enabling = system.aws_lambda.update_event_source_mapping(UUID=created["UUID"], Enabled=True)
    assert enabling["State"] == "Enabling"
    system.lab.run_until_idle()
    assert state(system, created["UUID"]) == "Enabled"
    assert system.left_in(url) == []


def test_a_disabled_mapping_reads_no_more(system: System) -> None:
    url = system.queue()
    mapping = system.map(url)
    assert system.aws_lambda.update_event_source_mapping(UUID=mapping, Enabled=False)["State"] == "Disabling"
    system.send(url, "stays")
    system.lab.run_until_idle()
    assert state(system, mapping) == "Disabled"
    assert system.left_in(url) == ["stays"]
    assert system.events() == []


def test_what_is_in_progress_is_finished_after_disabling(system: System) -> None:
    url = system.queue()
    mapping = system.map(url)
    system.send(url, "sleep 2")
    system.lab.advance(1)
    system.aws_lambda.update_event_source_mapping(UUID=mapping, Enabled=False)
    assert system.left_in(url) == ["sleep 2"]
    system.lab.run_until_idle()
    assert system.left_in(url) == []


def test_an_update_takes_force_at_the_end_of_updating(system: System) -> None:
    """Recorded: test_sqs_event_source_mapping_update; there AWS still called the old version for a while."""
    system.worker("next")
    url = system.queue()
    mapping = system.map(url)
    shown = system.aws_lambda.update_event_source_mapping(UUID=mapping, FunctionName="next")
    assert shown["State"] == "Updating"
    assert shown["FunctionArn"].endswith(":next")
    system.send(url, "old")
    system.lab.advance(1)
    assert system.bodies() == [["old"]]
    system.lab.advance(SECONDS)
    assert state(system, mapping) == "Enabled"
    system.send(url, "new")
    system.lab.run_until_idle()
    assert system.bodies() == [["old"]]
    assert system.bodies("next") == [["new"]]


def test_a_disabled_mapping_stays_disabled_when_it_is_updated(system: System) -> None:
    mapping = system.create(system.queue(), Enabled=False)["UUID"]
    system.aws_lambda.update_event_source_mapping(UUID=mapping, BatchSize=5)
    system.lab.run_until_idle()
    assert state(system, mapping) == "Disabled"


def test_a_deleted_mapping_reads_no_more_and_is_gone_later(system: System) -> None:
    url = system.queue()
    mapping = system.map(url)
    deleting = system.aws_lambda.delete_event_source_mapping(UUID=mapping)
    assert deleting["State"] == "Deleting"
    assert deleting["ResponseMetadata"]["HTTPStatusCode"] == 202
    system.send(url, "stays")
    assert state(system, mapping) == "Deleting"
    system.lab.run_until_idle()
    with pytest.raises(ClientError, match="does not exist"):
        system.get(mapping)
    assert system.left_in(url) == ["stays"]
    assert system.create(url)["UUID"] != mapping


@pytest.mark.parametrize("attempt", ["update", "delete"])
def test_a_mapping_cannot_be_changed_between_two_states(system: System, attempt: str) -> None:
    mapping = system.create(system.queue())["UUID"]
    with pytest.raises(ClientError) as error:
        getattr(system.aws_lambda, f"{attempt}_event_source_mapping")(UUID=mapping)
    assert error.value.response["Error"]["Code"] == "ResourceInUseException"
    assert error.value.response["Error"]["Message"] == (
        f"Cannot {attempt} the event source mapping because it is in use."
    )


def test_last_modified_follows_the_state(system: System) -> None:
    mapping = system.create(system.queue())
    system.lab.advance(60)
    after = (system.get(mapping["UUID"])["LastModified"] - mapping["LastModified"]).total_seconds()
    assert after == SECONDS


def test_a_deleted_queue_disables_the_mapping(system: System) -> None:
    url = system.queue()
    mapping = system.map(url)
    system.sqs.delete_queue(QueueUrl=url)
    system.lab.advance(120)
    shown = system.get(mapping)
    assert shown["State"] == "Disabled"
    assert shown["LastProcessingResult"] == "PROBLEM: the queue does not exist"
    system.queue()
    system.aws_lambda.update_event_source_mapping(UUID=mapping, Enabled=True)
    system.send(url, "again")
    system.lab.run_until_idle()
    assert system.bodies() == [["again"]]
    assert "LastProcessingResult" not in system.get(mapping)


def test_a_deleted_function_disables_the_mapping_and_loses_nothing(system: System) -> None:
    url = system.queue()
    mapping = system.map(url)
    system.aws_lambda.delete_function(FunctionName="worker")
    system.send(url, "kept")
    system.lab.run_until_idle()
    assert system.get(mapping)["State"] == "Disabled"
    assert system.left_in(url) == ["kept"]


def test_a_queue_that_is_deleted_in_the_middle_of_an_invocation_harms_nothing(system: System) -> None:
    url = system.queue()
    mapping = system.map(url)
    system.send(url, "sleep 2")
    system.lab.advance(1)
    system.sqs.delete_queue(QueueUrl=url)
    system.lab.run_until_idle()
    assert system.get(mapping)["State"] == "Disabled"
