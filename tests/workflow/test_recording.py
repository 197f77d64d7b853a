"""The paths that are kept can be walked again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.replay.paths import PATHS, Path
from tests.replay.record import walk
from tests.replay.stored import contains, marks


def _named(name: str) -> Path:
    return next(path for path in PATHS if str(path) == name)


@pytest.mark.parametrize("name", ["Interview/repeated", "Webhook/many-tries"])
async def test_it_shows_what_it_is_kept_for(name: str) -> None:
    path = _named(name)
    found = marks(await walk(path))
    assert contains(found, path.shows)


async def test_what_shows_something_else_is_not_stored() -> None:
    path = replace(_named("Tailoring/tailored"), shows=("fired nudge",))
    with pytest.raises(RuntimeError, match="Tailoring/tailored: it shows"):
        await walk(path)
