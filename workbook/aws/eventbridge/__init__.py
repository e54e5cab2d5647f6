"""Amazon EventBridge: buses, rules, archives and replays, in virtual time.

    requests ── operations_* ── target_checks    the API; `constraints` come from AWS's own service model
    ingestion ── routing ── targets              an event arrives, rules match, targets are invoked
                    │          ├ transformers, json_paths     what each target gets
                    │          └ retries                      what happens when it does not take it
                    ├ archives ── replays        what is kept, and sent again
                    └ loops                      a rule that causes what it matches
    scheduled_rules, partners                    other ways for events to come about:
    service_events, api_call_events              what AWS's services do, and calls of their APIs
    delivery_target, service_entries             and what other buses and services put on a bus
    watching                                     who sees events besides rules
    buses, rules, events, permissions, metrics   what there is

moto's EventBridge is not used: it delivers in the producer's call and to few targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.events.responses import EventsHandler

from workbook.aws.eventbridge import (
    operations_api_destinations,
    operations_archives,
    operations_buses,
    operations_connections,
    operations_events,
    operations_partners,
    operations_rules,
)
from workbook.aws.eventbridge.api_call_events import tell_of_call
from workbook.aws.eventbridge.requests import Operation, install_operations
from workbook.aws.eventbridge.service_events import emit

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "emit", "install", "tell_of_call"]

OPERATIONS: dict[str, Operation] = {
    "CreateEventBus": operations_buses.create_event_bus,
    "UpdateEventBus": operations_buses.update_event_bus,
    "DescribeEventBus": operations_buses.describe_event_bus,
    "ListEventBuses": operations_buses.list_event_buses,
    "DeleteEventBus": operations_buses.delete_event_bus,
    "PutPermission": operations_buses.put_permission,
    "RemovePermission": operations_buses.remove_permission,
    "TagResource": operations_buses.tag_resource,
    "UntagResource": operations_buses.untag_resource,
    "ListTagsForResource": operations_buses.list_tags_for_resource,
    "PutRule": operations_rules.put_rule,
    "DescribeRule": operations_rules.describe_rule,
    "ListRules": operations_rules.list_rules,
    "ListRuleNamesByTarget": operations_rules.list_rule_names_by_target,
    "EnableRule": operations_rules.enable_rule,
    "DisableRule": operations_rules.disable_rule,
    "DeleteRule": operations_rules.delete_rule,
    "PutTargets": operations_rules.put_targets,
    "RemoveTargets": operations_rules.remove_targets,
    "ListTargetsByRule": operations_rules.list_targets_by_rule,
    "PutEvents": operations_events.put_events,
    "TestEventPattern": operations_events.test_event_pattern,
    "CreateArchive": operations_archives.create_archive,
    "UpdateArchive": operations_archives.update_archive,
    "DescribeArchive": operations_archives.describe_archive,
    "ListArchives": operations_archives.list_archives,
    "DeleteArchive": operations_archives.delete_archive,
    "StartReplay": operations_archives.start_replay,
    "DescribeReplay": operations_archives.describe_replay,
    "ListReplays": operations_archives.list_replays,
    "CancelReplay": operations_archives.cancel_replay,
    "CreatePartnerEventSource": operations_partners.create_partner_event_source,
    "DeletePartnerEventSource": operations_partners.delete_partner_event_source,
    "DescribePartnerEventSource": operations_partners.describe_partner_event_source,
    "ListPartnerEventSources": operations_partners.list_partner_event_sources,
    "ListPartnerEventSourceAccounts": operations_partners.list_partner_event_source_accounts,
    "DescribeEventSource": operations_partners.describe_event_source,
    "ListEventSources": operations_partners.list_event_sources,
    "ActivateEventSource": operations_partners.activate_event_source,
    "DeactivateEventSource": operations_partners.deactivate_event_source,
    "CreateConnection": operations_connections.create_connection,
    "UpdateConnection": operations_connections.update_connection,
    "DescribeConnection": operations_connections.describe_connection,
    "DeleteConnection": operations_connections.delete_connection,
    "DeauthorizeConnection": operations_connections.deauthorize_connection,
    "ListConnections": operations_connections.list_connections,
    "CreateApiDestination": operations_api_destinations.create_api_destination,
    "UpdateApiDestination": operations_api_destinations.update_api_destination,
    "DescribeApiDestination": operations_api_destinations.describe_api_destination,
    "DeleteApiDestination": operations_api_destinations.delete_api_destination,
    "ListApiDestinations": operations_api_destinations.list_api_destinations,
    "PutPartnerEvents": operations_partners.put_partner_events,
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    install_operations(patches, EventsHandler, OPERATIONS)
