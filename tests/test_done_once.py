"""What botocore and moto do again and again: each is still there, and gives the same when it is done once."""

import functools
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

import boto3
import botocore.compat
import botocore.hooks
import botocore.loaders
import botocore.session
import botocore.useragent
import moto.core.loaders
import moto.core.responses
import moto.core.routing
import moto.core.utils
import pytest
import werkzeug.routing
from botocore.config import Config
from botocore.loaders import JSONFileLoader, Loader
from hypothesis import given
from hypothesis import strategies as st
from moto.moto_api._internal.moto_random import MotoRandom

from workbook import Lab
from workbook.aws import done_once
from workbook.engine.patches import Patches


@pytest.fixture
def files_read(monkeypatch):
    """The paths of the data files that are really read, while nothing is kept yet."""
    monkeypatch.setattr(done_once, "_FILES", {})
    read, load_file = [], JSONFileLoader.load_file

    def noted(loader, file_path):
        read.append(file_path)
        return load_file(loader, file_path)

    monkeypatch.setattr(JSONFileLoader, "load_file", noted)
    return read


# ---- read_data_files_once


def test_a_service_model_is_read_once_for_all_sessions_and_labs(files_read):
    for seed in (1, 2):
        with Lab(seed=seed):
            boto3.client("codebuild")
            boto3.Session(region_name="eu-west-1").client("codebuild")
    assert sum("codebuild" in path and path.endswith("service-2") for path in files_read) == 1


def test_each_loader_of_botocore_still_reads_for_itself(files_read):
    for _ in range(2):
        Loader().load_service_model("sqs", "service-2")
    assert sum("sqs" in path and path.endswith("service-2") for path in files_read) == 2


def test_models_of_the_learners_own_are_read_anew(lab, tmp_path):
    own = tmp_path / "bakery" / "2026-01-01"
    own.mkdir(parents=True)
    for words in ("first", "second"):
        (own / "service-2.json").write_text(f'{{"documentation": "{words}"}}')
        assert Loader([str(tmp_path)]).load_service_model("bakery", "service-2") == {"documentation": words}


def test_what_is_shared_stays_as_it_stands_in_the_file():
    with Lab() as lab:
        lab.function("resize", "def handler(event, context): return event")
        lab.client("s3").create_bucket(Bucket="cakes")
        lab.client("sqs").create_queue(QueueName="orders")
        lab.client("sns").create_topic(Name="cakes")
        lab.client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
        lab.client("cloudwatch").list_metrics()
        lab.client("dynamodb").list_tables()
        lab.client("ec2").describe_launch_templates()
    used = [Path(name).parts for name in done_once._FILES if name.endswith("service-2")]
    assert {"lambda", "iam", "sqs", "sns", "events", "ec2"} <= {service for service, _, _ in used}
    for service, version, kind in used:
        fresh = Loader().load_service_model(service, kind, version)
        with Lab():
            assert Loader().load_service_model(service, kind, version) == fresh


def test_what_moto_adds_to_a_model_does_not_reach_clients():
    with Lab() as lab:
        assert "DryRunOperation" in moto.core.utils.get_service_model("ec2").shape_names
        assert "DryRunOperation" not in lab.client("ec2").meta.service_model.shape_names


def test_a_client_of_s3_still_changes_the_model_that_it_was_made_from():
    with Lab() as lab:
        client = lab.client("s3")
        client.create_bucket(Bucket="cakes")
        assert client.meta.service_model.operation_model("CreateBucket").http["requestUri"] == ""
        model = Loader().load_service_model("s3", "service-2")
    assert model["operations"]["CreateBucket"]["http"]["requestUri"] == "/{Bucket}"


# ---- list_services_once


@pytest.mark.parametrize("make_loader", [Loader, moto.core.loaders.create_loader])
@pytest.mark.parametrize("kind", ["service-2", "waiters-2", "paginators-1", "service-2.moto-extras", "no-9"])
def test_the_services_are_those_that_botocore_finds(make_loader, kind):
    found = make_loader().list_available_services(kind)
    with Lab():
        assert make_loader().list_available_services(kind) == found


