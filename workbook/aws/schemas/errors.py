"""The errors of the schema registry's API, with AWS's codes; the texts are ours (unverified)."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class NotFound(ServiceException):
    """There is no such registry, schema, version or discoverer."""

    code = "NotFoundException"


class Conflict(ServiceException):
    """It exists already."""

    code = "ConflictException"


class BadRequest(ServiceException):
    """A parameter cannot be used."""

    code = "BadRequestException"


class Forbidden(ServiceException):
    """AWS's own registries cannot be changed."""

    code = "ForbiddenException"
