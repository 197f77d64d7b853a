"""Secrets and signatures as Standard Webhooks has them (standardwebhooks.com): HMAC-SHA256 over id,
time and body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

__all__ = ["PREFIX", "body_of", "headers_of", "new_secret", "secret_bytes"]

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """As it is shown: the prefix, and base64 of 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def secret_bytes(secret: str) -> bytes:
    """Raises `ValueError`."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("not a webhook's secret") from None


def body_of(event: str, at: datetime, data: dict[str, Any]) -> bytes:
    """The same bytes at every attempt."""
    content = {"type": event, "timestamp": at.isoformat(), "data": data}
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def headers_of(
    delivery_id: str, sent_at: int, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """`sent_at`: Unix seconds. One signature for each secret, the newest first."""
    signed = f"{delivery_id}.{sent_at}.".encode() + body
    signatures = (
        base64.b64encode(hmac.digest(secret_bytes(secret), signed, hashlib.sha256)).decode()
        for secret in secrets
    )
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
