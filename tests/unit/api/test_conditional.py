"""What is sent again, and what is not."""

from __future__ import annotations

import pytest

from api.conditional import etag_of, is_known


def test_it_is_another_one_when_any_part_is() -> None:
    tags = {etag_of("a", None), etag_of("a", 0), etag_of("b", None), etag_of("a", None)}
    assert len(tags) == 3


@pytest.mark.parametrize(
    ("given", "known"),
    [("{0}", True), ('"x", {0}', True), ("{1}", True), ("", False), ('"x"', False), ("*", False)],
)
def test_what_a_client_has(given: str, known: bool) -> None:
    etag = etag_of("a")
    assert is_known(etag, given.format(etag, etag.removeprefix("W/"))) is known
