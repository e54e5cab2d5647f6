"""Lets moto parse the requests of a service by botocore's model, where moto's own code does not ask for it.

Operations of ours take their parameters by AWS's names (`workbook.aws.operations`), with blobs as bytes and
timestamps as datetimes. moto can do that for every service, but does it only for those whose operations it
has rewritten. The switch is for services whose simulated operations are all ours.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from moto.core.responses import BaseResponse

if TYPE_CHECKING:
    from workbook.engine.patches import Patches


def parse_by_the_model(patches: Patches, response_class: type[BaseResponse]) -> None:
    """Have requests to the service of `response_class` parsed by botocore's model."""
    construct = response_class.__init__

    @functools.wraps(construct)
    def construct_parsing(response: BaseResponse) -> None:
        construct(response)
        response.automated_parameter_parsing = True

    patches.set(response_class, "__init__", construct_parsing)
