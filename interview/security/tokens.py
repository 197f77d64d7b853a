"""Access tokens: JWT, one algorithm, short-lived (RFC 7519, RFC 8725)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import jwt

from interview.errors import AccessError
from interview.security.keys import KeyRing
from interview.security.principal import Principal

__all__ = ["ACCESS_TOKEN_S", "AccessTokens", "new_secret"]

ACCESS_TOKEN_S = 600
LEEWAY_S = 30
"""Clocks of our own processes differ by no more."""
_ALGORITHM = "HS256"
_AUDIENCE = "intervue-api"
_REQUIRED = ("iss", "aud", "exp", "iat", "sub", "sid", "org", "role")


class AccessTokens:
    """`issuer` is the deployment's public address. `clock` gives Unix seconds."""

    def __init__(
        self, keys: KeyRing, issuer: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock

    def issue(self, principal: Principal) -> str:
        """For a signed-in user, valid for `ACCESS_TOKEN_S`."""
        assert principal.kind == "user", "API keys are their own credential"
        now = int(self._clock())
        key = self._keys.current
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": _AUDIENCE,
            "iat": now,
            "exp": now + ACCESS_TOKEN_S,
            "jti": secrets.token_hex(8),
            "sub": principal.user_id,
            "sid": principal.session_id,
            "org": principal.organization_id,
            "role": principal.role,
        }
        if principal.interview_id is not None:
            claims["interview"] = principal.interview_id
        return jwt.encode(claims, key.secret, algorithm=_ALGORITHM, headers={"kid": key.key_id})

    def verify(self, token: str, *, may_be_expired: bool = False) -> Principal:
        """Raises `AccessError`: `auth.expired`, or `auth.invalid` for all else that is wrong.

        `may_be_expired`: enough to end a session by, and for nothing else."""
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(str(header.get("kid", "")))
            if key is None:
                raise _invalid()
            claims = jwt.decode(
                token,
                key.secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=self._issuer,
                options={
                    "require": list(_REQUIRED),
                    # By the clock given, below.
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except jwt.PyJWTError:
            raise _invalid() from None
        self._check_times(claims, may_be_expired=may_be_expired)
        return _principal(claims)

    def _check_times(self, claims: dict[str, Any], *, may_be_expired: bool) -> None:
        now = self._clock()
        issued, expires = claims["iat"], claims["exp"]
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise _invalid()
        if issued > now + LEEWAY_S or expires - issued > ACCESS_TOKEN_S:
            raise _invalid()
        if expires <= now - LEEWAY_S and not may_be_expired:
            raise AccessError("auth.expired", "the access token has expired")


def new_secret() -> str:
    """256 random bits, as they are given out: refresh tokens, links, API keys."""
    return secrets.token_urlsafe(32)


def _principal(claims: dict[str, Any]) -> Principal:
    role, interview_id = claims["role"], claims.get("interview")
    texts = (claims["sub"], claims["sid"], claims["org"], interview_id or "")
    if role not in ("candidate", "recruiter", "admin") or not all(
        isinstance(text, str) for text in texts
    ):
        raise _invalid()
    return Principal(
        "user",
        organization_id=claims["org"],
        role=role,
        user_id=claims["sub"],
        session_id=claims["sid"],
        interview_id=interview_id,
    )


def _invalid() -> AccessError:
    return AccessError("auth.invalid", "the access token is not valid")
