"""What is put into buckets, streams and log groups, and read from them, in sentences.

Nothing of this is a message in itself: an object or a record lies where it was put, and what tells of it
(a notification, a pipe) is told by others.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbook.engine.hop import Hop
from workbook.flow.delivery_teller import which_try
from workbook.flow.moves import Move, Status
from workbook.flow.resources import label_of, node_of
from workbook.flow.tellers import Story, Tell, at_place, between, duration, whole_fact


class StorageTeller:
    """Tells of objects, records and log events."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def tells(self) -> Mapping[str, Tell]:
        """Which kinds of hops it tells, and how."""
        return {
            "put-object": self._put_object,
            "delete-object": self._delete_object,
            "tag-object": self._tag_object,
            "put-record": self._put_record,
            "flush": self._flush,
            "read": self._read,
            "put-log-event": self._put_log_event,
        }

    def _put_object(self, hop: Hop) -> list[Move]:
        return self._changed(hop, "put {key} into {bucket}")

    def _delete_object(self, hop: Hop) -> list[Move]:
        return self._changed(hop, "deleted {key} from {bucket}")

    def _tag_object(self, hop: Hop) -> list[Move]:
        return self._changed(hop, "tagged {key} in {bucket}")

    def _changed(self, hop: Hop, words: str) -> list[Move]:
        sender, bucket = self._story.callers.sender(hop), node_of(hop.resource)
        key = hop.resource.removeprefix(f"{bucket}/")
        text = f"{label_of(sender)} {words.format(key=key, bucket=label_of(bucket))}"
        return [between(hop, sender, bucket, Status.DELIVERED, text)]

    def _put_record(self, hop: Hop) -> list[Move]:
        sender, stream = self._story.callers.sender(hop), node_of(hop.resource)
        text = f"{label_of(sender)} put {self._story.name(hop.message)} into {label_of(stream)}"
        return [between(hop, sender, stream, Status.DELIVERED, text)]

    def _flush(self, hop: Hop) -> list[Move]:
        """A delivery stream writes what it has gathered; where that succeeds, the object is the news."""
        if hop.outcome == "ok":
            return []
        count = whole_fact(hop, "records", 1)
        gathered = "1 record" if count == 1 else f"{count} records"
        text = (
            f"{label_of(hop.resource)} could not write {gathered}{which_try(hop)}: {hop.facts.get('reason')}"
        )
        retry_at = hop.facts.get("retry_at")
        if isinstance(retry_at, int):
            text += f"; it tries again in {duration(retry_at - hop.time)}"
        return [at_place(hop, Status.FAILED, text, count=count)]

    def _read(self, hop: Hop) -> list[Move]:
        pipe = hop.facts.get("pipe")
        reader = str(pipe) if pipe else self._story.callers.receiver(hop)
        text = f"{label_of(reader)} read {self._story.name(hop.message)} from {label_of(hop.resource)}"
        return [between(hop, hop.resource, reader, Status.DELIVERED, text)]

    def _put_log_event(self, hop: Hop) -> list[Move]:
        if self._story.callers.cause(hop, "deliver") is None:
            return [at_place(hop, Status.DONE, f"{label_of(hop.resource)} keeps a line")]
        sender = self._story.callers.sender(hop)
        text = f"{label_of(sender)} wrote to {label_of(hop.resource)}"
        return [between(hop, sender, hop.resource, Status.DELIVERED, text)]
