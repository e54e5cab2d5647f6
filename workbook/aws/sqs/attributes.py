"""What a queue is set to: one immutable value, :class:`QueueSettings`.

The API sends and returns every attribute as text. A queue, though, wants numbers and policies it can use on
each message without parsing them again. So the text is read once, when it arrives
(:mod:`workbook.aws.sqs.queue_attributes` does that, with AWS's errors), and what the message plane holds is
this frozen record; ``SetQueueAttributes`` replaces the whole record.

Defaults and ranges: botocore 1.44 service model of SQS, SetQueueAttributes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from workbook.aws.limits import limit

MAXIMUM_MESSAGE_SIZE = limit("sqs.message-size")
"""Bytes: the largest message, and the largest sum over a batch (since 2025; 262,144 before)."""


@dataclass(frozen=True, slots=True)
class RedrivePolicy:
    """After ``max_receive_count`` receives, a message goes to the queue ``dead_letter_target_arn``."""

    dead_letter_target_arn: str
    max_receive_count: int = 10

    @property
    def text(self) -> str:
        """As GetQueueAttributes shows it: compact and with a number, however the caller wrote it."""
        members = {
            "deadLetterTargetArn": self.dead_letter_target_arn,
            "maxReceiveCount": self.max_receive_count,
        }
        return json.dumps(members, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class RedriveAllowPolicy:
    """Which queues may use this one as their dead-letter queue: ``allowAll``, ``denyAll`` or ``byQueue``."""

    redrive_permission: str = "allowAll"
    source_queue_arns: tuple[str, ...] = ()

    def allows(self, source_arn: str) -> bool:
        """Whether the queue ``source_arn`` may send its dead letters here."""
        if self.redrive_permission == "byQueue":
            return source_arn in self.source_queue_arns
        return self.redrive_permission == "allowAll"


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Every attribute of a queue that a caller can set. Times in seconds, sizes in bytes.

    ``redrive_allow_policy_text`` is the JSON text as the caller sent it, to be given back unchanged.
    """

    visibility_timeout: int = limit("sqs.visibility-timeout.default")
    delay_seconds: int = 0
    message_retention_period: int = limit("sqs.retention.default")
    maximum_message_size: int = MAXIMUM_MESSAGE_SIZE
    receive_message_wait_time_seconds: int = 0
    redrive_policy: RedrivePolicy | None = None
    redrive_allow_policy: RedriveAllowPolicy | None = None
    policy: str | None = None
    fifo_queue: bool = False
    content_based_deduplication: bool = False
    deduplication_scope: str = "queue"
    fifo_throughput_limit: str = "perQueue"
    kms_master_key_id: str | None = None
    kms_data_key_reuse_period_seconds: int = 300
    sqs_managed_sse_enabled: bool = True
    redrive_allow_policy_text: str | None = field(default=None, repr=False)
