"""What a REST API and an HTTP API have in common: an id, an address made of it, an ARN, and a throttle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.web.throttling import Throttle

if TYPE_CHECKING:
    from workbook.engine.world import World

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass
class WebApi:
    """One API of API Gateway."""

    id: str
    account: str
    region: str
    settings: dict[str, Any]
    """As AWS shows them."""
    throttle: Throttle = field(default_factory=Throttle, init=False)
    """What its stages and routes still let through."""

    @property
    def endpoint(self) -> str:
        """Its address, without a stage."""
        return f"https://{self.id}.execute-api.{self.region}.amazonaws.com"

    @property
    def arn(self) -> str:
        """What permissions to call it begin with."""
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.id}"


def identifier(world: World, stream: str, length: int) -> str:
    """A new id of small letters and digits; `stream` is the source of chance."""
    return "".join(world.seeds.stream(stream).choices(_LETTERS, k=length))
