"""The operations of the Pipes API.

Source: service model of EventBridge Pipes. Texts of errors that are not recorded are ours (unverified).
"""

from __future__ import annotations

from moto.utilities.utils import get_partition

from workbook.aws.constraints import constraint_errors
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, Operation
from workbook.aws.paging import Pages
from workbook.aws.pipes.errors import Conflict, ValidationError
from workbook.aws.pipes.pipe import Pipe
from workbook.aws.pipes.registry import find_pipe, pipes_of
from workbook.aws.pipes.requests import settings_of_creation, settings_of_update


def _invalid_token() -> ValidationError:
    return ValidationError.of("NextToken", "Invalid NextToken.")


_PAGES = Pages(limit("pipes.page"), maximum="Limit", invalid=_invalid_token)
MOST_TAGS = limit("pipes.tags")


def create_pipe(call: Call) -> Answer:
    """Make a pipe; it runs some seconds later, if its role may read the source."""
    pipes, name = pipes_of(call.world, call.account, call.region), str(call.parameters["Name"])
    if name in pipes:
        raise Conflict.exists(name)
    settings = settings_of_creation(call.parameters, call.region)
    arn = f"arn:{get_partition(call.region)}:pipes:{call.region}:{call.account}:pipe/{name}"
    desired = call.parameters.get("DesiredState") or "RUNNING"
    tags = dict(call.parameters.get("Tags") or {})
    pipe = Pipe(call.world, arn, call.account, call.region, settings, desired, tags)
    pipes[name] = pipe
    pipe.create()
    return pipe.summary()


def describe_pipe(call: Call) -> Answer:
    """A pipe with all its settings."""
    return _pipe(call).description()


def update_pipe(call: Call) -> Answer:
    """Change a pipe; what is not named stays as it is."""
    pipe = _pipe(call)
    pipe.demand_rest()
    settings = settings_of_update(call.parameters, pipe.settings, call.region)
    pipe.update(settings, call.parameters.get("DesiredState"))
    return pipe.summary()


def start_pipe(call: Call) -> Answer:
    """Let a pipe read its source."""
    pipe = _pipe(call)
    pipe.start()
    return pipe.summary()


def stop_pipe(call: Call) -> Answer:
    """Let a pipe read no more."""
    pipe = _pipe(call)
    pipe.stop()
    return pipe.summary()


def delete_pipe(call: Call) -> Answer:
    """Delete a pipe; what lies in its source stays there."""
    pipe, pipes = _pipe(call), pipes_of(call.world, call.account, call.region)
    pipe.delete(lambda: pipes.pop(pipe.settings.name, None))
    return pipe.summary()


def list_pipes(call: Call) -> Answer:
    """Pipes in the order of their names (the order is unverified), chosen by names, states and ends."""
    pipes = pipes_of(call.world, call.account, call.region)
    chosen = [pipes[name].listed() for name in sorted(pipes)]
    for parameter, member in (("DesiredState", "DesiredState"), ("CurrentState", "CurrentState")):
        wanted = call.parameters.get(parameter)
        chosen = [one for one in chosen if wanted in {None, one[member]}]
    for parameter, member in (("NamePrefix", "Name"), ("SourcePrefix", "Source"), ("TargetPrefix", "Target")):
        beginning = call.parameters.get(parameter) or ""
        chosen = [one for one in chosen if one[member].startswith(beginning)]
    return _PAGES.page("Pipes", chosen, call.parameters)


def list_tags_for_resource(call: Call) -> Answer:
    """The tags of a pipe."""
    return {"tags": dict(_tagged(call).tags)}


def tag_resource(call: Call) -> Answer:
    """Give a pipe tags; a tag that it has gets its new value."""
    pipe = _tagged(call)
    tags = {**pipe.tags, **call.parameters["tags"]}
    if len(tags) > MOST_TAGS:
        raise ValidationError.of("tags", f"A pipe has at most {MOST_TAGS} tags, not {len(tags)}.")
    pipe.tags = tags
    return {}


def untag_resource(call: Call) -> Answer:
    """Take tags from a pipe; it need not have them."""
    pipe = _tagged(call)
    for key in call.parameters["tagKeys"]:
        pipe.tags.pop(key, None)
    return {}


def _pipe(call: Call) -> Pipe:
    return find_pipe(call.world, call.account, call.region, str(call.parameters["Name"]))


def _tagged(call: Call) -> Pipe:
    name = str(call.parameters["resourceArn"]).rpartition("/")[2]
    return find_pipe(call.world, call.account, call.region, name)


_ALL = {
    "CreatePipe": create_pipe,
    "DeletePipe": delete_pipe,
    "DescribePipe": describe_pipe,
    "ListPipes": list_pipes,
    "ListTagsForResource": list_tags_for_resource,
    "StartPipe": start_pipe,
    "StopPipe": stop_pipe,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "UpdatePipe": update_pipe,
}


def _checked(name: str, operation: Operation) -> Operation:
    """The operation, for requests that the service model allows."""

    def answer(call: Call) -> Answer:
        errors = constraint_errors("pipes", name, call.parameters)
        if errors is not None:
            raise ValidationError(errors)
        return operation(call)

    answer.__doc__ = operation.__doc__
    return answer


OPERATIONS = {operation.__name__: _checked(name, operation) for name, operation in _ALL.items()}
"""By moto's names of them."""
