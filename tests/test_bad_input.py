"""Whatever parameters an operation gets: it answers, or it refuses in the form of AWS's errors."""

import pytest
from botocore.exceptions import ClientError
from botocore.model import Shape, StructureShape

from workbook.aws.moto_faults import MotoFault, watched
from workbook.aws.simulated import NOT_SIMULATED, SIMULATED, is_simulated

_OF_A_TYPE = {"boolean": True, "float": 1.0, "double": 1.0, "timestamp": 1_767_603_600, "blob": b"x"}
# botocore takes a stream's address from its ARN, and refuses what is no ARN before anything is sent.
_OF_A_NAME = {"StreamARN": "arn:aws:kinesis:us-east-1:000000000000:stream/x"}
_DEEPEST = 6


def made_up(shape: Shape, *, optional: bool, depth: int = 0) -> object:
    """A value that botocore lets through and that means nothing."""
    kind = shape.type_name
    if kind == "structure":
        return members(shape, optional=optional and depth == 0, depth=depth)
    if kind == "list":
        return [made_up(shape.member, optional=optional, depth=depth + 1)] if depth < _DEEPEST else []
    if kind == "map":
        return {"x": made_up(shape.value, optional=optional, depth=depth + 1)} if depth < _DEEPEST else {}
    least = int(shape.metadata.get("min") or 1)
    if kind == "string":
        return _OF_A_NAME.get(shape.name) or (shape.enum[0] if shape.enum else "x" * least)
    return _OF_A_TYPE.get(kind, least)


def members(shape: StructureShape, *, optional: bool, depth: int) -> dict[str, object]:
    names = list(shape.members) if optional else shape.required_members
    if shape.is_tagged_union:
        names = list(shape.members)[:1]
    return {name: made_up(shape.members[name], optional=optional, depth=depth + 1) for name in names}


@pytest.mark.parametrize("optional", [False, True], ids=["required parameters", "all parameters"])
@pytest.mark.parametrize("service", sorted(SIMULATED))
def test_no_parameters_bring_a_python_error_out_of_moto(lab, service, optional):
    client, problems, answered = lab.client(service), {}, 0
    for operation in client.meta.service_model.operation_names:
        if not is_simulated(service, operation):
            continue
        shape = client.meta.service_model.operation_model(operation).input_shape
        parameters = {} if shape is None else made_up(shape, optional=optional)
        try:
            client._make_api_call(operation, parameters)
            answered += 1
        except ClientError:
            answered += 1
        except Exception as problem:  # noqa: BLE001 - any other kind is what this test looks for
            problems[operation] = repr(problem)
    assert problems == {}
    assert answered


def test_what_moto_cannot_make_sense_of_is_refused_by_name(lab):
    iam = lab.client("iam")
    with pytest.raises(ClientError, match=r"iam:ListRoles.*documentation of ListRoles") as caught:
        iam.list_roles(Marker="the second page")
    assert caught.value.response["Error"]["Code"] == NOT_SIMULATED
    assert caught.value.__cause__ is not None
    assert lab.trace[-1].outcome == NOT_SIMULATED


def test_an_error_of_a_service_of_ours_keeps_its_traceback():
    def fail():
        raise KeyError("x")

    with pytest.raises(KeyError):
        watched("sqs", fail)()
    with pytest.raises(MotoFault):
        watched("kms", fail)()


@pytest.mark.parametrize(
    ("service", "operation"),
    [("iam", "SimulateCustomPolicy"), ("kms", "CreateGrant"), ("kms", "Sign"), ("sts", "AssumeRoot")],
)
def test_what_moto_has_but_does_not_do_is_refused_before_it_is_asked(lab, service, operation):
    with pytest.raises(ClientError, match=f"{service}:{operation} is not simulated"):
        lab.client(service)._make_api_call(operation, {})
