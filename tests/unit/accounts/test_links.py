"""Where mails lead, there is a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interview.accounts import mails

PAGES = Path(__file__).resolve().parents[3] / "web" / "src" / "app"


@pytest.mark.parametrize(
    "text",
    [
        mails.password_reset("a@b.example", "https://here/", "secret").text,
        mails.welcome("a@b.example", "https://here", "secret", "Company").text,
        mails.invitation_link("https://here/", "secret"),
    ],
    ids=["reset", "welcome", "invitation"],
)
def test_mails_lead_to_pages_that_there_are(text: str) -> None:
    link = re.search(r"https://here/([a-z-]+)/#\S*secret", text)
    assert link is not None
    assert (PAGES / link[1] / "page.tsx").is_file()
