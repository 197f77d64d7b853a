"""Sign-in with an OpenID provider: authorization code, PKCE, state and nonce.

What is begun in a browser is finished in the same one: a sealed cookie, good for ten minutes,
holds what the provider's answer must fit.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import jwt
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from interview.config import Settings
from interview.errors import AccessError, ConfigError, IdentityProviderError, InvalidInputError
from interview.security.keys import KeyRing
from interview.security.seal import Cipher, EncryptionError, derived
from interview.security.tokens import new_secret

__all__ = ["CALLBACK_PATH", "ATTEMPT_S", "ExternalIdentity", "OpenIdProvider", "build_provider"]

CALLBACK_PATH = "/api/v1/auth/oidc/callback"
ATTEMPT_S = 600
TIMEOUT_S = 10.0
LEEWAY_S = 30
METADATA_S = 3600.0
KEYS_S = 10.0
"""No sooner are the provider's keys asked for again when one is not among them."""
MOST_PLACE_BYTES = 2000
"""As JSON: a cookie of more than 4,096 bytes is dropped, and the sign-in could not be finished."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Asymmetric alone: what is signed by the client's secret would be by ourselves as well."""
_BOUND = b"intervue sign-in by OpenID"


@dataclass(frozen=True, slots=True)
class ExternalIdentity:
    """As the provider vouches for it. `email` is None unless it says that it was verified."""

    issuer: str
    subject: str
    email: str | None = field(repr=False)
    name: str = field(repr=False)


@dataclass(slots=True)
class _Provider:
    read_at: float
    metadata: dict[str, Any]
    keys: dict[str, Any]


