"""Functions that answer the web, and what makes them reachable."""

import json

import pytest


@pytest.fixture
def aws_lambda(lab):
    return lab.client("lambda")


@pytest.fixture
def open_url(aws_lambda):
    """open_url("name") gives a function a URL that anybody may ask; its URL, without the last slash."""

    def open_url(name, **options):
        made = aws_lambda.create_function_url_config(FunctionName=name, AuthType="NONE", **options)
        aws_lambda.add_permission(
            FunctionName=name,
            StatementId="url",
            Action="lambda:InvokeFunctionUrl",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
        aws_lambda.add_permission(
            FunctionName=name,
            StatementId="function",
            Action="lambda:InvokeFunction",
            Principal="*",
            InvokedViaFunctionUrl=True,
        )
        return made["FunctionUrl"].rstrip("/")

    return open_url


@pytest.fixture
def function(lab):
    """function("name", "body of a handler") deploys it, waits until it is active, and returns its ARN."""

    def function(name, body, **options):
        source = "import json\nimport time\n\n\ndef handler(event, context):\n    " + body
        return lab.function(name, source, **options)

    return function


@pytest.fixture
def echo(function):
    """The ARN of a function whose answer has the event as its body."""
    return function("echo", 'return {"statusCode": 200, "body": json.dumps(event)}')


@pytest.fixture
def returning(function):
    """returning(answer) deploys a function "answer" that returns it; its ARN."""

    def returning(answer):
        return function("answer", f"return json.loads({json.dumps(answer)!r})")

    return returning