def test_a_service_in_the_learners_own_folder_is_found_as_soon_as_it_is_there(lab, tmp_path, monkeypatch):
    monkeypatch.setattr(Loader, "CUSTOMER_DATA_PATH", str(tmp_path))
    assert "bakery" not in Loader().list_available_services("service-2")
    (tmp_path / "bakery" / "2026-01-01").mkdir(parents=True)
    (tmp_path / "bakery" / "2026-01-01" / "service-2.json").write_text("{}")
    assert "bakery" in Loader().list_available_services("service-2")


def test_botocore_still_looks_into_all_folders_for_each_kind_of_file():
    assert "for service_name in possible_services" in inspect.getsource(
        inspect.getclosurevars(Loader.list_available_services).nonlocals["func"]
    )


# ---- list_methods_once, sanitise_user_agents_once


def test_moto_still_inspects_the_methods_of_a_response_on_every_request():
    source = inspect.getsource(moto.core.responses.BaseResponse.call_action)
    assert "method_names_from_class(self.__class__)" in source
    assert not hasattr(moto.core.responses.method_names_from_class, "cache_info")


def test_botocore_still_cleans_the_user_agent_on_every_call():
    assert not hasattr(botocore.useragent.sanitize_user_agent_string_component, "cache_info")


def test_both_are_done_once_in_a_lab(lab):
    for _ in range(3):
        lab.client("iam").list_roles()
    assert moto.core.responses.method_names_from_class.cache_info().hits > 0
    assert botocore.useragent.sanitize_user_agent_string_component.cache_info().hits > 0


# ---- write_user_agents_once

WRITE_USER_AGENT = botocore.useragent.UserAgentString.to_string
"""Botocore's own, as it is while no lab is open."""


def sent_by(client, operation):
    """The User-Agents of the requests of one call."""
    seen = []

    def note(request, **_):
        seen.append(request.headers["User-Agent"].decode())

    client.meta.events.register_last("before-send", note)
    getattr(client, operation)()
    return seen


def parts_of(agents):
    """Each with its parts; botocore gives the features, in m/, in any order."""
    return [
        [sorted(part[2:].split(",")) if part.startswith("m/") else part for part in agent.split()]
        for agent in agents
    ]


def test_botocore_still_writes_the_user_agent_anew_for_each_call():
    agent = botocore.useragent.UserAgentString
    assert "ua_string = self.to_string()" in inspect.getsource(agent.rebuild_and_replace_user_agent_handler)


def test_the_user_agent_is_the_one_that_botocore_writes(lab, monkeypatch):
    plain, other = lab.client("iam"), boto3.client("iam", config=Config(user_agent_appid="bakery"))
    twice = [*sent_by(plain, "list_roles"), *sent_by(other, "list_roles"), *sent_by(plain, "list_users")]
    monkeypatch.setattr(botocore.useragent.UserAgentString, "to_string", WRITE_USER_AGENT)
    anew = [*sent_by(plain, "list_roles"), *sent_by(other, "list_roles"), *sent_by(plain, "list_users")]
    assert parts_of(twice) == parts_of(anew)


def test_a_client_that_is_told_more_later_says_it(lab):
    client = lab.client("iam")
    agent = client._user_agent_creator
    before = agent.to_string()
    agent.set_session_config("Bakery", "2.0", "spelt")
    assert agent.to_string() != before
    assert agent.to_string().startswith("Bakery/2.0")


# ---- name_events_once, look_at_handlers_by_their_flags


def test_botocore_still_works_out_an_events_name_for_each_session():
    first, second = botocore.session.Session(), botocore.session.Session()
    assert first._events._alias_name_cache is not second._events._alias_name_cache


def test_an_events_name_is_worked_out_once_in_a_lab_and_is_the_same(monkeypatch):
    monkeypatch.setattr(done_once, "_EVENT_NAMES", {})
    with Lab() as lab:
        lab.client("sqs").list_queues()
        lab.client("cloudwatch").list_metrics()
        assert boto3.Session()._session._events._alias_name_cache is done_once._EVENT_NAMES
    plain = botocore.hooks.EventAliaser(botocore.hooks.HierarchicalEmitter())
    assert len(done_once._EVENT_NAMES) > 100
    assert {name: plain._alias_event_name(name) for name in done_once._EVENT_NAMES} == done_once._EVENT_NAMES
    assert any(name != meant for name, meant in done_once._EVENT_NAMES.items())


