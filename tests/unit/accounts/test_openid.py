"""What an OpenID provider may answer, and what is believed of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from interview.accounts.openid import ATTEMPT_S, KEYS_S, OpenIdProvider, build_provider
from interview.config import Settings
from interview.errors import (
    AccessError,
    ConfigError,
    IdentityProviderError,
    InterviewError,
    InvalidInputError,
)
from interview.security.keys import Key, KeyRing

ISSUER = "https://idp.example/tenant"
RING = KeyRing((Key("one", b"1" * 32),))
CLIENT_SECRET = "a client secret of more than thirty-two bytes"

Signer = Callable[[dict[str, Any]], str]


class Clock:
    def __init__(self) -> None:
        # Near to now: the library that reads ID tokens has a clock of its own.

        self.now = float(int(time.time()))

    def __call__(self) -> float:
        return self.now


class Idp:
    """A provider inside this process, whose tokens a test may spoil."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_id = "first"
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.userinfo: dict[str, Any] | None = None
        self.claims: dict[str, Any] = {}
        self.sign: Signer = self.rs256
        self.asked: list[str] = []
        self.exchange: dict[str, list[str]] = {}
        self.authorization = ""
        self.provider = OpenIdProvider(
            issuer=ISSUER,
            client_id="intervue",
            client_secret=CLIENT_SECRET,
            public_url="https://intervue.example/",
            ring=RING,
            clock=self.clock,
            transport=httpx2.MockTransport(self.answer),
        )

    def rs256(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": self.key_id})

    @property
    def public_pem(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/tenant")
        self.asked.append(path)
        match path:
            case "/.well-known/openid-configuration":
                return httpx2.Response(200, json=self.metadata)
            case "/keys":
                key = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
                return httpx2.Response(200, json={"keys": [key | {"kid": self.key_id}]})
            case "/token":
                self.exchange = parse_qs(request.content.decode())
                self.authorization = request.headers["authorization"]
                body = {"access_token": "at", "token_type": "Bearer"}
                return httpx2.Response(200, json=body | {"id_token": self.sign(self.claims)})
            case "/userinfo":
                assert request.headers["authorization"] == "Bearer at"
                return httpx2.Response(200, json=self.userinfo)
            case _:
                return httpx2.Response(404)

    async def sign_in(self, **claims: Any) -> Any:
        url, cookie = await self.provider.begin()
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        now = int(self.clock())
        self.claims = {
            "iss": ISSUER,
            "aud": "intervue",
            "sub": "someone",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": "grace@navy.example",
            "email_verified": True,
            "name": "Grace",
        } | claims
        self.claims = {name: value for name, value in self.claims.items() if value is not None}
        self.challenge = asked["code_challenge"]
        identity, _ = await self.provider.finish(
            cookie, state=asked["state"], code="code", issuer=None
        )
        return identity


@pytest.fixture
def idp() -> Idp:
    return Idp()


async def failure(idp: Idp, **claims: Any) -> InterviewError:
    with pytest.raises(InterviewError) as caught:
        await idp.sign_in(**claims)
    assert "grace" not in str(caught.value)
    return caught.value


async def test_what_it_vouches_for(idp: Idp) -> None:
    identity = await idp.sign_in()
    assert (identity.issuer, identity.subject) == (ISSUER, "someone")
    assert (identity.email, identity.name) == ("grace@navy.example", "Grace")
    assert "grace" not in repr(identity)


async def test_the_code_is_exchanged_by_whoever_asked_for_it(idp: Idp) -> None:
    await idp.sign_in()
    (verifier,) = idp.exchange["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == idp.challenge
    assert 43 <= len(verifier) <= 128
    assert idp.exchange["redirect_uri"] == ["https://intervue.example/api/v1/auth/oidc/callback"]
    assert idp.exchange["grant_type"] == ["authorization_code"]
    assert idp.authorization.startswith("Basic ")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"iat": 9_999_999_999},
        {"sub": None},
        {"sub": 7},
        {"nonce": None},
        {"nonce": "another"},
        {"nonce": ""},
    ],
)
async def test_a_token_that_is_not_for_us_or_not_now(idp: Idp, claims: dict[str, Any]) -> None:
    error = await failure(idp, **claims)
    assert isinstance(error, AccessError)
    assert error.code == "auth.failed"


