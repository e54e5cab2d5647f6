"""What must be changed inside moto and botocore, one named function a change.

Each says why; `tests/test_moto_patches.py` shows for each that the attribute is still there and that the
change is still needed. Services of our own (`sqs`, `awslambda`, `event_sources`) install their own seams.
"""

from __future__ import annotations

import copy
import datetime
import functools
import re
import types
from collections.abc import Callable, Mapping
from typing import Any

import botocore.endpoint
import botocore.retryhandler
import botocore.utils
import moto.core.errors
from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError
from botocore.retries.standard import ExponentialBackoff, RetryContext
from moto import backend_index, backends
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import get_equivalent_url_in_aws_domain
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException

from workbook.aws import adaptive_retries, answer_headers, clients_once, done_once
from workbook.aws.callers import lab_user
from workbook.aws.environment import account_of, own_credentials
from workbook.aws.moto_faults import watched
from workbook.aws.plain_requests import request_of
from workbook.engine.loading import when_loaded
from workbook.engine.lookalikes import seeded_random_module
from workbook.engine.patches import Patches
from workbook.engine.world import World

Answer = tuple[int, Mapping[str, str], str | bytes]
Handler = Callable[..., Answer]

_ROUTES_KEPT = 4096


class SealedEndpointError(EndpointConnectionError):
    """A request for a host that is none of AWS's, or none that moto knows."""

    fmt = (
        "the lab is sealed: nothing was sent to {endpoint_url}, which is no address of AWS that it simulates"
    )


def install(patches: Patches, world: World) -> None:
    """Make all of these changes."""
    answer_from_cached_routes(patches)
    answer_clients_made_before_the_lab(patches)
    sign_without_hashing(patches, world)
    for hook in (
        when_loaded("moto.iam.models", lambda iam: know_accounts_by_their_key(patches, world, iam)),
        when_loaded("moto.logs.models", lambda logs: number_log_events_from_the_start(patches, logs)),
        when_loaded("moto.kms.models", lambda kms: find_keys_by_their_arns(patches, kms)),
        when_loaded("moto.sts.models", lambda sts: call_the_learner_by_one_name(patches, sts)),
        when_loaded("moto.dynamodb.responses", lambda tables: tell_of_capacity_if_asked(patches, tables)),
        when_loaded(
            "moto.dynamodb.responses",
            lambda tables: answer_headers.give_tables_their_form_of_request_ids(patches, tables),
        ),
    ):
        patches.on_undo(hook.remove)
    patches.on_undo(when_loaded("s3transfer.futures", lambda s3: transfer_one_by_one(patches, s3)).remove)
    answer_headers.give_request_ids_the_form_of_uuids(patches)
    answer_headers.name_the_type_of_json(patches)
    warn_of_no_error_codes(patches)
    parse_timestamps_as_utc(patches)
    done_once.install(patches)
    clients_once.install(patches)
    wait_by_the_seed_before_trying_again(patches, world)
    adaptive_retries.install(patches, world)


_NOT_BY_ARN = ("disable_key", "enable_key", "cancel_key_deletion", "schedule_key_deletion")


def find_keys_by_their_arns(patches: Patches, kms: types.ModuleType) -> None:
    """Four operations of moto's know a key by its id alone; AWS takes an ARN for a KeyId everywhere."""
    for name in _NOT_BY_ARN:
        patches.set(kms.KmsBackend, name, _by_id_or_arn(getattr(kms.KmsBackend, name)))


def _by_id_or_arn(of_moto: Callable[..., Any]) -> Callable[..., Any]:
    def by_id_or_arn(backend: Any, key_id: str, *further: Any) -> Any:  # noqa: ANN401 - as moto's
        return of_moto(backend, backend.get_key_id(key_id), *further)

    return by_id_or_arn


