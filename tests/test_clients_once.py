"""What all clients of a service have alike: botocore makes it for each, and made once it is the same."""

import contextlib
import functools
import json

import boto3
import botocore.hooks
import botocore.session
import hypothesis.strategies as st
import pytest
from botocore.client import ClientCreator
from botocore.config import Config
from botocore.endpoint_provider import EndpointProvider
from botocore.hooks import HierarchicalEmitter
from botocore.httpsession import URLLib3Session
from botocore.loaders import create_loader
from hypothesis import given

from workbook import Lab
from workbook.aws import clients_once
from workbook.aws.clients_once import LateSession
from workbook.engine.patches import Patches

KEYS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}


@pytest.fixture(autouse=True)
def sessions_read_for_themselves(monkeypatch):
    """Without the help that other tests have (see conftest), so that all is as it is for a learner."""
    monkeypatch.setattr(botocore.session, "create_loader", create_loader)


def real_client(service, **options):
    """A client as botocore makes it when no lab is open."""
    return boto3.Session(region_name="eu-west-1", **KEYS).client(service, **options)


def rules_of(client):
    return client._ruleset_resolver._provider


# ---- build_shapes_once


def test_clients_of_a_service_have_one_model_in_a_lab_and_one_each_without():
    assert real_client("sqs").meta.service_model is not real_client("sqs").meta.service_model
    with Lab() as lab:
        assert lab.client("sqs").meta.service_model is lab.client("sqs").meta.service_model
        assert lab.client("sqs").meta.service_model is real_client("sqs").meta.service_model


def test_the_shared_model_is_the_services_own():
    models = {name: real_client(name).meta.service_model for name in ("sqs", "lambda", "events", "ec2")}
    with Lab() as lab:
        for name, real in models.items():
            model = lab.client(name).meta.service_model
            assert model.service_name == name
            assert model.operation_names == real.operation_names
            assert model.shape_names == real.shape_names


def test_clients_that_change_their_model_share_it_with_nobody(lab):
    first, second = lab.client("s3"), lab.client("s3")
    assert first.meta.service_model is not second.meta.service_model
    assert rules_of(first) is not rules_of(second)


def test_a_model_of_the_learners_own_is_not_taken_for_botocores(lab, tmp_path):
    own = tmp_path / "sqs" / "2012-11-05"
    own.mkdir(parents=True)
    model = dict(lab.client("sqs").meta.service_model._service_description, operations={})
    (own / "service-2.json").write_text(json.dumps(model))
    session = boto3.Session()
    session._loader.search_paths.insert(0, str(tmp_path))
    assert session.client("sqs").meta.service_model.operation_names == []
    assert "SendMessage" in lab.client("sqs").meta.service_model.operation_names


# ---- build_rules_of_addresses_once


def test_the_rules_of_addresses_are_shared_in_a_lab_only():
    assert rules_of(real_client("sqs")) is not rules_of(real_client("sqs"))
    with Lab() as lab:
        assert rules_of(lab.client("sqs")) is rules_of(lab.client("sqs"))
        assert type(rules_of(lab.client("sqs"))) is EndpointProvider


@pytest.mark.parametrize("service", ["sqs", "sts", "iam", "events", "dynamodb"])
@pytest.mark.parametrize(
    ("region", "config"),
    [
        ("us-east-1", {}),
        ("eu-west-1", {}),
        ("us-gov-west-1", {"use_fips_endpoint": True}),
        ("eu-central-1", {"use_dualstack_endpoint": True}),
    ],
)
def test_addresses_are_as_ever(service, region, config):
    def address():
        client = boto3.client(service, region_name=region, config=Config(**config), **KEYS)
        operation = client.meta.service_model.operation_model(client.meta.service_model.operation_names[0])
        return client._resolve_endpoint_ruleset(operation, {}, {"client_region": region})[0]

    real = address()
    with Lab():
        assert [address(), address()] == [real, real]


# ---- write_methods_once


