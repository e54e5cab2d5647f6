"""Pipes and servers outside AWS: API destinations as target and as enrichment."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from workbook.aws.endpoints import HttpResponse
from workbook.engine.clock import SECOND

API = "https://shop.example.com/orders/*"
PARAMETERS = {
    "PathParameterValues": ["$.body.id"],
    "HeaderParameters": {"X-Shop": "$.body.shop"},
    "QueryStringParameters": {"none": "$.body.none", "from": "pipe"},
}
BASIC = {"BasicAuthParameters": {"Username": "ann", "Password": "secret"}}


@pytest.fixture
def requests(lab):
    """What the server was asked."""
    return []


@pytest.fixture
def answers(lab, requests):
    """What the server answers, in order; after that 200 and nothing."""
    told = []

    def serve(request):
        requests.append(request)
        return told.pop(0) if told else 200

    lab.endpoint("https://shop.example.com", serve)
    return told


@pytest.fixture
def destination(lab, answers):
    """The ARN of the API destination."""
    events = lab.client("events")
    connection = events.create_connection(Name="shop", AuthorizationType="BASIC", AuthParameters=BASIC)
    return events.create_api_destination(
        Name="orders",
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=API,
        HttpMethod="POST",
        InvocationRateLimitPerSecond=1,
    )["ApiDestinationArn"]


def test_a_server_gets_each_record_with_the_parameters_that_the_pipe_finds_in_it(
    system, destination, requests
):
    parameters = {"HttpParameters": PARAMETERS, "InputTemplate": '{"order": <$.body.id>}'}
    system.pipe(system.queue("in"), destination, TargetParameters=parameters)
    system.send("in", {"id": 7, "shop": "oslo"})
    system.settle(5)
    [request] = requests
    assert request.url == "https://shop.example.com/orders/7?from=pipe"
    assert (request.headers["X-Shop"], json.loads(request.body)) == ("oslo", {"order": 7})
    assert system.bodies("in") == []


def test_the_rate_of_the_destination_is_kept(system, lab, destination, requests):
    system.pipe(system.queue("in"), destination)
    system.send("in", *range(5))
    system.settle(10)
    assert len(requests) == 5
    times = [hop.time for hop in lab.trace if hop.kind == "deliver"]
    assert [later - earlier for earlier, later in pairwise(times)] == [SECOND] * 4


def test_what_the_server_refuses_comes_back_and_what_it_cannot_do_now_is_tried_again(
    system, answers, destination, requests
):
    answers.extend([503, 400])
    system.pipe(system.queue("in", VisibilityTimeout="60"), destination)
    system.send("in", {"id": 7})
    system.settle(20)
    assert len(requests) == 2
    assert system.bodies("in") == ['{"id": 7}']
    system.settle(60)
    assert system.bodies("in") == []


def test_without_permission_the_server_is_not_asked(system, destination, requests):
    role = system.role("sqs:*")
    system.pipe(system.queue("in"), destination, role)
    system.send("in", {"id": 7})
    system.settle(20)
    assert requests == []
    assert system.bodies("in") == ['{"id": 7}']


@pytest.mark.parametrize(
    ("body", "arrived"),
    [('{"total": 9}', ['{"total":9}']), ("[1, 2]", ["1", "2"]), ("", []), ("{}", []), ("plain", ["plain"])],
)
def test_what_a_server_answers_goes_to_the_target(system, answers, destination, requests, body, arrived):
    answers.append(HttpResponse(200, body))
    parameters = {"HttpParameters": PARAMETERS, "InputTemplate": "<$.body>"}
    target = system.queue("out")
    system.pipe(system.queue("in"), target, Enrichment=destination, EnrichmentParameters=parameters)
    source = system.pipes.describe_pipe(Name="orders")["SourceParameters"]["SqsQueueParameters"]
    assert source["BatchSize"] == 1
    system.send("in", {"id": 7, "shop": "oslo"})
    system.settle(5)
    [request] = requests
    assert request.url == "https://shop.example.com/orders/7?from=pipe"
    assert json.loads(request.body) == {"id": 7, "shop": "oslo"}
    assert system.bodies("out") == arrived
    assert system.bodies("in") == []


@pytest.mark.parametrize("role", ["Target", "Enrichment"])
def test_a_server_takes_no_batches(system, destination, role):
    ends = {"Target": system.queue("out"), role: destination}
    with pytest.raises(ClientError, match="The configured batch size 2 is greater than the max supported 1"):
        system.pipe(
            system.queue("in"),
            ends.pop("Target"),
            SourceParameters={"SqsQueueParameters": {"BatchSize": 2}},
            **ends,
        )
