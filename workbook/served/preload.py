"""Imports what every account needs, in the process that they are forked from: their memory is shared, too.

Services load when they are first used; those of nearly every lab are loaded here, inside a lab that is closed
again, so that our parts go in as they do otherwise. No thread may be left over, for forks copy none.
"""

from __future__ import annotations

from workbook.lab import Lab
from workbook.served import account, aws_requests

_SERVICES = ("sqs", "sns", "events", "lambda", "stepfunctions", "s3", "dynamodb", "iam", "sts", "scheduler")

with Lab() as _lab:
    for _service in _SERVICES:
        _lab.client(_service)

__all__ = ["account", "aws_requests"]
