"""The schema registry of Amazon EventBridge, a service of its own, which moto lacks.

    operations ── registry      registries, schemas, versions
               └─ discoverer ── inference      what flows on a bus, written down as schemas
    server                      how requests find the operations

Code bindings are source code that AWS generates from a schema; they are refused by name.
"""

from __future__ import annotations

import moto.events.responses  # noqa: F401 - before our EventBridge, which is put in when moto's is loaded

from workbook.aws.schemas.server import BACKENDS

__all__ = ["BACKENDS"]
