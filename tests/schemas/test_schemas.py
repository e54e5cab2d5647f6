"""The schema registry: registries, schemas, versions, and discovery from the events of a bus."""

from __future__ import annotations

import json
import subprocess
import sys

import jsonschema
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.schemas.inference import JSON_SCHEMA, infer, schema_name, to_json_schema

OPEN_API = json.dumps({"openapi": "3.0.0", "info": {}, "paths": {}, "components": {"schemas": {"A": {}}}})


@pytest.fixture
def schemas(lab):
    return lab.client("schemas")


@pytest.fixture
def shop(lab):
    events = lab.client("events")
    return events.create_event_bus(Name="shop")["EventBusArn"]


def test_a_discoverer_can_be_the_first_thing_that_is_asked_for():
    program = """
from workbook import Lab
bus = "arn:aws:events:us-east-1:123456789012:event-bus/default"
print(Lab().client("schemas").create_discoverer(SourceArn=bus)["State"])
"""
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert told.stdout == "STARTED\n"


def put(lab, detail, detail_type="order placed", bus="shop"):
    entry = {"Source": "shop", "DetailType": detail_type, "Detail": json.dumps(detail), "EventBusName": bus}
    lab.client("events").put_events(Entries=[entry])
    lab.run_until_idle()


def refused(code):
    class Refused:
        def __enter__(self):
            self.raises = pytest.raises(ClientError)
            self.error = self.raises.__enter__()

        def __exit__(self, *error):
            done = self.raises.__exit__(*error)
            assert self.error.value.response["Error"]["Code"] == code
            return done

    return Refused()


def discovered(schemas, name="shop@OrderPlaced", **more):
    answer = schemas.describe_schema(RegistryName="discovered-schemas", SchemaName=name, **more)
    return json.loads(answer["Content"])["components"]["schemas"]


# ---- registries and schemas


def test_a_registry_is_made_changed_listed_and_deleted(schemas):
    made = schemas.create_registry(RegistryName="ours", Description="a", Tags={"team": "a"})
    assert made["RegistryArn"] == "arn:aws:schemas:us-east-1:123456789012:registry/ours"
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    with refused("ConflictException"):
        schemas.create_registry(RegistryName="ours")
    schemas.update_registry(RegistryName="ours", Description="b")
    assert schemas.describe_registry(RegistryName="ours")["Description"] == "b"
    names = [each["RegistryName"] for each in schemas.list_registries()["Registries"]]
    assert names == ["aws.events", "ours"]
    local = schemas.list_registries(Scope="Local")["Registries"]
    assert [each["RegistryName"] for each in local] == ["ours"]
    schemas.delete_registry(RegistryName="ours")
    with refused("NotFoundException"):
        schemas.describe_registry(RegistryName="ours")


def test_an_update_is_another_version(schemas):
    schemas.create_registry(RegistryName="ours")
    names = {"RegistryName": "ours", "SchemaName": "order"}
    made = schemas.create_schema(**names, Type="OpenApi3", Content=OPEN_API)
    assert (made["SchemaVersion"], made["Type"]) == ("1", "OpenApi3")
    assert schemas.update_schema(**names, Content=OPEN_API)["SchemaVersion"] == "1"
    other = OPEN_API.replace('"A"', '"B"')
    assert schemas.update_schema(**names, Content=other)["SchemaVersion"] == "2"
    assert schemas.describe_schema(**names)["Content"] == other
    assert schemas.describe_schema(**names, SchemaVersion="1")["Content"] == OPEN_API
    versions = schemas.list_schema_versions(**names)["SchemaVersions"]
    assert [each["SchemaVersion"] for each in versions] == ["1", "2"]
    schemas.delete_schema_version(**names, SchemaVersion="2")
    assert schemas.describe_schema(**names)["SchemaVersion"] == "1"
    with refused("BadRequestException"):
        schemas.delete_registry(RegistryName="ours")
    schemas.delete_schema(**names)
    with refused("NotFoundException"):
        schemas.describe_schema(**names)


@pytest.mark.parametrize("content", ["no json", "[]", '{"swagger": "2.0"}'])
def test_what_is_no_schema_is_refused(schemas, content):
    schemas.create_registry(RegistryName="ours")
    with refused("BadRequestException"):
        schemas.create_schema(RegistryName="ours", SchemaName="s", Type="OpenApi3", Content=content)


def test_schemas_are_found_by_words(schemas):
    schemas.create_registry(RegistryName="ours")
    for name, word in (("order", "price"), ("customer", "street")):
        content = OPEN_API.replace('"A"', f'"{word}"')
        schemas.create_schema(RegistryName="ours", SchemaName=name, Type="OpenApi3", Content=content)
    found = schemas.search_schemas(RegistryName="ours", Keywords="street")["Schemas"]
    assert [each["SchemaName"] for each in found] == ["customer"]
    assert [each["SchemaVersion"] for each in found[0]["SchemaVersions"]] == ["1"]


def test_lists_come_in_pages(schemas):
    schemas.create_registry(RegistryName="ours")
    for number in range(5):
        schemas.create_schema(RegistryName="ours", SchemaName=f"s{number}", Type="OpenApi3", Content=OPEN_API)
    pages = schemas.get_paginator("list_schemas").paginate(
        RegistryName="ours", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Schemas"]) for page in pages] == [2, 2, 1]


def test_tags(schemas):
    arn = schemas.create_registry(RegistryName="ours", Tags={"a": "1"})["RegistryArn"]
    schemas.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    schemas.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert schemas.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}


