"""Tasks that make HTTP requests: to a server with a connection's credentials, and to an API."""

from __future__ import annotations

import base64
import json

import pytest
from access import make_role
from botocore.exceptions import ClientError

SHOP = "https://shop.example.com"


@pytest.fixture
def room(room):
    room.role = make_role(room.lab, "caller", "states.amazonaws.com", "*")
    basic = {"BasicAuthParameters": {"Username": "ann", "Password": "secret"}}
    more = {"InvocationHttpParameters": {"HeaderParameters": [{"Key": "X-Shop", "Value": "1"}]}}
    made = room.lab.client("events").create_connection(
        Name="shop", AuthorizationType="BASIC", AuthParameters={**basic, **more}
    )
    room.connection = made["ConnectionArn"]
    return room


def call(room, **parameters):
    given = {
        "ApiEndpoint": f"{SHOP}/orders",
        "Method": "POST",
        "Authentication": {"ConnectionArn": room.connection},
        **parameters,
    }
    return {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Parameters": given, "End": True}


def test_a_server_is_asked_with_the_credentials_of_a_connection(room):
    def shop(request):
        return {"taken": request.json()["order"]}

    room.lab.endpoint(SHOP, shop)
    shown = room.run({"Call": call(room, RequestBody={"order": 7}, QueryParameters={"page": 2})})
    answer = json.loads(shown["output"])
    assert (answer["StatusCode"], answer["StatusText"]) == (200, "OK")
    assert answer["ResponseBody"] == {"taken": 7}
    [request] = room.hops("request")
    assert (request.facts["method"], json.loads(request.facts["body"])) == ("POST", {"order": 7})


def test_what_the_server_sees(room):
    def shop(request):
        return {"url": request.url, "headers": dict(request.headers)}

    room.lab.endpoint(SHOP, shop)
    shown = room.run({"Call": call(room, QueryParameters={"page": 2}, Headers={"Accept": "text/html"})})
    seen = json.loads(shown["output"])["ResponseBody"]
    assert seen["url"] == f"{SHOP}/orders?page=2"
    basic = base64.b64encode(b"ann:secret").decode()
    expected = {"Authorization": f"Basic {basic}", "X-Shop": "1", "Accept": "text/html"}
    assert expected.items() <= seen["headers"].items()
    assert seen["headers"]["User-Agent"] == "Amazon|StepFunctions|HttpInvoke|us-east-1"


@pytest.mark.parametrize(("status", "text"), [(503, "Service Unavailable"), (404, "Not Found")])
def test_a_status_that_is_none_of_success_is_an_error_of_its_own(room, status, text):
    def shop(request):
        return int(request.query["status"])

    room.lab.endpoint(SHOP, shop)
    catch = [{"ErrorEquals": [f"States.Http.StatusCode.{status}"], "Next": "Sorry"}]
    states = {
        "Call": {**call(room, QueryParameters={"status": status}), "Catch": catch},
        "Sorry": {"Type": "Pass", "End": True},
    }
    caught = json.loads(room.run(states, start="Call")["output"])
    assert caught == {"Error": f"States.Http.StatusCode.{status}", "Cause": text}


def test_a_server_that_takes_longer_than_a_minute(room):
    def shop(request):
        import time  # noqa: PLC0415 - a server brings its own imports

        time.sleep(90)

    room.lab.endpoint(SHOP, shop)
    shown = room.run({"Call": call(room)})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Http.Socket")
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == pytest.approx(60, abs=0.1)


def test_a_connection_that_does_not_exist_or_that_the_role_may_not_use(room):
    other = room.connection.replace("shop", "none")
    shown = room.run({"Call": call(room, Authentication={"ConnectionArn": other})}, name="other")
    assert shown["error"] == "Events.ConnectionResource.ResourceNotFound"
    room.role = make_role(room.lab, "nobody", "states.amazonaws.com", "states:*")
    shown = room.run({"Call": call(room)}, name="nobody")
    assert shown["error"] == "Events.ConnectionResource.AccessDenied"
    assert "events:RetrieveConnectionCredentials" in shown["cause"]


def tried(room, **options):
    return room.machines.test_state(
        definition=json.dumps(call(room, RequestBody={"order": 7})), roleArn=room.role, **options
    )


def test_a_state_under_test_asks_the_server_too(room):
    def shop(request):
        return {"taken": request.json()["order"], "by": request.headers["Authorization"]}

    room.lab.endpoint(SHOP, shop)
    told = tried(room, inspectionLevel="DEBUG")
    basic = base64.b64encode(b"ann:secret").decode()
    assert told["status"] == "SUCCEEDED"
    assert json.loads(told["output"])["ResponseBody"] == {"taken": 7, "by": f"Basic {basic}"}
    assert json.loads(told["inspectionData"]["afterParameters"])["RequestBody"] == {"order": 7}
    assert len(room.hops("request")) == 1


def test_a_state_under_test_fails_of_what_the_server_answers(room):
    room.lab.endpoint(SHOP, lambda request: 503)
    told = tried(room)
    expected = ("FAILED", "States.Http.StatusCode.503", "Service Unavailable")
    assert (told["status"], told["error"], told["cause"]) == expected


def test_a_trace_shows_the_request_without_what_the_connection_adds(room):
    room.lab.endpoint(SHOP, lambda request: {"taken": request.json()["order"]})
    told = tried(room, inspectionLevel="TRACE")["inspectionData"]
    assert told["request"] == {
        "protocol": "https",
        "method": "POST",
        "url": f"{SHOP}/orders",
        "headers": "[User-Agent: Amazon|StepFunctions|HttpInvoke|us-east-1, Range: bytes=0-262144]",
        "body": '{"order":7}',
    }
    response = told["response"]
    assert (response["protocol"], response["statusCode"], response["statusMessage"]) == ("https", "200", "OK")
    assert json.loads(response["body"]) == {"taken": 7}
    assert "request" not in tried(room, inspectionLevel="DEBUG")["inspectionData"]


def test_a_trace_that_may_reveal_secrets_shows_what_the_server_saw(room):
    """The order of the headers is that of AWS's example."""
    more = {
        "HeaderParameters": [{"Key": "X-Shop", "Value": "1"}],
        "QueryStringParameters": [{"Key": "page", "Value": "3"}, {"Key": "key", "Value": "k"}],
        "BodyParameters": [{"Key": "shop", "Value": "Ann's"}],
    }
    room.lab.client("events").update_connection(
        Name="shop", AuthParameters={"InvocationHttpParameters": more}
    )
    room.lab.endpoint(SHOP, lambda request: {"url": request.url, "body": request.json()})
    state = call(room, RequestBody={"order": 7}, QueryParameters={"page": 2}, Headers={"Accept": "*/*"})
    told = room.machines.test_state(
        definition=json.dumps(state), roleArn=room.role, inspectionLevel="TRACE", revealSecrets=True
    )
    request = told["inspectionData"]["request"]
    basic = base64.b64encode(b"ann:secret").decode()
    assert request["headers"] == (
        f"[Accept: */*, Authorization: Basic {basic}, X-Shop: 1, "
        "User-Agent: Amazon|StepFunctions|HttpInvoke|us-east-1, Range: bytes=0-262144]"
    )
    seen = json.loads(told["output"])["ResponseBody"]
    assert (request["url"], json.loads(request["body"])) == (seen["url"], seen["body"])
    assert seen["url"] == f"{SHOP}/orders?page=3&key=k"
    assert seen["body"] == {"order": 7, "shop": "Ann's"}


def test_a_trace_of_a_server_that_is_not_there_has_no_response(room):
    told = tried(room, inspectionLevel="TRACE")
    assert told["error"] == "States.Http.Socket"
    assert told["inspectionData"].keys() >= {"request", "input"}
    assert "response" not in told["inspectionData"]


@pytest.mark.parametrize("header", ["Authorization", "host", "X-Amz-Date", "x-forwarded-for", "Date"])
def test_some_headers_are_not_the_definitions_to_set(room, header):
    shown = room.run({"Call": call(room, Headers={header: "x"})})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert header in shown["cause"]


def test_headers_are_one_in_whatever_case(room):
    room.lab.endpoint(SHOP, lambda request: {"headers": dict(request.headers)})
    shown = room.run({"Call": call(room, Headers={"x-shop": "2", "content-type": "text/plain"})})
    headers = json.loads(shown["output"])["ResponseBody"]["headers"]
    lower = [name.lower() for name in headers]
    assert len(set(lower)) == len(lower)
    assert (headers["x-shop"], headers["Content-Type"]) == ("1", "text/plain")


def test_a_body_that_is_a_text_cannot_take_what_the_connection_adds(room):
    more = {"BodyParameters": [{"Key": "shop", "Value": "Ann's"}]}
    room.lab.client("events").update_connection(
        Name="shop", AuthParameters={"InvocationHttpParameters": more}
    )
    states = {
        "Call": {
            **call(room, RequestBody="order 7"),
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        },
        "Sorry": {"Type": "Pass", "End": True},
    }
    shown = room.run(states, start="Call")
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")


@pytest.mark.parametrize(
    ("array_format", "body"),
    [
        (None, "a[0]=x&a[1]=y"),
        ("INDICES", "a[0]=x&a[1]=y"),
        ("REPEAT", "a=x&a=y"),
        ("COMMAS", "a=x,y"),
        ("BRACKETS", "a[]=x&a[]=y"),
    ],
)
def test_arrays_of_a_form_are_written_as_the_task_says(room, array_format, body):
    room.lab.endpoint(SHOP, lambda request: {"body": request.body})
    options = {} if array_format is None else {"RequestEncodingOptions": {"ArrayFormat": array_format}}
    form = {"Transform": {"RequestBodyEncoding": "URL_ENCODED", **options}, "RequestBody": {"a": ["x", "y"]}}
    shown = room.run({"Call": call(room, **form)})
    assert json.loads(shown["output"])["ResponseBody"]["body"] == body


def test_a_form_is_sent_where_the_task_says_so(room):
    def shop(request):
        return {"body": request.body}

    room.lab.endpoint(SHOP, shop)
    form = {"Transform": {"RequestBodyEncoding": "URL_ENCODED"}, "RequestBody": {"a": "x y", "n": 1}}
    shown = room.run({"Call": call(room, **form)})
    assert json.loads(shown["output"])["ResponseBody"]["body"] == "a=x+y&n=1"


def test_query_parameters_are_an_object(room):
    shown = room.run({"Call": call(room, QueryParameters="?a=1")})
    assert shown["error"] == "States.Runtime"
    expected = "to start the Task: [The value of the field 'QueryParameters' has an invalid format]"
    assert shown["cause"].endswith(expected)


def test_an_api_of_api_gateway_is_called(room):
    def hello(event, context):
        status = int(event["queryStringParameters"]["status"])
        return {"statusCode": status, "body": '{"hello": "you"}'}

    function = room.lab.function("hello", hello)
    apis = room.lab.client("apigatewayv2")
    api = apis.create_api(Name="shop", ProtocolType="HTTP", Target=function)
    room.lab.client("lambda").add_permission(
        FunctionName="hello",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    endpoint = api["ApiEndpoint"].removeprefix("https://")

    def states(status):
        parameters = {
            "ApiEndpoint": endpoint,
            "Method": "GET",
            "Path": "hello",
            "QueryParameters": {"status": [status]},
        }
        resource = "arn:aws:states:::apigateway:invoke"
        return {"Call": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}}

    answer = json.loads(room.run(states("200"), name="good")["output"])
    assert (answer["StatusCode"], answer["ResponseBody"]) == (200, {"hello": "you"})
    shown = room.run(states("409"), name="bad")
    assert (shown["error"], json.loads(shown["cause"])) == ("ApiGateway.409", {"hello": "you"})


@pytest.mark.parametrize(
    ("resource", "more", "what"),
    [
        ("apigateway:invoke", {"AuthType": "IAM_ROLE"}, "AuthType"),
        ("apigateway:invoke", {"AllowNullValues": True}, "AllowNullValues"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(room, resource, more, what):
    parameters = {"ApiEndpoint": "shop.example.com", "Method": "GET", **more}
    state = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "End": True,
    }
    with pytest.raises(ClientError) as caught:
        room.make({"Call": state})
    assert caught.value.response["Error"]["Code"] == "NotSimulatedByWorkbook"
    assert what in caught.value.response["Error"]["Message"]
