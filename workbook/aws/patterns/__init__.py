"""The two matchers of AWS messaging: EventBridge's event patterns and SNS's filter policies.

    EventPattern('{"source": ["orders"]}').matches(event)
    FilterPolicy('{"store": ["oslo"]}').matches(attributes, body)

Both are compiled once, match in time that grows with pattern and event only, refuse bad patterns in AWS's
words, and explain a verdict clause by clause.
"""

from __future__ import annotations

from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.event_patterns import EventPattern
from workbook.aws.patterns.event_tests import InvalidEvent, test_event_pattern
from workbook.aws.patterns.explanation import Explained
from workbook.aws.patterns.filter_policies import FilterPolicy, InvalidFilterPolicy, Scope

__all__ = [
    "EventPattern",
    "Explained",
    "FilterPolicy",
    "InvalidEvent",
    "InvalidEventPattern",
    "InvalidFilterPolicy",
    "Scope",
    "test_event_pattern",
]