def _none(idp: Idp) -> Signer:
    return lambda claims: jwt.encode(claims, None, algorithm="none", headers={"kid": "first"})  # pyright: ignore[reportArgumentType]


def _by_client_secret(idp: Idp) -> Signer:
    return lambda claims: jwt.encode(
        claims, CLIENT_SECRET, algorithm="HS256", headers={"kid": "first"}
    )


def _by_public_key(idp: Idp) -> Signer:
    """RS256 confusion: HMAC with what everybody knows. PyJWT refuses to make one."""

    def sign(claims: dict[str, Any]) -> str:
        header = {"alg": "HS256", "typ": "JWT", "kid": "first"}
        parts = [
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
            for part in (header, claims)
        ]
        mac = hmac.new(idp.public_pem, b".".join(parts), hashlib.sha256).digest()
        return b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()

    return sign


def _by_another_key(idp: Idp) -> Signer:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return lambda claims: jwt.encode(claims, other, algorithm="RS256", headers={"kid": "first"})


def _nothing(idp: Idp) -> Signer:
    return lambda claims: ""


@pytest.mark.parametrize(
    "signer", [_none, _by_client_secret, _by_public_key, _by_another_key, _nothing]
)
async def test_a_token_by_somebody_else(idp: Idp, signer: Callable[[Idp], Signer]) -> None:
    idp.sign = signer(idp)
    assert (await failure(idp)).code == "auth.failed"


@pytest.mark.parametrize("verified", [None, False, "true", 1, "yes"])
async def test_an_address_is_told_where_it_was_verified(idp: Idp, verified: Any) -> None:
    assert (await idp.sign_in(email_verified=verified)).email is None


async def test_an_address_may_be_asked_for_apart(idp: Idp) -> None:
    idp.metadata["userinfo_endpoint"] = f"{ISSUER}/userinfo"
    idp.userinfo = {"sub": "someone", "email": "grace@navy.example", "email_verified": True}
    identity = await idp.sign_in(email=None, email_verified=None)
    assert identity.email == "grace@navy.example"
    idp.userinfo["sub"] = "somebody else"
    assert (await failure(idp, email=None, email_verified=None)).code == "auth.failed"


async def test_its_keys_rotate(idp: Idp) -> None:
    await idp.sign_in()
    await idp.sign_in()
    assert idp.asked.count("/keys") == 1
    idp.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    idp.key_id = "second"
    assert (await failure(idp)).code == "auth.failed", "asked for again a moment ago"
    idp.clock.now += KEYS_S + 1
    await idp.sign_in()
    assert idp.asked.count("/keys") == 2


async def test_keys_that_are_unknown_are_not_asked_for_by_the_hundred(idp: Idp) -> None:
    await idp.sign_in()
    idp.sign = lambda claims: jwt.encode(
        claims, idp.key, algorithm="RS256", headers={"kid": "unknown"}
    )
    idp.clock.now += KEYS_S + 1
    for _ in range(20):
        assert (await failure(idp)).code == "auth.failed"
    assert idp.asked.count("/keys") == 2


async def test_an_attempt_lasts_ten_minutes(idp: Idp) -> None:
    url, cookie = await idp.provider.begin()
    state = parse_qs(urlsplit(url).query)["state"][0]
    idp.clock.now += ATTEMPT_S
    with pytest.raises(InvalidInputError) as caught:
        await idp.provider.finish(cookie, state=state, code="code", issuer=None)
    assert caught.value.code == "oidc.invalid_state"
    assert "/token" not in idp.asked


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"authorization_endpoint": 7},
        {"jwks_uri": "not an address"},
        {"jwks_uri": f"{ISSUER}/nowhere"},
    ],
)
async def test_a_description_that_cannot_be_used(idp: Idp, changes: dict[str, Any]) -> None:
    idp.metadata |= changes
    error = await failure(idp)
    assert isinstance(error, IdentityProviderError)
    assert error.http_status == 502


def test_it_is_offered_where_it_is_set_up() -> None:
    assert build_provider(Settings(), RING) is None
    with pytest.raises(ConfigError, match="OIDC_CLIENT_ID"):
        build_provider(Settings(oidc_issuer=ISSUER), RING)
