"""What is joined to what, and how each resource is set: read from the trace, at any number of hops.

Resources announce themselves by `create`, `configure` and `remove`. An event source mapping is no node of
its own: it is the line between a queue and a function, and so is a redrive policy between two queues, and a
subscription between a topic and its endpoint.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from workbook.engine.hop import Hop
from workbook.flow.joints import Pair, dead_letters_of, endpoint_of, joints_of
from workbook.flow.resources import Kind, kind_of, label_of, node_of, topic_of

Settings = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Setting:
    """How a resource is set from an instant on (microseconds); `settings` is None once it was removed."""

    time: int
    settings: Settings | None


@dataclass
class Wiring:
    """Resources with the history of their settings, and the lines between them."""

    settings: dict[str, list[Setting]] = field(default_factory=dict)
    """The settings of each node, oldest first."""
    sources: dict[str, str] = field(default_factory=dict)
    """The queue of each event source mapping, by its ARN: a mapping can get another function, but no other
    source. Which function a batch went to, its hops say."""
    pipes: dict[str, str] = field(default_factory=dict)
    """The ARN of each pipe, by its name."""
    redrives: dict[tuple[str, str], None] = field(default_factory=dict)
    """Source and dead-letter queue of each redrive policy there ever was, in order."""
    polls: dict[tuple[str, str], list[Setting]] = field(default_factory=dict)
    """The settings of the mapping between a queue and a function, oldest first; None from when on it joined
    the queue to another function, or was removed."""
    _joined: dict[str, tuple[tuple[str, str], Settings]] = field(default_factory=dict, repr=False)
    """Queue and function of each mapping with its settings, as they are at this point of the trace."""
    dead_letter_queues: dict[str, None] = field(default_factory=dict)
    joints: dict[Pair, int | None] = field(default_factory=dict)
    """Every line that a subscription, a rule, a schedule or a pipe ever drew, in order; with the instant from
    which on none draws it any longer, or None."""
    _drawn: dict[str, frozenset[Pair]] = field(default_factory=dict, repr=False)
    """The lines that each resource draws at this point of the trace."""
    _drawers: Counter[Pair] = field(default_factory=Counter, repr=False)
    endpoints: dict[str, str] = field(default_factory=dict)
    """The node at the end of each subscription, by the subscription's ARN."""
    _names: dict[str, str] = field(default_factory=dict, repr=False)
    """What a function URL or an API is called by, where its address says nothing."""
    _stages: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, hops: Iterable[Hop]) -> Wiring:
        """Read what `hops` say."""
        wiring = cls()
        for hop in hops:
            if hop.kind in {"create", "configure", "remove"}:
                wiring._read(hop)
        return wiring

    def _read(self, hop: Hop) -> None:
        found = hop.facts.get("settings")
        settings = found if isinstance(found, Mapping) else None
        if "event-source-mapping" in hop.resource:
            self._read_mapping(hop, settings)
            return
        if ":pipe/" in hop.resource:
            self.pipes[hop.resource.partition(":pipe/")[2]] = hop.resource
        self.settings.setdefault(hop.resource, []).append(Setting(hop.time, settings))
        if kind_of(hop.resource) in {Kind.FUNCTION_URL, Kind.API}:
            self._read_name(hop.resource, settings or {})
        if not kind_of(hop.resource).is_queue:
            self._read_joints(hop, settings or {})
        elif settings is not None:
            self._read_redrive(hop.resource, settings)

    def _read_mapping(self, hop: Hop, settings: Settings | None) -> None:
        before = self._joined.pop(hop.resource, None)
        if settings is not None:
            pair = str(settings["EventSourceArn"]), node_of(str(settings["FunctionArn"]))
            self.sources[hop.resource] = pair[0]
            self._joined[hop.resource] = pair, settings
            self._note(pair, hop.time)
        if before is not None:
            self._note(before[0], hop.time)

    def _note(self, pair: tuple[str, str], time: int) -> None:
        """Keep how a queue and a function are joined now: two aliases of it may each have a mapping."""
        now = [settings for joined, settings in self._joined.values() if joined == pair]
        history = self.polls.setdefault(pair, [])
        settings = now[-1] if now else None
        if not history or history[-1].settings != settings:
            history.append(Setting(time, settings))

    def _read_redrive(self, queue: str, settings: Settings) -> None:
        policy = settings.get("RedrivePolicy")
        if isinstance(policy, str):
            target = json.loads(policy)["deadLetterTargetArn"]
            self.redrives[queue, target] = None
            self.dead_letter_queues[target] = None

    def _read_name(self, place: str, settings: Settings) -> None:
        name = settings.get("Name") or settings.get("FunctionArn")
        if name is not None:
            self._names[place] = label_of(str(name))
        stages = settings.get("Stages")
        if isinstance(stages, Mapping):
            self._stages[place] = tuple(stage for stage in stages if stage != "$default")

    def label(self, place: str) -> str:
        """What people call a node: a function URL by its function, an API by its name and its stages."""
        name = self._names.get(place)
        if name is None:
            return label_of(place)
        return "/".join(filter(None, (name, ", ".join(self._stages.get(place, ())))))

    def source(self, hop: Hop) -> str:
        """The queue of the mapping whose batch or filter a hop is about."""
        return self.sources[hop.resource]

    def _read_joints(self, hop: Hop, settings: Settings) -> None:
        resource = hop.resource
        self._draw(resource, dict.fromkeys(joints_of(resource, settings)) if settings else {}, hop.time)
        for source, queue in dead_letters_of(resource, settings):
            self.redrives[source, queue] = None
            self.dead_letter_queues[queue] = None
        endpoint = endpoint_of(settings) if topic_of(resource) is not None else None
        if endpoint is not None:
            self.endpoints[resource] = endpoint

    def _draw(self, resource: str, pairs: Iterable[Pair], time: int) -> None:
        """Draw the lines of a resource instead of those that it drew before."""
        before = self._drawn.pop(resource, frozenset())
        self._drawers.subtract(before)
        for pair in pairs:
            self.joints[pair] = None
            self._drawers[pair] += 1
        self._drawn[resource] = frozenset(pairs)
        for pair in before:
            if not self._drawers[pair]:
                self.joints[pair] = time

    def lines_after(self, instant: int) -> Wiring:
        """The same without the lines that were taken away before an instant (microseconds)."""
        joints = {pair: end for pair, end in self.joints.items() if end is None or end >= instant}
        polls = {
            pair: history
            for pair, history in self.polls.items()
            if not history or history[-1].settings is not None or history[-1].time >= instant
        }
        return replace(self, joints=joints, polls=polls)

    def endpoint(self, subscription: str) -> str | None:
        """The node at the end of a subscription; None where the trace does not know it."""
        return self.endpoints.get(subscription)

    def alarms_behind(self, acting: Iterable[str]) -> set[str]:
        """Those places, and the alarms at which composite alarms among them look."""
        shown, found = set[str](), set(acting)
        while found:
            shown |= found
            found = {
                source
                for source, target in self.joints
                if target in found and kind_of(source) is Kind.ALARM and kind_of(target) is Kind.ALARM
            } - shown
        return shown

    def places(self) -> list[str]:
        """Every resource that is always a node, in the order in which they were created.

        An alarm is one only where it did something: a group has two for each policy.
        """
        return [place for place in self.settings if kind_of(place) not in {Kind.OTHER, Kind.ALARM}]
