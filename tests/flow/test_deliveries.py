"""Topics, buses and rules in the picture: who delivered what to whom, and what was lost on the way."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inbox import open_queue
from pictures import lanes, marks, parsed

from workbook import Lab
from workbook.flow.callers import Callers
from workbook.flow.joints import dead_letters_of, joints_of
from workbook.flow.moves import Status
from workbook.flow.resources import Kind, bus_of, kind_of, label_of, topic_of
from workbook.flow.sequence_steps import steps_of
from workbook.flow.tallies import tallies_of

ACCOUNT = "123456789012"


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


def queue(lab, name, *, service=None, source=None):
    return open_queue(lab.client("sqs"), name, service, source)[1]


def texts(lab):
    return [move.text for move in lab.flow().scene.moves]


def tally(lab, source, target):
    scene = lab.flow().scene
    found = tallies_of(scene, scene.now)
    return {status: count for status, count in found[source, target].by_status.items() if count}


def news(lab, *queues, **attributes):
    sns = lab.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    for arn in queues:
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return topic


def test_a_fan_out_reads_as_one_message_that_went_to_many_places(lab):
    one, two = (queue(lab, name, service="sns.amazonaws.com") for name in ("billing", "shipping"))
    topic = news(lab, one, two)
    lab.client("sns").publish(TopicArn=topic, Message="rye")
    lab.run_until_idle()
    assert texts(lab) == [
        "you published message 1 to news",
        "news delivered message 1 to billing",
        "news delivered message 1 to shipping",
    ]


def test_a_copy_in_a_queue_keeps_the_number_of_what_was_published(lab):
    arn = queue(lab, "billing", service="sns.amazonaws.com")
    topic = news(lab, arn)
    sns, sqs = lab.client("sns"), lab.client("sqs")
    for body in ("rye", "oat"):
        sns.publish(TopicArn=topic, Message=body)
    url = sqs.get_queue_url(QueueName="billing")["QueueUrl"]
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2)
    assert texts(lab)[-2:] == [
        "you received message 1 from billing",
        "you received message 2 from billing",
    ]


def test_a_message_that_was_refused_and_lost_counts_once_and_its_loss_tells_both(lab):
    arn = queue(lab, "billing")
    topic = news(lab, arn)
    lab.client("sns").publish(TopicArn=topic, Message="rye")
    lab.run_until_idle()
    assert tally(lab, topic, arn) == {Status.DROPPED: 1}
    assert texts(lab)[-1] == (
        "message 1 for billing is lost: not allowed, and there is no dead-letter queue (User: "
        "sns.amazonaws.com is not authorized to perform: sqs:sendmessage on resource: "
        f"{arn} because no resource-based policy allows the sqs:sendmessage action)"
    )
    scene = lab.flow().scene
    beside = [step.text for step in steps_of(scene, Callers(scene.hops, scene.wiring))]
    assert beside == ["“rye”", "lost: not allowed, and there is no dead-letter queue"]


def test_what_neither_the_queue_nor_its_dead_letter_queue_takes_counts_once_too(lab):
    arn, letters = queue(lab, "billing"), queue(lab, "letters")
    topic, sns = news(lab), lab.client("sns")
    redrive = json.dumps({"deadLetterTargetArn": letters})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RedrivePolicy": redrive})
    sns.publish(TopicArn=topic, Message="rye")
    lab.run_until_idle()
    assert tally(lab, topic, arn) == {Status.DROPPED: 1}
    assert "is lost: the dead-letter queue did not take it" in texts(lab)[-1]


def test_an_api_destination_is_joined_to_the_server_that_it_asks(lab):
    url = "https://shop.example.com"
    lab.endpoint(url, lambda request: 503 if request.body == '{"number":2}' else 200)
    events, iam = lab.client("events"), lab.client("iam")
    key = {"ApiKeyName": "x-key", "ApiKeyValue": "secret"}
    connection = events.create_connection(
        Name="shop", AuthorizationType="API_KEY", AuthParameters={"ApiKeyAuthParameters": key}
    )["ConnectionArn"]
    destination = events.create_api_destination(
        Name="shop", ConnectionArn=connection, InvocationEndpoint=url, HttpMethod="POST"
    )["ApiDestinationArn"]
    trust = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="caller",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    may = {"Effect": "Allow", "Action": "events:InvokeApiDestination", "Resource": "*"}
    iam.put_role_policy(
        RoleName="caller",
        PolicyName="call",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    events.put_rule(Name="all", EventPattern='{"source":["shop"]}')
    target = {"Id": "shop", "Arn": destination, "RoleArn": role["Role"]["Arn"], "InputPath": "$.detail"}
    events.put_targets(Rule="all", Targets=[{**target, "RetryPolicy": {"MaximumRetryAttempts": 0}}])
    for number in (1, 2):
        detail = json.dumps({"number": number})
        events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": detail}])
    lab.run_until_idle()
    assert tally(lab, destination, url) == {Status.DELIVERED: 1, Status.FAILED: 1}
    assert "shop asked shop.example.com, which answered 503" in texts(lab)


def test_what_is_published_twice_is_the_publisher_s_doing_and_not_the_topic_s(lab):
    sns = lab.client("sns")
    topic = sns.create_topic(Name="news.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    arn = queue(lab, "billing", service="sns.amazonaws.com")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    for _ in range(2):
        sns.publish(TopicArn=topic, Message="rye", MessageGroupId="g", MessageDeduplicationId="1")
        lab.run_until_idle()
    assert texts(lab)[-1] == (
        "you published message 1 again with the same deduplication id; news.fifo dropped it"
    )
    assert tally(lab, "producer:you", topic) == {Status.DELIVERED: 1, Status.DROPPED: 1}
    scene = lab.flow().scene
    first = steps_of(scene, Callers(scene.hops, scene.wiring))[0]
    assert first.text == "g: “rye”"


def test_what_arrives_after_failed_tries_says_which_try_it_was(lab):
    arn = queue(lab, "billing", service="sns.amazonaws.com")
    topic = news(lab, arn)
    lab.outage("billing", seconds=1)
    lab.client("sns").publish(TopicArn=topic, Message="rye")
    lab.run_until_idle()
    assert texts(lab)[-1] == "news delivered message 1 to billing, 5th try"
    assert tally(lab, topic, arn) == {Status.FAILED: 4, Status.DELIVERED: 1}


def test_a_filter_policy_shows_on_the_line_to_its_endpoint(lab):
    arn = queue(lab, "billing", service="sns.amazonaws.com")
    topic = news(lab, arn, FilterPolicy='{"kind": ["gift"]}')
    lab.client("sns").publish(TopicArn=topic, Message="rye")
    lab.run_until_idle()
    assert tally(lab, topic, arn) == {Status.FILTERED: 1}
    assert texts(lab)[-1] == "the filter policy of billing did not let message 1 through"


def test_what_is_given_up_goes_from_the_topic_to_its_dead_letter_queue(lab):
    dead = queue(lab, "dead", service="sns.amazonaws.com")
    arn = queue(lab, "billing")
    topic = news(lab, arn, RedrivePolicy=json.dumps({"deadLetterTargetArn": dead}))
    lab.client("sns").publish(TopicArn=topic, Message="rye")
    lab.run_until_idle()
    assert texts(lab)[-1] == "news gave up message 1 for billing after 1 try; dead keeps it"
    assert tally(lab, topic, dead) == {Status.DEAD_LETTERED: 1}
    assert lab.flow().scene.system.node(dead).dead_letter


def test_a_subscription_is_a_line_even_before_anything_moves(lab):
    arn = queue(lab, "billing")
    topic = news(lab, arn)
    lines = [(line.source, line.target) for line in lab.flow().scene.system.lines]
    assert (topic, arn) in lines
    places = [node.place for node in lab.flow().scene.system.nodes]
    assert sorted(places) == sorted([topic, arn])


def test_events_go_over_a_bus_and_a_rule(lab):
    events = lab.client("events")
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    pattern = json.dumps({"detail": {"amount": [{"numeric": [">", 100]}]}})
    rule = events.put_rule(Name="big", EventBusName="shop", EventPattern=pattern)["RuleArn"]
    audit = queue(lab, "audit", service="events.amazonaws.com", source=rule)
    events.put_targets(Rule="big", EventBusName="shop", Targets=[{"Id": "1", "Arn": audit}])
    for amount in (50, 500):
        detail = json.dumps({"amount": amount})
        events.put_events(
            Entries=[{"Source": "shop", "DetailType": "order", "Detail": detail, "EventBusName": "shop"}]
        )
    lab.run_until_idle()
    assert texts(lab) == [
        "you put event 1 on bus shop",
        "rule big did not match event 1",
        "you put event 2 on bus shop",
        "rule big matched event 2",
        "big delivered event 2 to audit",
    ]
    assert tally(lab, bus, rule) == {Status.DELIVERED: 1, Status.FILTERED: 1}
    assert tally(lab, rule, audit) == {Status.DELIVERED: 1}


def test_objects_lie_in_buckets_which_tell_of_them(lab):
    s3 = lab.client("s3")
    arn = queue(lab, "thumbs", service="s3.amazonaws.com")
    s3.create_bucket(Bucket="photos")
    s3.put_bucket_notification_configuration(
        Bucket="photos",
        NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
        },
    )
    s3.put_object(Bucket="photos", Key="cats/tom.jpg", Body=b"x")
    lab.run_until_idle()
    assert texts(lab)[-3:] == [
        "you put cats/tom.jpg into photos",
        "bucket photos tells of s3:ObjectCreated:Put",
        "photos delivered event 2 to thumbs",
    ]


def test_events_of_aws_come_from_the_resource_that_they_tell_of(lab):
    cloudwatch, events = lab.client("cloudwatch"), lab.client("events")
    events.put_rule(Name="alarms", EventPattern='{"source": ["aws.cloudwatch"]}')
    cloudwatch.put_metric_alarm(
        AlarmName="deep",
        Namespace="shop",
        MetricName="orders",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="deep", StateValue="ALARM", StateReason="a drill")
    lab.run_until_idle()
    assert "aws.cloudwatch emitted event 2 on bus default" in texts(lab)


def test_an_asynchronous_call_is_told_once_and_then_try_by_try(lab):
    def charge(event, context):
        raise ValueError("no card")

    lab.function("charge", charge)
    lab.client("lambda").invoke(FunctionName="charge", InvocationType="Event", Payload="{}")
    lab.run_until_idle()
    assert texts(lab) == [
        "you handed call 1 to charge, to be run asynchronously",
        "charge ran and failed: ValueError; it is tried again in 1 min",
        "charge ran in a 2nd try and failed: ValueError; it is tried again in 2 min",
        "charge ran in a 3rd try and failed: ValueError",
        "call 1 for charge is lost: its retries are used up, and nothing keeps it",
    ]


def test_an_event_for_which_there_is_no_room_waits_in_lambda(lab):
    def charge(event, context):
        import time  # noqa: PLC0415 - a handler is deployed alone

        time.sleep(5)

    lab.function("charge", charge, Timeout=10)
    client = lab.client("lambda")
    client.put_function_concurrency(FunctionName="charge", ReservedConcurrentExecutions=1)
    for _ in range(2):
        accepted = client.invoke(FunctionName="charge", InvocationType="Event", Payload="{}")
    lab.run_until_idle()
    assert [move.text for move in lab.flow(of=accepted).moves] == [
        "you handed call 2 to charge, to be run asynchronously",
        "charge could not take call 2: too many at a time; it is tried again in 1 s",
        "charge could not take call 2: too many at a time; it is tried again in 2 s",
        "charge could not take call 2: too many at a time; it is tried again in 4 s",
        "charge began to run in a 4th try",
        "charge ran in a 4th try for 5 s",
    ]


def test_an_event_that_lambda_lost_counts_on_the_line_on_which_it_came(lab):
    def charge(event, context):
        raise ValueError("no card")

    charge_arn, topic = lab.function("charge", charge), news(lab)
    lab.client("lambda").add_permission(
        FunctionName="charge", StatementId="t", Action="lambda:InvokeFunction", Principal="sns.amazonaws.com"
    )
    lab.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=charge_arn)
    lab.client("sns").publish(TopicArn=topic, Message="tea")
    lab.run_until_idle()
    assert tally(lab, topic, charge_arn) == {Status.DELIVERED: 1, Status.DROPPED: 1}


def test_what_an_asynchronous_run_returns_goes_to_nobody(lab):
    def charge(event, context):
        raise ValueError("no card")

    lab.function("charge", charge)
    lab.client("lambda").invoke(FunctionName="charge", InvocationType="Event", Payload="{}")
    lab.run_until_idle()
    scene = lab.flow().scene
    steps = steps_of(scene, Callers(scene.hops, scene.wiring))
    failed = [step for step in steps if step.text.startswith("failed")]
    assert [step.text for step in failed] == [
        "failed: ValueError, again in 1 min",
        "failed: ValueError, again in 2 min",
        "failed: ValueError",
    ]
    assert all(step.source == step.target for step in failed)


@pytest.mark.parametrize(
    ("place", "kind", "label"),
    [
        (f"arn:aws:sns:us-east-1:{ACCOUNT}:news", Kind.TOPIC, "news"),
        (f"arn:aws:sns:us-east-1:{ACCOUNT}:news.fifo", Kind.FIFO_TOPIC, "news.fifo"),
        ("https://shop.example.com/hooks", Kind.ENDPOINT, "shop.example.com/hooks"),
        ("mailto:ann@example.com", Kind.MAILBOX, "ann@example.com"),
        ("sms:+15550100", Kind.PHONE, "+15550100"),
        (f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/audit:*", Kind.LOG_GROUP, "/audit"),
        (f"arn:aws:events:us-east-1:{ACCOUNT}:rule/shop/big", Kind.RULE, "big"),
        (f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/shop", Kind.BUS, "shop"),
    ],
)
def test_each_place_has_its_kind_and_its_name(place, kind, label):
    assert (kind_of(place), label_of(place)) == (kind, label)


def test_a_subscription_belongs_to_its_topic_and_a_rule_to_its_bus():
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:news"
    subscription = f"{topic}:7533d651-91a1-4f0b-8d1e-0a0a0a0a0a0a"
    assert topic_of(subscription) == topic
    assert topic_of(topic) is None
    assert kind_of(subscription) is Kind.OTHER
    default = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
    assert bus_of(f"arn:aws:events:us-east-1:{ACCOUNT}:rule/nightly") == default


def test_schedules_and_pipes_are_joined_to_their_ends():
    schedule = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/nightly"
    pipe = f"arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/orders"
    orders, dead = (f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}" for name in ("orders", "dead"))
    target = {"Arn": orders, "DeadLetterConfig": {"Arn": dead}}
    assert list(joints_of(schedule, {"Target": target})) == [(schedule, orders)]
    assert list(dead_letters_of(schedule, {"Target": target})) == [(schedule, dead)]
    assert list(joints_of(pipe, {"Source": orders, "Target": dead})) == [(orders, pipe), (pipe, dead)]
    enriched = {"Source": orders, "Enrichment": function_arn("price"), "Target": dead}
    assert list(joints_of(pipe, enriched)) == [
        (orders, pipe),
        (pipe, function_arn("price")),
        (pipe, dead),
    ]


ALARM = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:"


def metric_of(queue_name):
    dimensions = [{"Name": "QueueName", "Value": queue_name}]
    return {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Dimensions": dimensions}


def test_an_alarm_is_joined_to_whose_metrics_it_watches():
    deep = ALARM + "deep"
    orders = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
    assert list(joints_of(deep, metric_of("orders"))) == [(orders, deep)]
    expression = {"Metrics": [{"MetricStat": {"Metric": metric_of("orders")}}, {"Expression": "m1 * 2"}]}
    assert list(joints_of(deep, expression)) == [(orders, deep)]
    own = {"Namespace": "Shop", "Dimensions": [{"Name": "QueueName", "Value": "orders"}]}
    assert list(joints_of(deep, own)) == []


def test_a_composite_alarm_is_joined_to_those_that_its_rule_names():
    both = ALARM + "both"
    rule = f"ALARM(deep) AND NOT (OK(\"very old\") OR INSUFFICIENT_DATA('{ALARM}lame')) AND TRUE"
    watched = [ALARM + "deep", ALARM + "very old", ALARM + "lame"]
    assert list(joints_of(both, {"AlarmRule": rule})) == [(each, both) for each in watched]


def test_alarms_are_drawn_with_what_they_watch_once_one_of_them_acts(lab):
    orders, topic = queue(lab, "orders"), news(lab)
    cloudwatch = lab.client("cloudwatch")
    for name in ("deep", "idle"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            **metric_of("orders"),
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    cloudwatch.put_composite_alarm(AlarmName="both", AlarmRule="ALARM(deep)", AlarmActions=[topic])
    lab.advance(2)
    assert not any("alarm" in line.target for line in lab.flow().scene.system.lines)
    cloudwatch.set_alarm_state(AlarmName="deep", StateValue="ALARM", StateReason="a drill")
    lab.advance(2)
    lines = {(line.source, line.target) for line in lab.flow().scene.system.lines}
    assert {(orders, ALARM + "deep"), (ALARM + "deep", ALARM + "both"), (ALARM + "both", topic)} <= lines
    assert not any(line.target == ALARM + "idle" for line in lab.flow().scene.system.lines)


def function_arn(name):
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def pipe_with_enrichment(lab, *allowed):
    """A pipe from "orders" to "priced" whose role may do what is `allowed`, and a message in "orders"."""
    everything = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
    trust = {"Effect": "Allow", "Principal": {"Service": "pipes.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document, trusts = (
        json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (everything, trust)
    )
    iam = lab.client("iam")
    role = iam.create_role(RoleName="pipe", AssumeRolePolicyDocument=trusts)["Role"]["Arn"]
    iam.put_role_policy(RoleName="pipe", PolicyName="does", PolicyDocument=document)
    lab.client("pipes").create_pipe(
        Name="pricing",
        RoleArn=role,
        Source=queue(lab, "orders"),
        Enrichment=lab.function("price", "def handler(event, context):\n    return event\n"),
        Target=queue(lab, "priced"),
    )
    lab.run_until_idle()
    url = lab.client("sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    lab.client("sqs").send_message(QueueUrl=url, MessageBody="tea")


def test_a_reason_that_ends_in_a_full_stop_gets_no_second_one(lab):
    queue(lab, "orders")
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trusts = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = lab.client("iam").create_role(RoleName="clock", AssumeRolePolicyDocument=trusts)["Role"]
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    lab.client("iam").put_role_policy(
        RoleName="clock",
        PolicyName="send",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    lab.client("scheduler").create_schedule(
        Name="nightly",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:missing", "RoleArn": role["Arn"], "Input": "tea"},
    )
    lab.advance(hours=1)
    assert "there is no dead-letter queue (The specified queue does not exist)." in lab.sequence().prose()


def test_a_pipe_calls_its_enrichment():
    with Lab(seed=1) as lab:
        pipe_with_enrichment(lab, "sqs:*", "lambda:InvokeFunction")
        lab.run_until_idle()
        assert "pricing called price" in texts(lab)
        assert not any(text.startswith("you called") for text in texts(lab))
        pipe = f"arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/pricing"
        assert tally(lab, pipe, function_arn("price")) == {Status.DELIVERED: 1}


def test_a_pipe_that_may_not_call_its_enrichment_says_why():
    with Lab(seed=1) as lab:
        pipe_with_enrichment(lab, "sqs:*")
        lab.advance(1)
        [refusal] = [text for text in texts(lab) if "could not" in text]
        assert refusal.startswith("pricing could not invoke price: ")
        assert "lambda:InvokeFunction" in refusal


# ---- what always holds

histories = st.lists(
    st.tuples(st.sampled_from(["publish", "event", "wait"]), st.sampled_from(["gift", "plain"])), max_size=8
)


@settings(max_examples=25, deadline=None)
@given(history=histories)
def test_the_picture_counts_what_the_trace_says(history):
    with Lab(seed=3) as lab:
        sns, events = lab.client("sns"), lab.client("events")
        taken, refused = queue(lab, "taken"), queue(lab, "refused")
        lets_in(lab, "taken", taken)
        topic = sns.create_topic(Name="news")["TopicArn"]
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=taken, Attributes={"FilterPolicy": '{"kind": ["gift"]}'}
        )
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=refused)
        rule = events.put_rule(Name="gifts", EventPattern='{"detail-type": ["gift"]}')["RuleArn"]
        events.put_targets(Rule="gifts", Targets=[{"Id": "1", "Arn": taken}])
        for what, kind in history:
            happen(lab, what, kind, topic)
        lab.run_until_idle()
        published = [kind for what, kind in history if what == "publish"]
        put = [kind for what, kind in history if what == "event"]
        bus = bus_of(rule)
        assert total(lab, topic, taken, Status.DELIVERED) == published.count("gift")
        assert total(lab, topic, taken, Status.FILTERED) == published.count("plain")
        assert total(lab, topic, refused, Status.DROPPED) == len(published)
        assert total(lab, bus, rule, Status.DELIVERED) == put.count("gift")
        assert total(lab, bus, rule, Status.FILTERED) == put.count("plain")
        assert total(lab, rule, taken, Status.DELIVERED) == put.count("gift")


def lets_in(lab, name, arn):
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    sqs = lab.client("sqs")
    sqs.set_queue_attributes(
        QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"],
        Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})},
    )


def happen(lab, what, kind, topic):
    if what == "publish":
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        lab.client("sns").publish(TopicArn=topic, Message="x", MessageAttributes=attributes)
    elif what == "event":
        lab.client("events").put_events(Entries=[{"Source": "shop", "DetailType": kind, "Detail": "{}"}])
    else:
        lab.advance(seconds=5)


def total(lab, source, target, status):
    return tally(lab, source, target).get(status, 0)


def test_a_part_has_no_line_of_a_subscription_that_had_ended_before(lab):
    one, two = (queue(lab, name, service="sns.amazonaws.com") for name in ("billing", "shipping"))
    topic, sns = news(lab, one, two), lab.client("sns")
    sns.publish(TopicArn=topic, Message="rye")
    lab.advance(10)
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    [ended] = [each["SubscriptionArn"] for each in listed if each["Endpoint"] == two]
    sns.unsubscribe(SubscriptionArn=ended)
    lab.advance(10)
    later = sns.publish(TopicArn=topic, Message="oat")

    def lines(flow):
        return {label_of(line.target) for line in flow.scene.system.lines if line.source == topic}

    assert lines(lab.flow()) == {"billing", "shipping"}  # the first message went there
    assert lines(lab.flow(of=later, only=["topic", "queue"])) == {"billing"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=two)
    assert lines(lab.flow(of=later, only=["topic", "queue"])) == {"billing", "shipping"}  # it is there again


def test_what_is_filtered_out_stops_short_of_the_lane_for_which_it_was_meant(lab):
    topic = news(lab, queue(lab, "oslo", service="sns.amazonaws.com"), FilterPolicy='{"store": ["oslo"]}')
    lab.client("sns").publish(TopicArn=topic, Message="rye")
    tree = parsed(lab.sequence().svg())
    [stop] = marks(tree, "wb-stop")
    _, topics, queues = lanes(tree)
    assert topics < float(stop.get("d")[1:].split()[0]) < queues - 5
