"""Creating, reading, updating, deleting and listing functions; texts are those of recorded answers of AWS."""

import base64
import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from workbook.packaging import package, zip_of

SOURCE = "def handler(event, context):\n    return 'old'\n"
NEWER = "def handler(event, context):\n    return 'new'\n"


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response


@pytest.fixture
def create(aws_lambda, role):
    def create(**options):
        settings = {
            "FunctionName": "f",
            "Role": role,
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Code": {"ZipFile": package(SOURCE).zip_bytes},
            **options,
        }
        return aws_lambda.create_function(**settings)

    return create


def test_a_new_function_is_pending_and_then_active(lab, aws_lambda, create):
    created = create()
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert created["State"] == "Pending"
    assert created["StateReason"] == "The function is being created."
    assert created["StateReasonCode"] == "Creating"
    assert "LastUpdateStatus" not in created
    lab.advance(1)
    settled = aws_lambda.get_function(FunctionName="f")["Configuration"]
    assert settled["State"] == "Active"
    assert settled["LastUpdateStatus"] == "Successful"
    assert settled["RevisionId"] != created["RevisionId"]


def test_a_pending_function_cannot_be_invoked(aws_lambda, create):
    create()
    error = refused(aws_lambda.invoke, FunctionName="f")
    assert error["Error"]["Code"] == "ResourceConflictException"
    assert error["Error"]["Message"].endswith("The function is currently in the following state: Pending")


def test_the_waiter_waits_until_a_function_is_active(lab, aws_lambda, create):
    create()
    aws_lambda.get_waiter("function_active_v2").wait(FunctionName="f")
    assert aws_lambda.invoke(FunctionName="f")["StatusCode"] == 200


def test_a_function_is_described_as_aws_describes_it(lab, create, aws_lambda, role):
    zip_bytes = package(SOURCE).zip_bytes
    create(Environment={"Variables": {"STAGE": "test"}}, Description="d", MemorySize=256, Timeout=7)
    lab.advance(1)
    answer = aws_lambda.get_function_configuration(FunctionName="f")
    answer.pop("ResponseMetadata")
    answer.pop("RevisionId")
    answer["RuntimeVersionConfig"]["RuntimeVersionArn"] = "..."
    assert answer == {
        "FunctionName": "f",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Runtime": "python3.13",
        "Role": role,
        "Handler": "index.handler",
        "CodeSize": len(zip_bytes),
        "CodeSha256": base64.b64encode(hashlib.sha256(zip_bytes).digest()).decode(),
        "Description": "d",
        "Timeout": 7,
        "MemorySize": 256,
        "LastModified": "2026-01-05T09:00:00.001+0000",
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"},
        "Environment": {"Variables": {"STAGE": "test"}},
        "RuntimeVersionConfig": {"RuntimeVersionArn": "..."},
    }


def test_a_name_is_taken_once(create):
    create()
    error = refused(create)
    assert error["Error"] == {
        "Code": "ResourceConflictException",
        "Message": "Function already exist: f",
    }
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 409


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            {"Role": "r1"},
            "ValidationException",
            (
                "1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: "
                "Member must satisfy "
                r"regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
            ),
        ),
        (
            {"Role": "arn:aws:iam::123456789012:role/nobody"},
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        (
            {"Code": {"ZipFile": b"this is not a zip file"}},
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        (
            {"Architectures": ["x86_64", "arm64"]},
            "ValidationException",
            (
                "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to "
                "satisfy constraint: "
                "Member must have length less than or equal to 1"
            ),
        ),
        (
            {"Architectures": ["X86_64"]},
            "ValidationException",
            (
                "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy "
                "constraint: Member "
                "must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], "
                "Member must not be null]"
            ),
        ),
        (
            {"FunctionName": "a" * 65},
            "InvalidParameterValueException",
            (
                f"1 validation error detected: Value '{'a' * 65}' at 'functionName' failed to satisfy "
                f"constraint: "
                "Member must have length less than or equal to 64"
            ),
        ),
        (
            {"Timeout": 901},
            "ValidationException",
            (
                "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: "
                "Member must have value less than or equal to 900"
            ),
        ),
        (
            {"MemorySize": 10241},
            "ValidationException",
            (
                "1 validation error detected: Value '10241' at 'memorySize' failed to satisfy constraint: "
                "Member must have value less than or equal to 10240"
            ),
        ),
        (
            {"Environment": {"Variables": {"AWS_REGION": "eu-west-1"}}},
            "InvalidParameterValueException",
            (
                "Lambda was unable to configure your environment variables because the environment "
                "variables you have "
                "provided contains reserved keys that are currently not supported for modification. "
                "Reserved keys used in this request: AWS_REGION"
            ),
        ),
        (
            {"Environment": {"Variables": {"LARGE": "x" * 4096}}},
            "InvalidParameterValueException",
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have "
            'provided exceeded the 4KB limit. String measured: {"LARGE":"' + "x" * 4096 + '"}',
        ),
    ],
)
def test_a_wrong_setting_is_refused_in_the_words_of_aws(create, options, code, message):
    assert refused(create, **options)["Error"] == {"Code": code, "Message": message}


