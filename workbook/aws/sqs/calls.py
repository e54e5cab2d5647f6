"""One request to SQS, whichever protocol brought it: who asks, where, and with what parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbook.aws.policies import Principal
from workbook.aws.transport import transport_keys
from workbook.engine.world import World

Answer = Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Call:
    """A request.

    ``endpoint`` is the URL it was sent to, up to and with the slash after the host; ``trace_header`` is
    X-Ray's header X-Amzn-Trace-Id, empty where there is none.
    """

    world: World
    operation: str
    parameters: Mapping[str, object]
    caller: Principal
    region: str
    endpoint: str
    trace_header: str = ""

    @property
    def transport(self) -> Mapping[str, object]:
        """What its address says about TLS, as condition keys."""
        return transport_keys(self.endpoint)
