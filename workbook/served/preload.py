"""Imports what every account needs, in the process that they are forked from: their memory is shared, too.

Services load when they are first used; those of nearly every lab are used here once, inside a lab that is
closed again, so that our parts go in as they do otherwise. No thread may be left over, for forks copy none.
"""

from __future__ import annotations

import gc

from workbook.lab import Lab
from workbook.served import account, aws_requests

_ASKED = (
    ("sqs", "list_queues"),
    ("sns", "list_topics"),
    ("events", "list_event_buses"),
    ("lambda", "list_functions"),
    ("stepfunctions", "list_state_machines"),
    ("scheduler", "list_schedules"),
    ("logs", "describe_log_groups"),
    ("s3", "list_buckets"),
    ("dynamodb", "list_tables"),
    ("iam", "list_roles"),
    ("sts", "get_caller_identity"),
)
"""Of each service that nearly every lab uses, a question that loads it."""

with Lab() as _lab:
    for _service, _question in _ASKED:
        getattr(_lab.client(_service), _question)()

gc.collect()
gc.freeze()  # no collector of a child writes into these pages, which would make them its own

__all__ = ["account", "aws_requests"]