def test_an_environment_of_exactly_4_kb_is_accepted(create):
    create(Environment={"Variables": {"AB": "x" * (4096 - len('{"AB":""}'))}})


def test_an_unknown_runtime_is_refused(create):
    error = refused(create, Runtime="non-existent-runtime")["Error"]
    assert error["Code"] == "InvalidParameterValueException"
    assert error["Message"].startswith(
        "Value non-existent-runtime at 'runtime' failed to satisfy constraint:"
    )
    assert error["Message"].endswith("or be a valid ARN")


def test_a_retired_runtime_is_refused(create):
    error = refused(create, Runtime="python3.7")["Error"]
    assert error["Message"].startswith("The runtime parameter of python3.7 is no longer supported")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"Runtime": "nodejs22.x"}, "nodejs22.x"),
        ({"LoggingConfig": {"LogFormat": "JSON"}}, "LogFormat JSON"),
        ({"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]}, "Layers"),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "VpcConfig"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(create, options, named):
    error = refused(create, **options)["Error"]
    assert error["Code"] == "NotSimulatedByWorkbook"
    assert named in error["Message"]


def test_a_role_that_does_not_trust_lambda_cannot_be_assumed(lab, create):
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    other = lab.client("iam").create_role(RoleName="machine", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    error = refused(create, Role=other)["Error"]
    assert error["Message"] == "The role defined for the function cannot be assumed by Lambda."


def test_a_refused_function_does_not_exist(aws_lambda, create):
    refused(create, Timeout=901)
    assert aws_lambda.list_functions()["Functions"] == []


def test_the_dead_letter_queue_of_a_function_is_kept(lab, aws_lambda, create, grant):
    grant("sqs:SendMessage")
    target = "arn:aws:sqs:us-east-1:123456789012:dead"
    create(DeadLetterConfig={"TargetArn": target})
    lab.advance(1)
    assert aws_lambda.get_function_configuration(FunctionName="f")["DeadLetterConfig"] == {
        "TargetArn": target
    }


def test_new_code_serves_a_second_later(lab, aws_lambda, deploy, invoke):
    deploy("f", SOURCE)
    assert invoke("f").value == "old"
    updated = aws_lambda.update_function_code(FunctionName="f", ZipFile=package(NEWER).zip_bytes)
    assert (updated["State"], updated["LastUpdateStatus"]) == ("Active", "InProgress")
    assert updated["LastUpdateStatusReasonCode"] == "Creating"
    assert invoke("f").value == "old"
    lab.advance(1)
    assert invoke("f").value == "new"
    assert aws_lambda.get_function(FunctionName="f")["Configuration"]["LastUpdateStatus"] == "Successful"


def test_an_update_during_an_update_is_refused(aws_lambda, deploy):
    arn = deploy("f", SOURCE)
    aws_lambda.update_function_configuration(FunctionName="f", Timeout=9)
    error = refused(aws_lambda.update_function_configuration, FunctionName="f", Timeout=10)["Error"]
    assert error == {
        "Code": "ResourceConflictException",
        "Message": "The operation cannot be performed at this time. "
        f"An update is in progress for resource: {arn}",
    }


def test_the_waiter_waits_until_an_update_is_done(aws_lambda, deploy):
    deploy("f", SOURCE)
    aws_lambda.update_function_configuration(FunctionName="f", Timeout=9)
    aws_lambda.get_waiter("function_updated_v2").wait(FunctionName="f")
    assert aws_lambda.update_function_configuration(FunctionName="f", Timeout=10)["Timeout"] == 10


def test_new_settings_are_used(lab, aws_lambda, deploy, invoke):
    deploy("f", "import os\ndef handler(e, c):\n    return [os.environ.get('STAGE'), c.memory_limit_in_mb]")
    assert invoke("f").value == [None, "128"]
    aws_lambda.update_function_configuration(
        FunctionName="f", MemorySize=512, Environment={"Variables": {"STAGE": "prod"}}
    )
    lab.advance(1)
    assert invoke("f").value == ["prod", "512"]


def test_an_update_with_an_old_revision_is_refused(aws_lambda, deploy):
    deploy("f", SOURCE)
    error = refused(
        aws_lambda.update_function_code,
        FunctionName="f",
        ZipFile=package(NEWER).zip_bytes,
        RevisionId="wrong",
    )
    assert error["Error"] == {
        "Code": "PreconditionFailedException",
        "Message": "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    }
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_a_dry_run_of_an_update_changes_nothing(lab, aws_lambda, deploy, invoke):
    deploy("f", SOURCE)
    aws_lambda.update_function_code(FunctionName="f", ZipFile=package(NEWER).zip_bytes, DryRun=True)
    lab.advance(5)
    assert invoke("f").value == "old"


def test_code_can_come_from_s3(lab, aws_lambda, role, invoke):
    s3 = lab.client("s3")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="f.zip", Body=package(SOURCE).zip_bytes)
    aws_lambda.create_function(
        FunctionName="f",
        Role=role,
        Runtime="python3.13",
        Handler="index.handler",
        Code={"S3Bucket": "code", "S3Key": "f.zip"},
    )
    lab.advance(1)
    assert invoke("f").value == "old"


def test_code_that_is_not_in_s3_is_refused(create):
    error = refused(create, Code={"S3Bucket": "nowhere", "S3Key": "f.zip"})["Error"]
    assert error["Code"] == "InvalidParameterValueException"
    assert "NoSuchBucket" in error["Message"]


@pytest.mark.parametrize("operation", ["get_function", "get_function_configuration", "delete_function"])
def test_a_function_that_does_not_exist_is_not_found(aws_lambda, operation):
    answer = refused(getattr(aws_lambda, operation), FunctionName="nobody")
    assert answer["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody",
    }
    assert answer["Type"] == "User"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_functions_of_another_region_are_not_reachable(aws_lambda):
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    error = refused(aws_lambda.get_function, FunctionName=arn)["Error"]
    assert error == {
        "Code": "ResourceNotFoundException",
        "Message": "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    }


@pytest.mark.parametrize(
    "name", ["f", "123456789012:function:f", "function:f", "arn:aws:lambda:us-east-1:123456789012:function:f"]
)
def test_a_function_can_be_named_in_four_ways(aws_lambda, deploy, name):
    deploy("f", SOURCE)
    assert aws_lambda.get_function(FunctionName=name)["Configuration"]["FunctionName"] == "f"


def test_two_different_qualifiers_are_refused(aws_lambda):
    error = refused(aws_lambda.get_function, FunctionName="f:1", Qualifier="$LATEST")["Error"]
    assert error == {
        "Code": "InvalidParameterValueException",
        "Message": "The derived qualifier from the function name does not match the specified qualifier.",
    }


def test_a_deleted_function_is_gone(aws_lambda, deploy):
    deploy("f", SOURCE)
    assert aws_lambda.delete_function(FunctionName="f")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(aws_lambda.invoke, FunctionName="f")["Error"]["Code"] == "ResourceNotFoundException"
    deploy("f", SOURCE)


def test_latest_cannot_be_deleted_alone(aws_lambda, deploy):
    deploy("f", SOURCE)
    error = refused(aws_lambda.delete_function, FunctionName="f", Qualifier="$LATEST")["Error"]
    assert error["Message"] == "$LATEST version cannot be deleted without deleting the function."


def test_functions_are_listed_in_pages_by_name(aws_lambda, deploy):
    for number in range(7):
        deploy(f"f{number}", SOURCE)
    first = aws_lambda.list_functions(MaxItems=4)
    assert [function["FunctionName"] for function in first["Functions"]] == ["f0", "f1", "f2", "f3"]
    assert "State" not in first["Functions"][0]
    pages = aws_lambda.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 3})
    assert [function["FunctionName"] for page in pages for function in page["Functions"]] == [
        f"f{number}" for number in range(7)
    ]


def test_all_versions_can_be_listed(aws_lambda, deploy):
    deploy("f", SOURCE)
    aws_lambda.publish_version(FunctionName="f")
    listed = aws_lambda.list_functions(FunctionVersion="ALL")["Functions"]
    assert [function["FunctionArn"].rpartition(":")[2] for function in listed] == ["$LATEST", "1"]
    error = refused(aws_lambda.list_functions, FunctionVersion="invalid")["Error"]
    assert error["Message"] == (
        "1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ALL]"
    )


def test_an_empty_zip_is_a_zip(create):
    create(Code={"ZipFile": zip_of({})})


def test_too_large_a_zip_is_refused(create):
    error = refused(create, Code={"ZipFile": b"PK" + bytes(52_428_800)})
    assert error["Error"] == {
        "Code": "RequestEntityTooLargeException",
        "Message": "Zipped size must be smaller than 52428800 bytes",
    }
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 413


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"PackageType": "Jar"}, "ValidationException", "at 'packageType'.*enum value set: .Zip, Image"),
        ({"TracingConfig": {"Mode": "On"}}, "ValidationException", "at 'tracingConfig.mode'"),
        ({"TracingConfig": {"Mode": "Active"}}, "NotSimulatedByWorkbook", "X-Ray"),
        ({"Runtime": "python3.15"}, "NotSimulatedByWorkbook", r"python3\.15"),
        ({"Runtime": "java17.al2023"}, "NotSimulatedByWorkbook", r"java17\.al2023"),
        (
            {"RuntimeConfig": {"RuntimeArn": "x" * 48, "RuntimeAlias": "x"}},
            "NotSimulatedByWorkbook",
            "RuntimeConfig",
        ),
    ],
)
def test_nothing_is_taken_that_would_have_no_effect(aws_lambda, role, options, code, message):
    settings = {"Runtime": "python3.13", "Handler": "index.handler", "Role": role, **options}
    zip_file = package("def handler(event, context): pass").zip_bytes
    with pytest.raises(ClientError, match=message) as caught:
        aws_lambda.create_function(FunctionName="f", Code={"ZipFile": zip_file}, **settings)
    assert caught.value.response["Error"]["Code"] == code
    assert aws_lambda.list_functions()["Functions"] == []


def test_an_update_of_code_refuses_by_name_too(aws_lambda, deploy):
    source = "def handler(event, context): pass"
    deploy("f", source)
    code = package(source).zip_bytes
    for option in ({"PublishTo": "LATEST_PUBLISHED"}, {"SourceKMSKeyArn": "arn:aws:kms:us-east-1:1:key/k"}):
        with pytest.raises(ClientError, match=next(iter(option))):
            aws_lambda.update_function_code(FunctionName="f", ZipFile=code, **option)
    with pytest.raises(ClientError, match="PublishTo"):
        aws_lambda.publish_version(FunctionName="f", PublishTo="LATEST_PUBLISHED")