def test_clients_of_a_session_share_the_functions_of_their_operations_and_no_class():
    def same(a, b):
        return type(a).send_message is type(b).send_message

    session = boto3.Session(region_name="eu-west-1", **KEYS)
    assert not same(session.client("sqs"), session.client("sqs"))
    with Lab() as lab:
        a, b, of_another_session = lab.client("sqs"), lab.client("sqs"), boto3.Session().client("sqs")
        assert same(a, b)
        assert not same(a, of_another_session)
        assert type(a) is not type(b)


def test_a_method_belongs_to_the_client_it_is_called_on(lab):
    for region in ("eu-west-1", "us-east-2"):
        assert region in lab.client("sqs", region_name=region).create_queue(QueueName="q")["QueueUrl"]


def test_the_documentation_of_methods_is_as_ever():
    real = real_client("sqs").send_message.__doc__
    with Lab() as lab:
        assert str(lab.client("sqs").send_message.__doc__) == str(real)


def test_what_a_listener_adds_to_one_session_reaches_no_other(lab):
    session = boto3.Session()
    session.events.register(
        "creating-client-class.sqs",
        lambda class_attributes, **_: class_attributes.update(greet=lambda _: "hello"),
    )
    assert session.client("sqs").greet() == "hello"
    assert not hasattr(lab.client("sqs"), "greet")
    assert not hasattr(boto3.Session().client("sqs"), "greet")


# ---- open_connections_late


def test_a_client_opens_no_connections_in_a_lab_and_some_without(monkeypatch):
    opened = []
    open_really = URLLib3Session.__init__

    def noted(session, **options):
        if "max_pool_connections" in options:  # a client's, and none of those that ask for credentials
            opened.append(options)
        open_really(session, **options)

    monkeypatch.setattr(URLLib3Session, "__init__", noted)
    real_client("sqs")
    assert len(opened) == 1
    with Lab() as lab:
        client = lab.client("sqs")
        client.create_queue(QueueName="orders")
        client.close()
    assert len(opened) == 1


def test_a_client_that_outlives_its_lab_sends_as_it_would_have(monkeypatch):
    sent = []
    monkeypatch.setattr(URLLib3Session, "send", lambda session, request: sent.append((session, request)))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    with Lab():
        client = boto3.client("sqs", region_name="eu-west-1", config=Config(read_timeout=7), **KEYS)
    client._endpoint._send("a request")
    ((session, request),) = sent
    assert request == "a request"
    assert session._proxy_config.proxy_url_for("https://x") == "http://proxy.example:3128"
    assert session._timeout.read_timeout == 7
    client.close()


def test_proxies_that_were_asked_for_are_taken(lab):
    config = Config(proxies={"https": "http://own.example:8080"})
    session = lab.client("sqs", config=config)._endpoint.http_session
    assert isinstance(session, LateSession)
    assert session._session._proxy_config.proxy_url_for("https://x") == "http://own.example:8080"


def test_a_certificate_of_the_learners_own_is_taken(lab):
    session = lab.client("sqs", config=Config(client_cert="own.pem"))._endpoint.http_session
    assert session._session._cert_file == "own.pem"


# ---- share_handlers


def heard_by(emitter, event):
    return [handler for handler, _ in emitter.emit(event)]


@pytest.mark.parametrize("when", ["in the lab", "after the lab"])
def test_a_copy_of_the_handlers_is_the_copys_own(lab, when):
    def first(**_): ...
    def middle(**_): ...
    def last(**_): ...

    session = HierarchicalEmitter()
    session.register_last("before-call.sqs", last)
    session.register("before-call", middle)
    client = session.__copy__()
    if when == "after the lab":
        lab.close()
    client.register_first("before-call.sqs", first)
    client.register("before-call.sqs.SendMessage", middle)
    session.unregister("before-call", middle)
    assert heard_by(session, "before-call.sqs.SendMessage") == [last]
    assert heard_by(client, "before-call.sqs.SendMessage") == [middle, first, last, middle]


