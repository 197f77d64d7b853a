"""What candidates consent to is what was written, in each language the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import interview.notices
from interview.notices import LANGUAGES, Notice, current_notices, notice_in_force

SEALED = {
    "v1.en": "7b54c1b86fd7bbab5aa50582ab698a93e6b86cad650abf0d233989b174ab8823",
    "v1.de": "68af9f1f5a92bea7ea6730f390f55d86acb5daba26b84fd67e03330c4e832b8e",
}
"""Consents name them by these. Another text is another version."""


def test_a_notice_never_changes() -> None:
    files = Path(interview.notices.__file__).parent.glob("*.md")
    assert sorted(file.stem for file in files) == sorted(SEALED)
    for notice in current_notices():
        assert notice.sha256 == SEALED[notice.version], notice.version


@pytest.mark.parametrize("notice", current_notices(), ids=lambda notice: notice.version)
def test_it_has_the_same_parts_in_every_language(notice: Notice) -> None:
    def parts(text: str) -> list[str]:
        return [re.sub(r"[^#*]+", "_", block) for block in text.strip().split("\n\n")]

    assert parts(notice.text) == parts(current_notices()[0].text)
    assert notice.version.endswith(f".{notice.language}")


def test_todays_alone_are_in_force() -> None:
    for notice in current_notices():
        assert notice_in_force(notice.version) is notice
    assert [notice.language for notice in current_notices()] == list(LANGUAGES)
    assert notice_in_force("v1") is None
    assert notice_in_force("v1.fr") is None
