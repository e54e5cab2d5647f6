"""Versions, aliases, qualifiers and weighted routing; texts are those of recorded answers of AWS."""

from collections import Counter

import pytest
from botocore.exceptions import ClientError

from workbook.packaging import package

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
SOURCE = "def handler(event, c):\n    return ['one', c.function_version, c.invoked_function_arn]\n"
NEWER = SOURCE.replace("one", "two")


def message_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Message"]


@pytest.fixture
def two_versions(lab, aws_lambda, deploy):
    deploy("f", SOURCE)
    aws_lambda.publish_version(FunctionName="f")
    aws_lambda.update_function_code(FunctionName="f", ZipFile=package(NEWER).zip_bytes)
    lab.advance(1)
    aws_lambda.publish_version(FunctionName="f")


def test_a_version_keeps_its_code(two_versions, invoke):
    assert invoke("f", Qualifier="1").value == ["one", "1", f"{ARN}:1"]
    assert invoke("f", Qualifier="2").value == ["two", "2", f"{ARN}:2"]
    assert invoke("f").value == ["two", "$LATEST", ARN]
    assert invoke("f:1").version == "1"
    assert invoke("f", Qualifier="$LATEST").value == ["two", "$LATEST", f"{ARN}:$LATEST"]


def test_publishing_without_a_change_gives_the_last_version(aws_lambda, deploy):
    deploy("f", SOURCE)
    first = aws_lambda.publish_version(FunctionName="f", Description="first")
    assert (first["Version"], first["Description"], first["FunctionArn"]) == ("1", "first", f"{ARN}:1")
    assert (first["State"], first["LastUpdateStatus"]) == ("Active", "Successful")
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 201
    again = aws_lambda.publish_version(FunctionName="f")
    assert (again["Version"], again["RevisionId"]) == ("1", first["RevisionId"])


def test_a_changed_description_makes_a_new_version(lab, aws_lambda, deploy):
    deploy("f", SOURCE)
    aws_lambda.publish_version(FunctionName="f")
    aws_lambda.update_function_configuration(FunctionName="f", Description="other")
    lab.advance(1)
    assert aws_lambda.publish_version(FunctionName="f")["Version"] == "2"


def test_numbers_of_versions_are_not_used_again(lab, two_versions, aws_lambda):
    aws_lambda.delete_function(FunctionName="f", Qualifier="2")
    assert aws_lambda.publish_version(FunctionName="f")["Version"] == "3"


def test_publishing_with_the_wrong_hash_is_refused(aws_lambda, deploy):
    deploy("f", SOURCE)
    actual = aws_lambda.get_function_configuration(FunctionName="f")["CodeSha256"]
    assert message_of(aws_lambda.publish_version, FunctionName="f", CodeSha256="wrong") == (
        f"CodeSHA256 (wrong) is different from current CodeSHA256 in $LATEST ({actual}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )


def test_a_function_can_be_published_as_it_is_created(lab, aws_lambda, deploy, invoke):
    deploy("f", SOURCE, Publish=True)
    versions = aws_lambda.list_versions_by_function(FunctionName="f")["Versions"]
    assert [version["FunctionArn"] for version in versions] == [f"{ARN}:$LATEST", f"{ARN}:1"]
    assert invoke("f", Qualifier="1").version == "1"


def test_code_can_be_published_as_it_is_updated(lab, aws_lambda, deploy, invoke):
    deploy("f", SOURCE)
    answer = aws_lambda.update_function_code(FunctionName="f", ZipFile=package(NEWER).zip_bytes, Publish=True)
    assert (answer["Version"], answer["State"]) == ("1", "Pending")
    lab.advance(1)
    assert invoke("f", Qualifier="1").value[0] == "two"


@pytest.mark.parametrize("qualifier", ["42", "no-alias"])
def test_a_qualifier_that_does_not_exist_is_not_found(aws_lambda, deploy, qualifier):
    deploy("f", SOURCE)
    for operation in (aws_lambda.invoke, aws_lambda.get_function):
        assert (
            message_of(operation, FunctionName="f", Qualifier=qualifier)
            == f"Function not found: {ARN}:{qualifier}"
        )


def test_invoking_a_function_that_does_not_exist_names_latest(aws_lambda):
    assert message_of(aws_lambda.invoke, FunctionName="nobody") == (
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody:$LATEST"
    )


def test_an_alias_leads_to_its_version(two_versions, aws_lambda, invoke):
    created = aws_lambda.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (created["AliasArn"], created["Description"]) == (f"{ARN}:live", "")
    assert "RoutingConfig" not in created
    assert invoke("f", Qualifier="live").value == ["one", "1", f"{ARN}:live"]
    moved = aws_lambda.update_alias(FunctionName="f", Name="live", FunctionVersion="2")
    assert moved["RevisionId"] != created["RevisionId"]
    assert invoke("f:live").value == ["two", "2", f"{ARN}:live"]
    configuration = aws_lambda.get_function(FunctionName="f", Qualifier="live")["Configuration"]
    assert (configuration["Version"], configuration["FunctionArn"]) == ("2", f"{ARN}:live")


def test_weights_split_the_invocations_of_an_alias(two_versions, aws_lambda, invoke):
    aws_lambda.create_alias(
        FunctionName="f",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}},
    )
    counts = Counter(invoke("f", Qualifier="live").version for _ in range(400))
    assert 70 < counts["2"] < 130
    assert counts["1"] == 400 - counts["2"]


