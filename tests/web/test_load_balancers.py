"""Application load balancers with functions as targets: the API, both forms of events, rules, failures."""

from __future__ import annotations

import base64

import pytest
from botocore.exceptions import ClientError


def code_and_text(error):
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


@pytest.fixture
def elb(lab):
    return lab.client("elbv2")


@pytest.fixture
def balancer(elb):
    made = elb.create_load_balancer(Name="shop", Subnets=["subnet-a", "subnet-b"])
    return made["LoadBalancers"][0]


@pytest.fixture
def group(elb, aws_lambda):
    """group(arn) makes a target group with that function; its ARN."""

    def group(arn, name="functions", *, permit=True):
        made = elb.create_target_group(Name=name, TargetType="lambda")["TargetGroups"][0]["TargetGroupArn"]
        if permit:
            aws_lambda.add_permission(
                FunctionName=arn,
                StatementId=name,
                Action="lambda:InvokeFunction",
                Principal="elasticloadbalancing.amazonaws.com",
                SourceArn=made,
            )
        elb.register_targets(TargetGroupArn=made, Targets=[{"Id": arn}])
        return made

    return group


@pytest.fixture
def listen(elb, balancer):
    """listen(target group's ARN) makes a listener at port 80 that forwards to it; its URL and ARN."""

    def listen(target_group):
        made = elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}],
        )["Listeners"][0]
        return f"http://{balancer['DNSName']}", made["ListenerArn"]

    return listen


# ---- the API


def test_a_load_balancer_needs_two_subnets_and_a_name_of_its_own(elb, balancer):
    with pytest.raises(ClientError) as error:
        elb.create_load_balancer(Name="other", Subnets=["subnet-a"])
    assert code_and_text(error) == (
        "ValidationError",
        "At least two subnets in two different Availability Zones must be specified",
    )
    with pytest.raises(ClientError) as error:
        elb.create_load_balancer(Name="shop", Subnets=["subnet-a", "subnet-b"])
    assert code_and_text(error)[0] == "DuplicateLoadBalancerName"
    assert elb.describe_load_balancers(Names=["shop"])["LoadBalancers"] == [balancer]


def test_a_target_group_needs_the_permission_of_the_function(elb, echo, group):
    with pytest.raises(ClientError) as error:
        group(echo, permit=False)
    code, text = code_and_text(error)
    assert code == "AccessDenied"
    assert text.startswith(f"elasticloadbalancing principal does not have permission to invoke {echo} from")


def test_at_least_one_target_must_be_named(elb, echo, group):
    with pytest.raises(ClientError, match="ValidationError"):
        elb.register_targets(TargetGroupArn=group(echo), Targets=[])


def test_a_target_group_has_one_function(elb, echo, group):
    arn = group(echo)
    with pytest.raises(ClientError) as error:
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": f"{echo}:other"}])
    assert code_and_text(error)[0] == "TooManyTargets"


def test_health_checks_are_off(elb, echo, group):
    arn = group(echo)
    (described,) = elb.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert described["HealthCheckEnabled"] is False
    (health,) = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    assert health["TargetHealth"]["State"] == "unavailable"


def test_a_target_group_in_use_stays(elb, echo, group, listen):
    arn = group(echo)
    _, listener = listen(arn)
    with pytest.raises(ClientError) as error:
        elb.delete_target_group(TargetGroupArn=arn)
    assert code_and_text(error)[0] == "ResourceInUse"
    elb.delete_listener(ListenerArn=listener)
    elb.delete_target_group(TargetGroupArn=arn)
    with pytest.raises(ClientError) as error:
        elb.describe_target_groups(TargetGroupArns=[arn])
    assert code_and_text(error) == ("TargetGroupNotFound", "One or more target groups not found")