def answer_from_cached_routes(patches: Patches) -> None:
    """Moto tries some 190 regular expressions and rebuilds a service's routes on every request.

    It also makes a request with werkzeug's means for tests (see `plain_requests`).
    """
    routes: dict[str, Handler] = {}
    slow_path = BotocoreStubber.process_request

    def process_request(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Answer | None:
        parts, _ = get_equivalent_url_in_aws_domain(request.url)
        url = f"{parts.scheme}://{parts.netloc}{parts.path}"
        handler = routes.get(url)
        if handler is None:
            handler = _find_handler(url)
            if handler is None:
                return slow_path(stubber, request)
            if len(routes) >= _ROUTES_KEPT:
                routes.clear()
            routes[url] = handler
        normalized = request_of(request)
        try:
            return handler(normalized, normalized.raw_url, normalized.headers)
        except HTTPException as error:
            return error.code or 400, error.get_headers(), error.get_body()  # type: ignore[return-value]

    patches.set(BotocoreStubber, "process_request", process_request)


def _find_handler(url: str) -> Handler | None:
    for service, pattern in backend_index.backend_url_patterns:
        if pattern.match(url):
            for path, handler in _paths_of(service).items():
                if re.match(path, url):
                    return watched(service, handler)
    return None


def _paths_of(service: str) -> Mapping[str, Handler]:
    registry = backends.get_backend(service)  # type: ignore[call-overload]  # any service of moto's index
    if not isinstance(registry, BackendDict):
        return registry["global"].urls  # type: ignore[no-any-return]
    regions = registry[DEFAULT_ACCOUNT_ID]
    return regions["us-east-1" if "us-east-1" in regions else "aws"].urls  # type: ignore[no-any-return]


def answer_clients_made_before_the_lab(patches: Patches) -> None:
    """Moto hooks into clients that are made after it was imported; the lab answers the others, too.

    It is also the last door to the network: what moto does not answer ends here.
    """

    def send(_endpoint: botocore.endpoint.Endpoint, request: AWSPreparedRequest) -> AWSResponse:
        answer = BotocoreStubber().process_request(request)
        if answer is None:
            raise SealedEndpointError(endpoint_url=request.url)
        status, headers, body = answer
        return AWSResponse(request.url, status, headers, MockRawResponse(body))  # type: ignore[arg-type]

    patches.set(botocore.endpoint.Endpoint, "_send", send)


def sign_without_hashing(patches: Patches, world: World) -> None:
    """A signature that nobody verifies costs a sixth of a call, and needs credentials.

    The header keeps its form, because moto reads the account, region and service from it. Presigned URLs
    are signed as ever. A client that was made before the lab and has no credentials gets the lab's.
    """
    add_auth = SigV4Auth.add_auth
    inject = SigV4Auth._inject_signature_to_request  # type: ignore[attr-defined]  # noqa: SLF001 - tells header signing from query signing
    own = own_credentials(world.account).get_frozen_credentials()

    def add_plain_auth(signer: SigV4Auth, request: AWSRequest) -> None:
        if signer.credentials is None:
            signer.credentials = own
        if getattr(type(signer), inject.__name__) is not inject:
            add_auth(signer, request)
            return
        timestamp = world.clock.datetime().strftime(SIGV4_TIMESTAMP)
        request.context["timestamp"] = timestamp
        signer._modify_request_before_signing(request)  # type: ignore[attr-defined]  # noqa: SLF001
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={signer.scope(request)}, "
            f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
        )

    patches.set(SigV4Auth, "add_auth", add_plain_auth)


def know_accounts_by_their_key(patches: Patches, world: World, iam: types.ModuleType) -> None:
    """A lab's keys carry their account; moto knows those of its IAM only, and all others are the lab's."""
    look_up = iam.get_account_id_from

    def get_account_id_from(access_key: str) -> str:
        account = account_of(access_key)
        if account is not None:
            return account
        account = str(look_up(access_key))
        return world.account if account == DEFAULT_ACCOUNT_ID else account

    patches.set(iam, "get_account_id_from", get_account_id_from)