def test_names_of_events_of_the_learners_own_stay_the_learners(lab):
    aliaser = botocore.hooks.EventAliaser(botocore.hooks.HierarchicalEmitter(), {"cake": "pie"})
    assert aliaser._alias_event_name("before-call.cake") == "before-call.pie"
    assert "before-call.cake" not in done_once._EVENT_NAMES


class Handler:
    def method(self, **kwargs): ...
    def without(self, event): ...
    def __call__(self, **kwargs): ...


def signed(**kwargs): ...


signed.__signature__ = inspect.signature(lambda event: event)


HANDLERS = [
    lambda **kwargs: None,
    lambda event, *rest, key=None, **kwargs: None,
    lambda *rest, key=None: None,
    lambda: None,
    Handler().method,
    Handler().without,
    Handler.method,
    Handler(),
    functools.partial(Handler().method, key=1),
    functools.wraps(Handler.without)(lambda **kwargs: None),
    signed,
    Handler,
]


@pytest.mark.parametrize("handler", HANDLERS, ids=range(len(HANDLERS)))
def test_whether_a_handler_takes_any_keyword_is_what_botocore_finds(handler):
    found = bool(botocore.hooks.accepts_kwargs(handler))
    with Lab():
        assert bool(botocore.hooks.accepts_kwargs(handler)) is found


def test_botocore_still_works_out_the_signature_of_each_handler():
    assert botocore.hooks.accepts_kwargs is botocore.compat.accepts_kwargs
    assert "inspect.getfullargspec(func)" in inspect.getsource(botocore.hooks.accepts_kwargs)


def test_a_handler_that_takes_no_keywords_is_refused_as_before(lab):
    with pytest.raises(ValueError, match=r"must accept keyword arguments"):
        lab.client("sqs").meta.events.register("before-call", lambda event: None)


# ---- match_requests_once


def test_moto_still_searches_for_the_operation_twice():
    source = inspect.getsource
    response = moto.core.responses.BaseResponse
    assert "self._get_action()" in source(response.setup_class)
    assert "self._get_action()" in source(response.call_action)


def test_an_operation_is_searched_for_once_a_request(lab, monkeypatch):
    router, searched = moto.core.routing.RestRouter, []
    search = router._match

    def noted(self, request):
        searched.append(request.path)
        return search(self, request)

    monkeypatch.setattr(router, "_match", noted)
    lab.client("lambda").list_functions()
    lab.client("lambda").list_functions()
    assert len(searched) == 2


# ---- build_no_urls


def test_werkzeug_still_compiles_functions_that_build_urls_for_each_rule():
    assert "self._compile_builder(False)" in inspect.getsource(werkzeug.routing.Rule.compile)


def built(value):
    rule = moto.core.routing.SmithyRule(string="/functions/<name>/url", operations=[], methods=["GET"])
    urls = werkzeug.routing.Map([rule]).bind("lambda.us-east-1.amazonaws.com")
    assert urls.match(f"/functions/{value}/url", "GET", return_rule=True) == (rule, {"name": value})
    return rule.build({"name": value})


def test_a_rule_that_builds_urls_late_builds_the_same_ones():
    at_once = built("resize")
    with Lab():
        assert built("resize") == at_once == ("", "/functions/resize/url")


# ---- draw_random_texts_at_once


def test_moto_still_draws_letters_one_by_one():
    assert "self.choice(pool)" in inspect.getsource(MotoRandom.get_random_string)


@given(st.integers(), st.lists(st.integers(0, 200), max_size=5), st.booleans(), st.booleans())
def test_letters_drawn_at_once_are_those_drawn_one_by_one(seed, lengths, digits, lower_case):
    def drawn():
        generator = MotoRandom(seed)
        texts = [generator.get_random_string(length, digits, lower_case) for length in lengths]
        return texts, generator.getstate()

    one_by_one = drawn()
    patches = Patches()
    done_once.draw_random_texts_at_once(patches)
    try:
        assert drawn() == one_by_one
    finally:
        patches.undo_all()


# ---- what a lab loads


def test_a_lab_with_functions_and_buckets_does_not_load_eventbridge_and_cloudwatch():
    program = textwrap.dedent("""
        import sys
        from workbook import Lab
        lab = Lab()
        lab.function("resize", "def handler(event, context): return event")
        lab.client("s3").create_bucket(Bucket="cakes")
        print("workbook.aws.eventbridge" in sys.modules, "workbook.aws.cloudwatch" in sys.modules)
    """)
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert told.stdout == "False False\n"