@pytest.mark.parametrize(
    ("operation", "parameters", "name"),
    [
        ("create_load_balancer", {"Name": "n", "Type": "network", "Subnets": ["a", "b"]}, "network"),
        ("create_target_group", {"Name": "n", "TargetType": "ip"}, "ip"),
        ("create_target_group", {"Name": "n", "TargetType": "lambda", "HealthCheckEnabled": True}, "Health"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(elb, operation, parameters, name):
    with pytest.raises(ClientError, match=name):
        getattr(elb, operation)(**parameters)


# ---- events and answers


def test_the_event_has_each_header_and_parameter_once_and_undecoded(lab, echo, group, listen):
    arn = group(echo)
    url, _ = listen(arn)
    event = lab.http(f"{url}/orders/7%20a?size=2&size=3%204", "POST", {"n": 1}).json()
    assert event["requestContext"] == {"elb": {"targetGroupArn": arn}}
    assert (event["httpMethod"], event["path"]) == ("POST", "/orders/7%20a")
    assert event["queryStringParameters"] == {"size": "3%204"}
    assert event["headers"]["x-forwarded-port"] == "80"
    assert "multiValueHeaders" not in event
    assert (event["body"], event["isBase64Encoded"]) == ('{"n": 1}', False)


def test_with_multi_value_headers_both_event_and_answer_have_lists(lab, elb, function, group, listen):
    arn = group(
        function(
            "lists",
            'return {"statusCode": 200, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},'
            ' "headers": {"X-Lost": "1"}, "body": json.dumps(event)}',
        )
    )
    key = "lambda.multi_value_headers.enabled"
    elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[{"Key": key, "Value": "true"}])
    url, _ = listen(arn)
    answer = lab.http(f"{url}/?size=2&size=3")
    event = answer.json()
    assert event["multiValueQueryStringParameters"] == {"size": ["2", "3"]}
    assert event["multiValueHeaders"]["x-forwarded-proto"] == ["http"]
    assert "headers" not in event
    assert answer.cookies == ("a=1", "b=2")
    assert "x-lost" not in answer.headers


def test_a_body_that_is_no_text_comes_and_goes_in_base64(lab, function, group, listen):
    arn = group(
        function("same", 'return {"statusCode": 200, "body": event["body"], "isBase64Encoded": True}')
    )
    url, _ = listen(arn)
    assert lab.http(url, "POST", b"\xff\x00", {"Content-Type": "image/png"}).content == b"\xff\x00"
    assert base64.b64encode(b"\xff\x00") == b"/wA="


@pytest.mark.parametrize(
    "returned", ["hello", {"body": "x"}, {"statusCode": "no"}, {"statusCode": 200, "body": {"n": 1}}]
)
def test_what_is_no_response_is_a_502(lab, returning, group, listen, returned):
    url, _ = listen(group(returning(returned)))
    assert lab.http(url).status == 502


# ---- rules


def test_the_first_rule_that_matches_counts(lab, elb, echo, group, listen):
    url, listener = listen(group(echo))
    fixed = {"Type": "fixed-response"}
    rules = [
        (20, {"Field": "path-pattern", "Values": ["/a/*"]}, "20"),
        (10, {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a/b*"]}}, "10"),
        (30, {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}}, "30"),
        (
            40,
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-Shop", "Values": ["nor*"]}},
            "40",
        ),
        (50, {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "2"}]}}, "50"),
    ]
    for priority, condition, body in rules:
        config = {"StatusCode": "200", "MessageBody": body}
        actions = [{**fixed, "FixedResponseConfig": config}]
        elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=[condition], Actions=actions)
    assert lab.http(f"{url}/a/bc").body == "10"
    assert lab.http(f"{url}/a/x").body == "20"
    assert lab.http(f"{url}/z", "PUT").body == "30"
    assert lab.http(f"{url}/z", headers={"X-Shop": "north"}).body == "40"
    assert lab.http(f"{url}/z?v=2").body == "50"
    assert lab.http(f"{url}/z").json()["path"] == "/z"
    order = [rule["Priority"] for rule in elb.describe_rules(ListenerArn=listener)["Rules"]]
    assert order == ["10", "20", "30", "40", "50", "default"]
    with pytest.raises(ClientError) as error:
        elb.create_rule(ListenerArn=listener, Priority=10, Conditions=[rules[0][1]], Actions=actions)
    assert code_and_text(error)[0] == "PriorityInUse"


def test_a_redirect_keeps_what_it_does_not_change(lab, elb, balancer):
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[
            {
                "Type": "redirect",
                "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
            }
        ],
    )
    answer = lab.http(f"http://{balancer['DNSName']}/orders?a=1")
    assert answer.status == 301
    assert answer.headers["location"] == f"https://{balancer['DNSName']}:443/orders?a=1"


# ---- failures


def test_a_function_that_fails_is_a_502(lab, function, group, listen):
    url, _ = listen(group(function("broken", 'raise ValueError("secret")')))
    answer = lab.http(url)
    assert answer.status == 502
    assert "502 Bad Gateway" in answer.body
    assert "secret" not in answer.body


def test_a_throttled_function_is_a_502(lab, aws_lambda, echo, group, listen):
    url, _ = listen(group(echo))
    aws_lambda.put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=0)
    assert lab.http(url).status == 502


def test_without_a_target_it_is_a_503(lab, elb, echo, group, listen):
    arn = group(echo)
    url, _ = listen(arn)
    elb.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": echo}])
    assert lab.http(url).status == 503


def test_more_than_1_mb_is_refused_each_way(lab, echo, function, group, listen):
    url, _ = listen(group(echo))
    assert lab.http(url, "POST", "x" * 1_048_577).status == 413
    assert lab.http(url, "POST", "x" * 1_048_500).status == 502, "the answer has the event in it"


def test_a_deleted_load_balancer_answers_nobody(lab, elb, balancer, echo, group, listen):
    url, _ = listen(group(echo))
    elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
    with pytest.raises(ConnectionError):
        lab.http(url)
