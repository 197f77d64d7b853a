"""A page of a history belongs to its workflow."""

from __future__ import annotations

import hmac
import json

import pytest

from api.temporal_ui.page_tokens import PageTokens
from interview.errors import InvalidInputError
from interview.security.keys import Key, KeyRing

OLD, NEW = Key("old", b"o" * 32), Key("new", b"n" * 32)
TOKENS = PageTokens(KeyRing((OLD,)))


def page(token: str, **more: object) -> bytes:
    events = [{"eventId": "1"}]
    answer: dict[str, object] = {"history": {"events": events}, "nextPageToken": token, **more}
    return json.dumps(answer, indent=2).encode()


def token_of(answer: bytes) -> str:
    return json.loads(answer)["nextPageToken"]


@pytest.mark.parametrize("more", [{}, {"archived": False}])
def test_a_token_comes_back_as_it_was(more: dict[str, object]) -> None:
    bound = token_of(TOKENS.bound(page("CiQw/+_-==", **more), "interview-1"))

    assert bound != "CiQw/+_-=="
    assert TOKENS.unbound(bound, "interview-1") == "CiQw/+_-=="


@pytest.mark.parametrize("answer", [page(""), b"", b'{"code": 5}', b"\xff"])
def test_what_has_none_stays(answer: bytes) -> None:
    assert TOKENS.bound(answer, "interview-1") == answer
    assert TOKENS.unbound("", "interview-1") == ""


def test_an_event_cannot_have_a_token_bound() -> None:
    said = '"nextPageToken": "foreign"}'
    answer = {"history": {"events": [{"nextPageToken": "foreign", "said": said}]}}

    assert TOKENS.bound(json.dumps(answer).encode(), "interview-1") == json.dumps(answer).encode()


@pytest.mark.parametrize("changed", ["{0}x", "x{0}", "{0}.", "CiQw", "CiQw.", ".", "é", "{0}é"])
def test_a_changed_one_is_refused(changed: str) -> None:
    bound = token_of(TOKENS.bound(page("CiQw"), "interview-1"))

    with pytest.raises(InvalidInputError):
        TOKENS.unbound(changed.format(bound), "interview-1")


def test_it_belongs_to_one_workflow() -> None:
    bound = token_of(TOKENS.bound(page("CiQw"), "interview-1"))

    with pytest.raises(InvalidInputError):
        TOKENS.unbound(bound, "interview-2")


def test_an_access_token_cannot_be_made_of_one() -> None:
    """Its key signs nothing here."""
    bound = token_of(TOKENS.bound(page("CiQw"), "interview-1"))
    _, _, code = bound.partition(".")
    by_it = [
        hmac.new(OLD.secret, message, "sha256").hexdigest()
        for message in (b"interview-1\nCiQw", b"intervue history page\ninterview-1\nCiQw")
    ]
    assert code not in by_it


def test_keys_may_be_replaced() -> None:
    bound = token_of(TOKENS.bound(page("CiQw"), "interview-1"))

    assert PageTokens(KeyRing((NEW, OLD))).unbound(bound, "interview-1") == "CiQw"
    with pytest.raises(InvalidInputError):
        PageTokens(KeyRing((NEW,))).unbound(bound, "interview-1")
