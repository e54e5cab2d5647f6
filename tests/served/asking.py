"""Requests to AWS as any client sends them, made from botocore's own descriptions of services."""

import functools
import json
from urllib.parse import urlencode

import botocore.loaders
import botocore.model
import botocore.serialize

from workbook.served.requests import HttpRequest

ACCOUNT = "123456789012"


@functools.cache
def model_of(service):
    loader = botocore.loaders.Loader()
    return botocore.model.ServiceModel(loader.load_service_model(service, "service-2"), service)


def aws(service, operation, *, account=ACCOUNT, region="us-east-1", **parameters):
    """The request that an SDK sends for an operation."""
    model = model_of(service)
    serializer = botocore.serialize.create_serializer(model.resolved_protocol, include_validation=False)
    request = serializer.serialize_to_request(parameters, model.operation_model(operation))
    body = request["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    scope = f"AKIA{account}LABX/20261128/{region}/{model.signing_name}/aws4_request"
    credential = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0123abcd"
    headers = {"Authorization": credential, "X-Amz-Date": "20261128T140000Z", **request["headers"]}
    query = request["query_string"]
    return HttpRequest(
        request["method"],
        f"{model.endpoint_prefix}.{region}.amazonaws.com",
        request["url_path"],
        query if isinstance(query, str) else urlencode(query),
        tuple(headers.items()),
        body.encode() if isinstance(body, str) else body,
    )


def control(method, path, query="", **body):
    """A request to the control API."""
    content = json.dumps(body).encode() if body else b""
    headers = (("Content-Type", "application/json"),)
    return HttpRequest(method, "localhost", f"/workbook/v1{path}", query, headers, content)


def answer(response):
    """What a response says, as JSON where it is; it must have gone well."""
    assert response.status < 300, response.body
    return response.body if response.body.startswith(b"<") else json.loads(response.body)


def error(response):
    """The status, code and text of an error of the control API."""
    told = json.loads(response.body)["error"]
    return response.status, told["code"], told["message"]
