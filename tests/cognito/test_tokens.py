"""Tokens: they verify with the keys at the pool's address, and the same seed gives the same ones."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from user_pools import UserPool, claims

from workbook import Lab
from workbook.aws.cognito.claims import Changes, is_open
from workbook.aws.cognito.tokens import sign


def bytes_of(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_signature_verifies_with_the_key_at_the_pool_s_address(lab):
    pool = UserPool(lab)
    pool.add()
    token = pool.sign_in()["AuthenticationResult"]["IdToken"]
    issuer = claims(token)["iss"]
    (key,) = lab.http(f"{issuer}/.well-known/jwks.json").json()["keys"]
    numbers = [int.from_bytes(bytes_of(key[name]), "big") for name in ("e", "n")]
    public = rsa.RSAPublicNumbers(*numbers).public_key()
    head, body, signature = token.split(".")
    public.verify(bytes_of(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(bytes_of(signature), f"{head}.{body}x".encode(), padding.PKCS1v15(), SHA256())
    assert lab.http(f"{issuer}/oauth2/token").status == 404


def history(seed):
    """All that a lab of a seed shows of a sign-up and a sign-in."""
    with Lab(seed=seed) as lab:
        pool = UserPool(lab, {"PreSignUp": "return event"})
        pool.sign_up()
        letter = lab.mailbox[-1].text
        pool.confirm()
        result = pool.sign_in()["AuthenticationResult"]
        hops = [(hop.time, hop.kind, hop.resource, hop.outcome) for hop in lab.trace]
        return pool.id, pool.client_id, letter, result, hops


def test_the_same_seed_gives_the_same_bytes_and_another_one_others():
    first, again, other = history(7), history(7), history(8)
    assert first == again
    assert [one == two for one, two in zip(first, other, strict=True)] == [False] * 5


def test_a_client_says_how_long_its_tokens_are_good(lab):
    validity = {
        "AccessTokenValidity": 10,
        "IdTokenValidity": 20,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes"},
    }
    pool = UserPool(lab, client=validity)
    pool.add()
    result = pool.sign_in()["AuthenticationResult"]
    assert result["ExpiresIn"] == 600
    identity = claims(result["IdToken"])
    assert identity["exp"] - identity["iat"] == 1200


def test_a_client_says_which_attributes_its_tokens_have(lab):
    pool = UserPool(lab, client={"ReadAttributes": ["email_verified"]})
    pool.add()
    identity = claims(pool.sign_in()["AuthenticationResult"]["IdToken"])
    assert identity["email_verified"] is True
    assert "email" not in identity


NAMES = st.sampled_from(["email", "tier", "sub", "iss", "cognito:username", "exp", "cognito:groups"])


@given(st.dictionaries(NAMES, st.text()), st.lists(NAMES))
def test_no_function_changes_what_a_token_says_of_itself(added, suppressed):
    before = {"sub": "1", "iss": "i", "exp": 2, "cognito:username": "ann", "email": "a@b.c"}
    after = dict(before)
    Changes(added, suppressed).apply(after)
    assert {name: after[name] for name in before if not is_open(name)} == {
        name: value for name, value in before.items() if not is_open(name)
    }
    assert not [name for name in suppressed if is_open(name) and name in after]


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans()))
def test_a_token_says_what_it_was_made_of(given_claims):
    assert claims(sign(given_claims)) == given_claims
