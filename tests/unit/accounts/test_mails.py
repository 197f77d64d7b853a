"""What mails say, and in which language."""

from __future__ import annotations

import pytest

from interview.accounts.mails import invitation

LINK = "https://intervue.example/join/#secret"


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "invites you"),
        ("de", "lädt Sie"),
        ("de-CH", "lädt Sie"),
        ("DE", "lädt Sie"),
        ("den", "invites you"),
        ("fr", "invites you"),
    ],
)
def test_an_invitation_is_in_the_interviews_language(language: str, says: str) -> None:
    mail = invitation("ada@company.example", LINK, "Harbour & Sons", language)
    assert f"Harbour & Sons {says}" in mail.text
    assert LINK in mail.text.splitlines(), "by itself, to be opened"
    assert max(map(len, mail.text.splitlines())) < 100