def test_aliases_are_listed_by_name_and_by_version(two_versions, aws_lambda):
    for name, number in (("b", "1"), ("a", "2"), ("c", "1")):
        aws_lambda.create_alias(FunctionName="f", Name=name, FunctionVersion=number)

    def names(**options):
        listed = aws_lambda.list_aliases(FunctionName="f", **options)["Aliases"]
        return [alias["Name"] for alias in listed]

    assert names() == ["a", "b", "c"]
    assert names(FunctionVersion="1") == ["b", "c"]
    assert names(MaxItems=2) == ["a", "b"]
    answer = aws_lambda.delete_alias(FunctionName="f", Name="b")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert names() == ["a", "c"]
    aws_lambda.delete_alias(FunctionName="f", Name="b")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5, "1": 0.5}}},
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"2": 2.0}}},
            (
                "1 validation error detected: Value '{2=2.0}' at "
                "'routingConfig.additionalVersionWeights' failed to "
                "satisfy constraint: Map value must satisfy constraint: [Member must have value "
                "less than or equal to "
                "1.0, Member must have value greater than or equal to 0.0, Member must not be null]"
            ),
        ),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}},
            "Invalid function version 1. Function version 1 is already included in routing configuration.",
        ),
        ({"RoutingConfig": {"AdditionalVersionWeights": {"10": 0.5}}}, f"Function not found: {ARN}:10"),
        ({"FunctionVersion": "10"}, f"Function not found: {ARN}:10"),
        (
            {"FunctionVersion": "$LATEST", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}},
            "$LATEST is not supported for an alias pointing to more than 1 version",
        ),
        (
            {"Name": "2024"},
            (
                "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: "
                "Member must satisfy "
                "regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
            ),
        ),
        ({"FunctionName": "g"}, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:g:1"),
    ],
)
def test_a_wrong_alias_is_refused_in_the_words_of_aws(two_versions, aws_lambda, options, message):
    settings = {"FunctionName": "f", "Name": "live", "FunctionVersion": "1", **options}
    assert message_of(aws_lambda.create_alias, **settings) == message


def test_an_alias_exists_once_and_is_missed_by_name(two_versions, aws_lambda):
    aws_lambda.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    again = message_of(aws_lambda.create_alias, FunctionName="f", Name="live", FunctionVersion="1")
    assert again == f"Alias already exists: {ARN}:live"
    missing = message_of(aws_lambda.get_alias, FunctionName="f", Name="gone")
    assert missing == f"Cannot find alias arn: {ARN}:gone"