class OpenIdProvider:
    """Methods that ask the provider raise `IdentityProviderError`."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str,
        public_url: str,
        ring: KeyRing,
        clock: Callable[[], float] = time.time,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = public_url.rstrip("/") + CALLBACK_PATH
        self._clock = clock
        self._transport = transport
        self._known: _Provider | None = None
        self._reading = asyncio.Lock()
        self._ciphers = {
            key.key_id: Cipher(key.key_id, derived(key.secret, _BOUND.decode()))
            for key in ring.keys
        }
        self._current = self._ciphers[ring.current.key_id]

    async def begin(self, place: str = "") -> tuple[str, str]:
        """Where to send the browser, and the cookie to give it. `place` is told by `finish`,
        unless it is longer than a cookie holds: then they come to the first page."""
        if len(json.dumps(place)) > MOST_PLACE_BYTES:
            place = ""
        provider = await self._provider()
        attempt = {
            "state": new_secret(),
            "nonce": new_secret(),
            "verifier": new_secret() + new_secret(),
            "until": self._clock() + ATTEMPT_S,
            "place": place,
        }
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                provider.metadata["authorization_endpoint"],
                state=attempt["state"],
                nonce=attempt["nonce"],
                code_verifier=attempt["verifier"],
            )
        sealed = self._current.seal(json.dumps(attempt).encode(), _BOUND)
        return url, f"{self._current.key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    async def finish(
        self, cookie: str, *, state: str, code: str, issuer: str | None
    ) -> tuple[ExternalIdentity, str]:
        """Who it is, and the `place` of `begin`. `issuer` is the answer's own `iss`, where it has
        one. Raises `InvalidInputError` (`oidc.invalid_state`) for an answer to no attempt of this
        browser, and `AccessError` (`auth.failed`) where the provider does not vouch."""
        attempt = self._opened(cookie)
        if not hmac.compare_digest(str(attempt.get("state", "")).encode(), state.encode()):
            raise _no_attempt()
        if issuer is not None and issuer != self.issuer:
            raise _no_attempt()
        provider = await self._provider()
        tokens = await self._exchanged(provider, code, attempt["verifier"])
        claims = await self._verified(str(tokens.get("id_token", "")))
        if not hmac.compare_digest(
            str(claims.get("nonce", "")).encode(), str(attempt["nonce"]).encode()
        ):
            raise _not_vouched()
        if "email" not in claims and "userinfo_endpoint" in provider.metadata:
            claims = await self._with_userinfo(provider, claims, str(tokens["access_token"]))
        email = claims.get("email") if claims.get("email_verified") is True else None
        identity = ExternalIdentity(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            email=email if isinstance(email, str) else None,
            name=str(claims.get("name", "")),
        )
        return identity, str(attempt.get("place", ""))

    def _opened(self, cookie: str) -> dict[str, Any]:
        key_id, _, encoded = cookie.partition(".")
        try:
            sealed = base64.b64decode(encoded, b"-_", validate=True)
            attempt = json.loads(self._ciphers[key_id].open(sealed, _BOUND))
        except (KeyError, ValueError, binascii.Error, EncryptionError):
            raise _no_attempt() from None
        if attempt["until"] <= self._clock():
            raise _no_attempt()
        return attempt

    async def _exchanged(self, provider: _Provider, code: str, verifier: str) -> dict[str, Any]:
        try:
            async with self._client() as client:
                return await client.fetch_token(
                    provider.metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=self._redirect_uri,
                )
        except AuthlibBaseError:
            # Used before, too old, or another client's: its text may hold the code.
            raise _not_vouched() from None
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            raise _away(error) from None

    async def _verified(self, id_token: str) -> dict[str, Any]:
        try:
            key = await self._key(jwt.get_unverified_header(id_token))
            return jwt.decode(
                id_token,
                key,
                algorithms=list(_ALGORITHMS),
                audience=self._client_id,
                issuer=self.issuer,
                leeway=LEEWAY_S,
                options={"require": ["iss", "aud", "exp", "iat", "sub"], "strict_aud": False},
            )
        except jwt.PyJWTError:
            raise _not_vouched() from None

    async def _key(self, header: dict[str, Any]) -> jwt.PyJWK:
        provider = await self._provider()
        key = _find(provider.keys, header)
        if key is None and self._clock() - provider.read_at > KEYS_S:
            key = _find((await self._provider(afresh=True)).keys, header)
        if key is None:
            raise _not_vouched()
        return key

    async def _with_userinfo(
        self, provider: _Provider, claims: dict[str, Any], access_token: str
    ) -> dict[str, Any]:
        found = await self._get(
            provider.metadata["userinfo_endpoint"], {"Authorization": f"Bearer {access_token}"}
        )
        if found.get("sub") != claims["sub"]:
            raise _not_vouched()
        return found | claims

    async def _provider(self, *, afresh: bool = False) -> _Provider:
        async with self._reading:
            known, now = self._known, self._clock()
            if known is not None and not afresh and now - known.read_at < METADATA_S:
                return known
            address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            metadata = await self._get(address)
            if metadata.get("issuer") != self.issuer:
                raise IdentityProviderError("the OpenID provider goes by another name")
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(isinstance(metadata.get(name), str) for name in names):
                raise IdentityProviderError("the OpenID provider's description is not whole")
            keys = await self._get(metadata["jwks_uri"])
            self._known = _Provider(now, metadata, keys)
            return self._known

    async def _get(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(
                transport=self._transport, timeout=TIMEOUT_S, follow_redirects=False
            ) as client:
                response = await client.get(url, headers=headers)
            found: Any = response.raise_for_status().json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise _away(error) from None
        if not isinstance(found, dict):
            raise IdentityProviderError("the OpenID provider's answer cannot be used")
        return found  # pyright: ignore[reportUnknownVariableType] JSON

    def _client(self) -> Any:
        """Authlib's, which has no types."""
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret or None,
            redirect_uri=self._redirect_uri,
            scope="openid email profile",
            code_challenge_method="S256",
            transport=self._transport,
            timeout=TIMEOUT_S,
        )


def build_provider(settings: Settings, ring: KeyRing) -> OpenIdProvider | None:
    """None where it is not set up. Raises `ConfigError`."""
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise ConfigError("OIDC_CLIENT_ID: missing, while OIDC_ISSUER is set")
    secret = settings.oidc_client_secret
    return OpenIdProvider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret is not None else "",
        public_url=settings.public_url,
        ring=ring,
    )


def _find(keys: dict[str, Any], header: dict[str, Any]) -> jwt.PyJWK | None:
    """By its id; without one, the only key there is."""
    try:
        known = jwt.PyJWKSet.from_dict(keys).keys
    except (jwt.PyJWTError, AttributeError, TypeError):
        raise IdentityProviderError("the OpenID provider's keys cannot be used") from None
    if "kid" not in header:
        return known[0] if len(known) == 1 else None
    return next((key for key in known if key.key_id == header["kid"]), None)


def _no_attempt() -> InvalidInputError:
    return InvalidInputError(
        "oidc.invalid_state", "this sign-in was not begun in this browser, or too long ago"
    )


def _not_vouched() -> AccessError:
    return AccessError("auth.failed", "the OpenID provider does not vouch for this")


def _away(error: Exception) -> IdentityProviderError:
    return IdentityProviderError(f"the OpenID provider does not answer ({type(error).__name__})")