def test_code_bindings_policies_and_aws_s_registry_are_refused_by_name(schemas):
    with refused("NotSimulatedByWorkbook"):
        schemas.put_code_binding(RegistryName="r", SchemaName="s", Language="Python36")
    with refused("NotSimulatedByWorkbook"):
        schemas.get_resource_policy()
    with refused("NotSimulatedByWorkbook"):
        schemas.list_schemas(RegistryName="aws.events")
    with refused("ForbiddenException"):
        schemas.create_registry(RegistryName="aws.mine")


# ---- discovery


def test_a_discoverer_writes_down_what_flows_on_its_bus(lab, schemas, shop):
    made = schemas.create_discoverer(SourceArn=shop)
    assert (made["State"], made["CrossAccount"]) == ("STARTED", True)
    put(lab, {"n": 1, "customer": {"name": "ann"}, "at": "2026-01-05T09:00:00Z", "items": [{"sku": "a"}]})
    components = discovered(schemas)
    assert list(components) == ["AWSEvent", "OrderPlaced", "Customer", "ItemsItem"]
    envelope = components["AWSEvent"]
    assert envelope["x-amazon-events-detail-type"] == "order placed"
    assert envelope["x-amazon-events-source"] == "shop"
    assert envelope["properties"]["detail"] == {"$ref": "#/components/schemas/OrderPlaced"}
    assert components["OrderPlaced"] == {
        "type": "object",
        "required": ["n", "customer", "at", "items"],
        "properties": {
            "n": {"type": "number"},
            "customer": {"$ref": "#/components/schemas/Customer"},
            "at": {"type": "string", "format": "date-time"},
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/ItemsItem"}},
        },
    }


def test_a_new_shape_is_a_new_version_and_a_known_one_is_none(lab, schemas, shop):
    schemas.create_discoverer(SourceArn=shop)
    for detail in ({"n": 1}, {"n": 2}, {"n": 3, "gift": True}, {"n": 4}):
        put(lab, detail)
    [listed] = schemas.list_schemas(RegistryName="discovered-schemas")["Schemas"]
    assert (listed["SchemaName"], listed["VersionCount"]) == ("shop@OrderPlaced", 2)
    assert discovered(schemas, SchemaVersion="2")["OrderPlaced"]["required"] == ["n", "gift"]


def test_a_schema_is_caused_by_its_event(lab, schemas, shop):
    schemas.create_discoverer(SourceArn=shop)
    put(lab, {"n": 1})
    [hop] = [hop for hop in lab.trace if "schema/discovered" in hop.resource]
    assert lab.trace[hop.causes[0] - 1].kind == "put-event"
    assert hop.facts["settings"]["SchemaVersion"] == "1"


def test_a_discoverer_that_is_stopped_sees_nothing(lab, schemas, shop):
    identifier = schemas.create_discoverer(SourceArn=shop)["DiscovererId"]
    assert schemas.stop_discoverer(DiscovererId=identifier)["State"] == "STOPPED"
    put(lab, {"n": 1})
    assert schemas.list_schemas(RegistryName="discovered-schemas")["Schemas"] == []
    assert schemas.start_discoverer(DiscovererId=identifier)["State"] == "STARTED"
    put(lab, {"n": 1})
    assert len(schemas.list_schemas(RegistryName="discovered-schemas")["Schemas"]) == 1
    schemas.delete_discoverer(DiscovererId=identifier)
    put(lab, {"n": 1}, "order lost")
    assert len(schemas.list_schemas(RegistryName="discovered-schemas")["Schemas"]) == 1


def test_a_bus_has_one_discoverer_and_must_exist(schemas, shop):
    schemas.create_discoverer(SourceArn=shop)
    with refused("ConflictException"):
        schemas.create_discoverer(SourceArn=shop)
    with refused("NotFoundException"):
        schemas.create_discoverer(SourceArn=shop + "2")
    assert [each["SourceArn"] for each in schemas.list_discoverers()["Discoverers"]] == [shop]


# ---- inference


def test_samples_give_one_schema(schemas):
    samples = [json.dumps(each) for each in ({"a": 1, "b": None}, {"a": 2, "b": "x"})]
    content = schemas.get_discovered_schema(Type="OpenApi3", Events=samples)["Content"]
    assert json.loads(content)["components"]["schemas"]["Event"] == {
        "type": "object",
        "required": ["a", "b"],
        "properties": {"a": {"type": "number"}, "b": {"type": "string"}},
    }
    with refused("BadRequestException"):
        schemas.get_discovered_schema(Type="OpenApi3", Events=["no json"])


def test_a_discovered_schema_can_be_exported(lab, schemas, shop):
    schemas.create_discoverer(SourceArn=shop)
    put(lab, {"n": 1, "customer": {"name": "ann"}})
    answer = schemas.export_schema(
        RegistryName="discovered-schemas", SchemaName="shop@OrderPlaced", Type="JSONSchemaDraft4"
    )
    exported = json.loads(answer["Content"])
    assert exported["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert exported["definitions"]["OrderPlaced"]["properties"]["customer"] == {
        "$ref": "#/definitions/Customer"
    }


def test_names():
    assert schema_name("com.shop", "order-placed v2") == "com.shop@OrderPlacedV2"


LEAVES = st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)


@given(st.lists(OBJECTS, min_size=1, max_size=4))
def test_every_sample_is_valid_by_the_schema_that_was_inferred_from_it(samples):
    """Where the types of a property or an element differ, nothing is said of it but that it is there."""
    draft_4 = json.loads(infer(samples, JSON_SCHEMA))
    jsonschema.Draft4Validator.check_schema(draft_4)
    for sample in samples:
        jsonschema.Draft4Validator(draft_4).validate(sample)


@given(OBJECTS)
def test_an_exported_schema_says_the_same(sample):
    assert json.loads(to_json_schema(infer([sample]))) == json.loads(infer([sample], JSON_SCHEMA))
