"""Answers requests to AWS by moto's own seam, for as long as nothing else does."""

from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from moto.core.models import botocore_stubber

from workbook.engine.world import current_world
from workbook.served.requests import HttpResponse


def answer_aws(request):
    world = current_world()
    url = f"https://{request.host}{request.path}" + (f"?{request.query}" if request.query else "")
    headers = HeadersDict()
    for n, v in request.headers:
        headers[n] = v
    prepared = AWSPreparedRequest(request.method, url, headers, request.body, False)
    with world.kernel:
        hop = world.trace.record("api-call", "raw:" + request.host)
        with world.trace.under(hop):
            response = botocore_stubber(event_name="x", request=prepared)
        world.kernel.sleep(0.001)
    return HttpResponse(
        response.status_code, tuple((str(a), str(b)) for a, b in response.headers.items()), response.content
    )
