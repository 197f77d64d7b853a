"""Signatures that any library of Standard Webhooks verifies."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from interview.webhooks.schedule import RETRIES_S, retry_after_s
from interview.webhooks.signing import (
    PREFIX,
    body_of,
    headers_of,
    new_secret,
    secret_bytes,
)

# The example of the specification's own libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_is_the_standards() -> None:
    assert headers_of(ID, AT, BODY, [SECRET]) == {
        "webhook-id": ID,
        "webhook-timestamp": str(AT),
        "webhook-signature": SIGNATURE,
    }


def test_while_two_secrets_are_good_both_sign() -> None:
    other = new_secret()
    both = headers_of(ID, AT, BODY, [other, SECRET])["webhook-signature"].split(" ")
    assert both == [headers_of(ID, AT, BODY, [other])["webhook-signature"], SIGNATURE]


@pytest.mark.parametrize(
    "changed",
    [
        headers_of("msg_other", AT, BODY, [SECRET]),
        headers_of(ID, AT + 1, BODY, [SECRET]),
        headers_of(ID, AT, BODY + b" ", [SECRET]),
        headers_of(ID, AT, BODY, [new_secret()]),
    ],
)
def test_whatever_is_changed_changes_the_signature(changed: dict[str, str]) -> None:
    assert changed["webhook-signature"] != SIGNATURE


def test_secrets_are_of_256_bits_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(s.startswith(PREFIX) and len(secret_bytes(s)) == 32 for s in secrets)


def test_a_body_is_the_same_each_time() -> None:
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    one = body_of("interview.completed", at, {"b": 1, "a": 2})
    assert one == body_of("interview.completed", at, {"a": 2, "b": 1})
    assert json.loads(one) == {
        "type": "interview.completed",
        "timestamp": "2026-05-01T12:00:00+00:00",
        "data": {"a": 2, "b": 1},
    }


def test_tries_go_on_for_a_day() -> None:
    waits = [retry_after_s(tries) for tries in range(1, len(RETRIES_S) + 2)]
    assert waits[-1] is None
    spent = sum(wait for wait in waits if wait is not None)
    assert 20 * 3600 < spent < 28 * 3600
    assert (waits[0] or 0) < 6
    assert retry_after_s(1, asked_s=120.0) == 120.0