def call_the_learner_by_one_name(patches: Patches, sts: types.ModuleType) -> None:
    """Moto's STS says `user/moto` of a key that it does not know; SQS and error texts say who it is."""
    look_up = sts.STSBackend.get_caller_identity

    def get_caller_identity(backend: object, access_key: str, region: str) -> tuple[str, str, str]:
        account = account_of(access_key)
        if account is None:
            user_id, arn, account = look_up(backend, access_key, region)
            return user_id, arn, account
        user = lab_user(account, get_partition(region))
        return user.user_id, user.arn, user.account

    patches.set(sts.STSBackend, "get_caller_identity", get_caller_identity)


def warn_of_no_error_codes(patches: Patches) -> None:
    """Moto warns, in the learner's cell, of an error code that the service's model does not have.

    That is of use to its authors. AWS answers with codes that no model lists, such as InvalidToken of
    EventBridge, and a refusal of the lab's own has one, too.
    """
    patches.set(moto.core.errors, "warn", lambda *_, **__: None)


def parse_timestamps_as_utc(patches: Patches) -> None:
    """Botocore gives timestamps in the computer's own zone, so outputs would differ between places."""
    parse = botocore.utils._parse_timestamp_with_tzinfo  # type: ignore[attr-defined]  # noqa: SLF001 - all ways lead here

    def parse_as_utc(value: object, tzinfo: object) -> datetime.datetime:
        moment: datetime.datetime = parse(value, tzinfo)
        return moment if moment.tzinfo is None else moment.astimezone(datetime.UTC)

    patches.set(botocore.utils, "_parse_timestamp_with_tzinfo", parse_as_utc)


def number_log_events_from_the_start(patches: Patches, logs: types.ModuleType) -> None:
    """Moto counts log events for the life of the process, so a second lab would number them differently."""
    patches.set(logs.LogEvent, "_event_id", 0)


def tell_of_capacity_if_asked(patches: Patches, tables: types.ModuleType) -> None:
    """Moto's UpdateItem, and its calls for many items, tell of capacity and collections unasked.

    The units of UpdateItem are a write's then, as moto has them of PutItem: half a unit is a read's.
    """
    operations = tables.DynamoHandler
    for name in ("update_item", "batch_get_item", "batch_write_item", "transact_write_items"):
        answer = _with_what_was_asked_for(getattr(operations, name))
        if name == "update_item":
            answer = tables.include_consumed_capacity()(answer)
        patches.set(operations, name, answer)


def _with_what_was_asked_for(operation: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(operation)
    def answer(handler: Any) -> Any:  # noqa: ANN401 - moto's DynamoHandler, and its ActionResult
        result = operation(handler)
        for member in ("ConsumedCapacity", "ItemCollectionMetrics"):
            if handler.body.get(f"Return{member}", "NONE") == "NONE":
                result.result.pop(member, None)
        return result

    return answer


def transfer_one_by_one(patches: Patches, futures: types.ModuleType) -> None:
    """`upload_file` and the like start threads, which in a handler would wait for the lab, and it for them.

    In a cell they would only make the order of calls a matter of luck.
    """
    patches.set(futures.BoundedExecutor, "EXECUTOR_CLS", futures.NonThreadedExecutor)


def wait_by_the_seed_before_trying_again(patches: Patches, world: World) -> None:
    """Botocore waits a random time before it tries a call again; in a lab that moves AWS time."""
    jitter = world.seeds.stream("jitter of botocore's retries")
    delay_amount_by_chance = ExponentialBackoff.delay_amount

    def delay_amount(backoff: ExponentialBackoff, context: RetryContext) -> float:
        seeded = copy.copy(backoff)  # the client may outlive the lab
        vars(seeded)["_random"] = jitter.random
        return delay_amount_by_chance(seeded, context)

    patches.set(ExponentialBackoff, "delay_amount", delay_amount)
    patches.set(botocore.retryhandler, "random", seeded_random_module(jitter))  # retry mode "legacy"
