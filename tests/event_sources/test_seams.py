"""What is replaced in moto is still there and still needed, and is put back when the lab is closed."""

from __future__ import annotations

import inspect

from event_system import System
from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.awslambda.responses import LambdaResponse

from workbook import Lab

OPERATIONS = ("create", "list", "get", "update", "delete")


def names() -> list[str]:
    return [f"{operation}_event_source_mapping" + "s" * (operation == "list") for operation in OPERATIONS]


def test_moto_answers_create_with_the_wrong_status_and_state() -> None:
    source = inspect.getsource(LambdaResponse.create_event_source_mapping)
    assert "return 201" in source
    assert '"Enabled" if self.enabled else "Disabled"' in inspect.getsource(
        EventSourceMapping.get_configuration
    )


def test_moto_delivers_inside_of_send_message() -> None:
    source = inspect.getsource(LambdaBackend.create_event_source_mapping)
    assert "queue.lambda_event_source_mappings[esm.function_arn] = esm" in source


def test_moto_s_own_delivery_never_fires(system: System) -> None:
    url = system.queue()
    system.map(url)
    system.send(url, "one")
    assert system.lab.queue("orders").frame()["body"].tolist() == ["one"]
    assert system.hops("invoke") == []


def test_closing_the_lab_restores_moto() -> None:
    before = [getattr(LambdaResponse, name) for name in names()]
    models = [vars(LambdaBackend)[f"{name}_event_source_mapping"] for name in ("create", "update", "delete")]
    with Lab(seed=1) as lab:
        lab.client("lambda").list_event_source_mappings()
        assert [getattr(LambdaResponse, name) for name in names()] != before
    assert [getattr(LambdaResponse, name) for name in names()] == before
    after = [vars(LambdaBackend)[f"{name}_event_source_mapping"] for name in ("create", "update", "delete")]
    assert after == models
