"""Tokens: an ID token and an access token, signed; and a refresh token, for new ones of these two.

    JWT = base64url(header) . base64url(claims) . base64url(RS256 signature)

The key that signs comes with moto and is in everybody's hands: a signature verifies as AWS's do, and protects
nothing. It is the same for all pools, where AWS has two for each, so that a lab needs none to be made. A
refresh token is opaque, as AWS's is, and carries all that is needed to renew: none that was given is kept.

Source: Cognito Developer Guide, "Understanding user pool JSON web tokens", "Refresh tokens".
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.cognito.claims import access_claims, id_claims
from workbook.aws.cognito.errors import NotAuthorized
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from workbook.aws.cognito.claims import Claims, Customization
    from workbook.aws.cognito.registry import Client, User
    from workbook.engine.world import World

KEY_ID = "workbook"
_KEY_FILE = "cognitoidp/resources/jwks-private.json"
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_VALIDITIES = {"AccessToken": (1, "hours"), "IdToken": (1, "hours"), "RefreshToken": (30, "days")}


@dataclass(frozen=True)
class SignIn:
    """One sign-in, as the refresh token keeps it."""

    user: str
    """The username."""
    sub: str
    """The user's id: another user of the same name is another one."""
    client: str
    at: int
    """An instant."""
    origin: str
    """The id of the first tokens that it gave."""


def new_sign_in(world: World, client: Client, user: User) -> SignIn:
    """A user has signed in, now."""
    return SignIn(user.username, user.sub, client.id, world.clock.now, world.seeds.uuid("cognito.tokens"))


def issue(world: World, client: Client, user: User, signed_in: SignIn, made: Customization) -> dict[str, Any]:
    """The tokens of a sign-in, without the refresh token, as AuthenticationResult has them."""
    now, event_id = world.clock.now // SECOND, world.seeds.uuid("cognito.tokens")

    def signed(token_use: str, claims: Claims, kind: str) -> str:
        own = {
            "iss": client.pool.issuer,
            "origin_jti": signed_in.origin,
            "event_id": event_id,
            "token_use": token_use,
            "auth_time": signed_in.at // SECOND,
            "exp": now + seconds_of(client, kind),
            "iat": now,
            "jti": world.seeds.uuid("cognito.tokens"),
        }
        return sign({**claims, **own})

    return {
        "AccessToken": signed("access", access_claims(client, user, made), "AccessToken"),
        "ExpiresIn": seconds_of(client, "AccessToken"),
        "TokenType": "Bearer",
        "IdToken": signed("id", id_claims(client, user, made), "IdToken"),
    }


def seconds_of(client: Client, kind: str) -> int:
    """For how many seconds a kind of token ("RefreshToken") of a client is good."""
    value, unit = _VALIDITIES[kind]
    given = client.settings.get(f"{kind}Validity")
    unit = (client.settings.get("TokenValidityUnits") or {}).get(kind, unit)
    return int(given or value) * _SECONDS[unit]


def refresh_token(world: World, client: Client, signed_in: SignIn) -> str:
    """The token with which a sign-in can be renewed."""
    body = _base64url(json.dumps(asdict(signed_in), separators=(",", ":")).encode())
    return f"{body}.{_seal(world, client, body)}"


def read_refresh_token(world: World, client: Client, token: str) -> tuple[User, SignIn]:
    """Whose sign-in a refresh token renews.

    Raises:
        NotAuthorized: it is none of the client's, too old, or the user has signed out or is no more.
    """
    body, _, seal = token.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(world, client, body).encode()):
        raise NotAuthorized("Invalid Refresh Token")
    signed_in = SignIn(**json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    if world.clock.now >= signed_in.at + seconds_of(client, "RefreshToken") * SECOND:
        raise NotAuthorized("Refresh Token has expired")
    user = client.pool.users.get(signed_in.user)
    if user is None or user.sub != signed_in.sub:
        raise NotAuthorized("Invalid Refresh Token")
    if signed_in.at <= user.signed_out_at:
        raise NotAuthorized("Refresh Token has been revoked")
    return user, signed_in


def sign(claims: Claims) -> str:
    """A JWT of these claims."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - 0.1 s, see `_key`
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above

    header = _base64url(json.dumps({"kid": KEY_ID, "alg": "RS256"}, separators=(",", ":")).encode())
    body = _base64url(json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode())
    signature = _key().sign(f"{header}.{body}".encode(), PKCS1v15(), SHA256())
    return f"{header}.{body}.{_base64url(signature)}"


def public_keys() -> dict[str, Any]:
    """The JSON Web Key Set with which the signatures of tokens can be verified."""
    numbers = _key().public_key().public_numbers()
    key = {"alg": "RS256", "e": _number(numbers.e), "kid": KEY_ID, "kty": "RSA", "n": _number(numbers.n)}
    return {"keys": [{**key, "use": "sig"}]}


@functools.cache
def _key() -> RSAPrivateKey:
    """Loaded when the first token is made: who has no user pools does not wait for it."""
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - as above
    from moto.utilities.utils import load_resource  # noqa: PLC0415 - as above

    jwk = load_resource(_KEY_FILE)
    value = {name: int.from_bytes(_bytes(jwk[name]), "big") for name in ("n", "e", "d")}
    public, d = rsa.RSAPublicNumbers(value["e"], value["n"]), value["d"]
    p, q = rsa.rsa_recover_prime_factors(value["n"], value["e"], d)
    exponents = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *exponents, public).private_key()


def _seal(world: World, client: Client, body: str) -> str:
    key = f"{world.seeds.seed}/{client.pool.id}/{client.id}".encode()
    return _base64url(hmac.new(key, body.encode(), hashlib.sha256).digest())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
