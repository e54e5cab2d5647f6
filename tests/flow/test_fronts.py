"""Function URLs and APIs in pictures: by the names that somebody gave, and not by their addresses."""

from __future__ import annotations

import pytest

from workbook import Lab
from workbook.flow.comparison import first_difference

HELLO = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"


@pytest.fixture
def lab():
    with Lab(seed=7) as lab:
        lab.function("hello", HELLO)
        yield lab


def open_url(lab):
    functions = lab.client("lambda")
    made = functions.create_function_url_config(FunctionName="hello", AuthType="NONE")
    permission = {"FunctionName": "hello", "Principal": "*"}
    functions.add_permission(
        StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE", **permission
    )
    functions.add_permission(
        StatementId="function", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True, **permission
    )
    return made["FunctionUrl"]


def open_api(lab, *stages):
    functions, apis = lab.client("lambda"), lab.client("apigatewayv2")
    arn = functions.get_function(FunctionName="hello")["Configuration"]["FunctionArn"]
    made = apis.create_api(Name="orders-api", ProtocolType="HTTP", Target=arn)
    for stage in stages:
        apis.create_stage(ApiId=made["ApiId"], StageName=stage, AutoDeploy=True)
    functions.add_permission(
        FunctionName="hello",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return made["ApiEndpoint"]


def labels(flow):
    return {(node.label, node.kind.value) for node in flow.scene.system.nodes}


def test_a_function_url_is_called_as_its_function(lab):
    lab.http(open_url(lab))
    flow = lab.flow()
    assert ("hello", "function URL") in labels(flow)
    assert [move.text for move in flow.moves] == [
        "you asked function URL hello: GET /",
        "function URL hello called hello",
        "function URL hello answered 200",
        "hello ran",
    ]
    assert ".lambda-url." not in lab.sequence()._repr_mimebundle_()["text/plain"]


@pytest.mark.parametrize(
    ("stages", "label"),
    [((), "orders-api"), (("test",), "orders-api/test"), (("test", "live"), "orders-api/test, live")],
)
def test_an_api_is_called_by_its_name_and_the_stages_that_have_a_name(lab, stages, label):
    lab.http(f"{open_api(lab, *stages)}/orders")
    flow = lab.flow()
    assert (label, "API") in labels(flow)
    assert f"API {label} called hello" in [move.text for move in flow.moves]


def test_a_part_of_a_flow_is_chosen_by_the_name_of_a_front(lab):
    lab.http(f"{open_api(lab)}/orders")
    assert lab.flow(only=["orders-api"]).moves


def test_two_runs_with_one_api_are_the_same_whatever_its_address_is(lab):
    lab.http(f"{open_api(lab)}/orders")
    one = lab.flow()
    lab.reset()
    lab.function("hello", HELLO)
    lab.client("apigatewayv2").create_api(Name="another", ProtocolType="HTTP")
    lab.http(f"{open_api(lab)}/orders")
    assert first_difference(one, lab.flow()) is None