EVENTS = ["a", "a.b", "a.c", "a.b.c", "*.b", "a.*.c"]
HANDLERS = [functools.partial(lambda _number, **_: None, number) for number in range(3)]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["register", "register_first", "register_last", "unregister", "copy"]),
            st.sampled_from(EVENTS),
            st.sampled_from(HANDLERS),
        )
    )
)
def test_whatever_is_registered_and_copied_is_heard_as_with_botocores_tree(steps):
    def heard():
        emitters = [HierarchicalEmitter()]
        for index, action, event, handler in steps:
            emitter = emitters[index % len(emitters)]
            if action == "copy":
                emitters.append(emitter.__copy__())
            else:
                with contextlib.suppress(AttributeError):  # botocore's, of a name that only longer names have
                    getattr(emitter, action)(event, handler)
        return [[list(each._handlers.prefix_search(event)) for event in EVENTS] for each in emitters]

    expected = heard()
    patches = Patches()
    clients_once.share_handlers(patches)
    try:
        assert heard() == expected
    finally:
        patches.undo_all()


def test_a_copy_shares_its_nodes_in_a_lab_only():
    def root(client):
        return client.meta.events._emitter._handlers._root

    session = boto3.Session(region_name="eu-west-1", **KEYS)
    a, b = session.client("sqs"), session.client("sqs")
    assert root(a)["children"]["before-parameter-build"] is not root(b)["children"]["before-parameter-build"]
    with Lab() as lab:
        a, b = lab.client("sqs"), lab.client("sqs")
        assert root(a)["children"]["before-parameter-build"] is root(b)["children"]["before-parameter-build"]


# ---- make_resource_classes_once


def test_resources_of_a_session_share_their_class_in_a_lab_only():
    def classes(session):
        return type(session.resource("dynamodb")), type(session.resource("dynamodb").Table("orders"))

    real = boto3.Session(region_name="eu-west-1", **KEYS)
    assert not set(classes(real)) & set(classes(real))
    with Lab():
        session = boto3.Session()
        assert classes(session) == classes(session)
        assert not set(classes(session)) & set(classes(boto3.Session()))


def test_resources_with_one_class_have_their_own_client_and_data(lab):
    lab.client("sqs").create_queue(QueueName="q")
    here, there = (lab.resource("sqs", region_name=region) for region in ("us-east-1", "eu-west-1"))
    there.create_queue(QueueName="q")
    queues = [each.get_queue_by_name(QueueName="q") for each in (here, there)]
    assert type(queues[0]) is type(queues[1])
    assert [queue.meta.client.meta.region_name for queue in queues] == ["us-east-1", "eu-west-1"]
    queues[0].send_message(MessageBody="a cake")
    assert [queue.attributes["ApproximateNumberOfMessages"] for queue in queues] == ["1", "0"]
    assert [queue.attributes["QueueArn"].split(":")[3] for queue in queues] == ["us-east-1", "eu-west-1"]


def test_who_listens_later_still_adds_to_classes(lab):
    session = boto3.Session()
    session.resource("dynamodb").Table("orders")
    session.events.register(
        "creating-resource-class.dynamodb.Table",
        lambda class_attributes, **_: class_attributes.update(greet=lambda _: "hello"),
    )
    assert session.resource("dynamodb").Table("orders").greet() == "hello"


def test_a_table_has_all_that_boto3_gives_it():
    def names(session):
        return dir(session.resource("dynamodb").Table("orders")), dir(session.resource("s3").Bucket("cakes"))

    real = names(boto3.Session(region_name="eu-west-1", **KEYS))
    with Lab():
        session = boto3.Session()
        assert [names(session), names(session)] == [real, real]


def test_nothing_of_it_is_left_when_the_lab_is_closed():
    before = ClientCreator.create_client, ClientCreator._create_methods
    with Lab() as lab:
        lab.client("sqs")
        assert botocore.regions.EndpointProvider is not EndpointProvider
    assert (ClientCreator.create_client, ClientCreator._create_methods) == before
    assert botocore.regions.EndpointProvider is EndpointProvider


def test_what_is_kept_are_services_not_clients():
    with Lab() as lab:
        lab.client("sqs")
        kept = len(clients_once._MODELS), len(clients_once._RULES)
        for _ in range(3):
            lab.client("sqs", region_name="eu-west-1")
        assert (len(clients_once._MODELS), len(clients_once._RULES)) == kept
