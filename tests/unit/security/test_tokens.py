"""Access tokens that are anything but what we issued."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from interview.errors import AccessError
from interview.security.keys import Key, KeyRing
from interview.security.principal import Principal
from interview.security.tokens import ACCESS_TOKEN_S, LEEWAY_S, AccessTokens

NOW = 1_800_000_000
ISSUER = "https://intervue.example"
OLD, NEW = Key("old", b"o" * 32), Key("new", b"n" * 32)
RECRUITER = Principal("user", "org", role="recruiter", user_id="user", session_id="session")


def tokens(*keys: Key, now: float = NOW, issuer: str = ISSUER) -> AccessTokens:
    return AccessTokens(KeyRing(keys or (NEW,)), issuer, clock=lambda: now)


def claims(**changes: Any) -> dict[str, Any]:
    """None takes a claim away."""
    all_of_them: dict[str, Any] = {
        "iss": ISSUER,
        "aud": "intervue-api",
        "iat": NOW,
        "exp": NOW + 600,
        "sub": "user",
        "sid": "session",
        "org": "org",
        "role": "recruiter",
    } | changes
    return {name: value for name, value in all_of_them.items() if value is not None}


def signed(body: dict[str, Any], key: Key = NEW, **header: Any) -> str:
    headers: dict[str, Any] = {"kid": key.key_id, "alg": "HS256"} | header
    parts = [_encoded(json.dumps(part).encode()) for part in (headers, body)]
    mac = hmac.new(key.secret, ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, _encoded(mac)])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def refused(token: str, *, code: str = "auth.invalid", now: float = NOW) -> None:
    with pytest.raises(AccessError) as caught:
        tokens(now=now).verify(token)
    assert (caught.value.code, caught.value.http_status) == (code, 401)
    assert token not in str(caught.value)


def test_what_is_issued_comes_back() -> None:
    candidate = Principal(
        "user", "org", role="candidate", user_id="u", session_id="s", interview_id="i"
    )
    for principal in (RECRUITER, candidate):
        assert tokens().verify(tokens().issue(principal)) == principal
    assert tokens().verify(signed(claims())) == RECRUITER, "or the tests below prove nothing"


@pytest.mark.parametrize("alg", ["none", "None", "HS384", "HS512", "RS256", "ES256", ""])
def test_one_algorithm_alone(alg: str) -> None:
    refused(signed(claims(), alg=alg))
    unsigned = signed(claims(), alg=alg).rsplit(".", 1)[0] + "."
    refused(unsigned)


def test_a_public_key_is_no_shared_secret() -> None:
    """Whoever signs with RS256 needs our secret to be a public key, which it is not; and whoever
    signs with HS256 and a public key is not helped by RS256 in the header."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    refused(jwt.encode(claims(), private, algorithm="RS256", headers={"kid": "new"}))
    refused(signed(claims(), Key("new", pem)))
    refused(signed(claims(), Key("new", pem), alg="RS256"))


@pytest.mark.parametrize("kid", ["old", "", "../new", "new ", 7, None, ["new"], {"kid": "new"}])
def test_a_key_that_is_not_ours(kid: Any) -> None:
    refused(signed(claims(), NEW, kid=kid))


def test_the_key_itself_counts() -> None:
    refused(signed(claims(), Key("new", b"x" * 32)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aud", "another-api"),
        ("aud", ["another-api"]),
        ("aud", ""),
        ("iss", "https://evil.example"),
        ("iss", ISSUER + "/"),
        ("role", "owner"),
        ("role", ["admin"]),
        ("sub", 7),
        ("sid", None),
        ("org", ["org"]),
        ("interview", 7),
        ("exp", None),
        ("exp", "soon"),
        ("exp", NOW + 600.5),
        ("iat", "now"),
        ("iat", NOW + LEEWAY_S + 1),
    ],
)
def test_a_claim_that_is_not_ours(name: str, value: Any) -> None:
    refused(signed(claims(**{name: value})))


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "sub", "sid", "org", "role"])
def test_every_claim_is_needed(name: str) -> None:
    refused(signed(claims(**{name: None})))


def test_none_lives_longer_than_ten_minutes() -> None:
    assert ACCESS_TOKEN_S == 600
    body = jwt.decode(tokens().issue(RECRUITER), options={"verify_signature": False})
    assert body["exp"] - body["iat"] == 600
    refused(signed(claims(exp=NOW + 601)))
    refused(signed(claims(iat=NOW - 10, exp=NOW + 600)))


def test_clocks_may_differ_a_little() -> None:
    token = tokens().issue(RECRUITER)
    behind, ahead = NOW - LEEWAY_S, NOW + ACCESS_TOKEN_S + LEEWAY_S
    assert tokens(now=behind).verify(token) == RECRUITER
    refused(token, now=behind - 1)
    assert tokens(now=ahead - 1).verify(token) == RECRUITER
    refused(token, code="auth.expired", now=ahead)


def test_an_expired_one_ends_a_session_still() -> None:
    token = tokens().issue(RECRUITER)
    assert tokens(now=NOW + 10_000).verify(token, may_be_expired=True) == RECRUITER
    with pytest.raises(AccessError):
        tokens(now=NOW + 10_000).verify(token[:-2] + "xx", may_be_expired=True)


def test_keys_rotate() -> None:
    before = tokens(OLD).issue(RECRUITER)
    both = tokens(NEW, OLD)
    assert both.verify(before) == RECRUITER
    assert jwt.get_unverified_header(both.issue(RECRUITER))["kid"] == "new"
    refused(before)


def _truncated(token: str) -> str:
    return token[:-1]


def _longer(token: str) -> str:
    return token + "x"


def _joined(token: str) -> str:
    return token.replace(".", "", 1)


def _twice(token: str) -> str:
    return f"{token}.{token}"


def _not_ascii(token: str) -> str:
    return f"\N{SNOWMAN}{token}"


def _list_of_claims(token: str) -> str:
    header, _, mac = token.split(".")
    return f"{header}.{_encoded(b'[]')}.{mac}"


def _list_as_header(token: str) -> str:
    return f"{_encoded(b'[]')}.{token.partition('.')[2]}"


@pytest.mark.parametrize(
    "damage",
    [_truncated, _longer, _joined, _twice, _not_ascii, _list_of_claims, _list_as_header],
)
def test_damaged_ones(damage: Callable[[str], str]) -> None:
    refused(damage(tokens().issue(RECRUITER)))


@pytest.mark.parametrize("token", ["", ".", "..", "...", "a.b.c"])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(AccessError):
        tokens().verify(token)
