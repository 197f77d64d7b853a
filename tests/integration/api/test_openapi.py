"""The API against its own OpenAPI document, by generated requests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    ignored_auth,
    not_a_server_error,  # pyright: ignore[reportUnknownVariableType] a parameter's type is open
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from interview.config import Settings
from interview.persistence.database import Database
from tests.access import Who
from tests.integration.api.principals import World, populate
from tests.integration.api.servers import forget_limits, serving

EXAMPLES = 10
"""Requests for each operation, half of them as documented and half not, each from everybody."""

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
"""Not that whatever fits the schema is accepted: a role may not exist, nor a name be two lines."""


# The server runs in this process, and what it draws by chance is taken for the generator's.
pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(400),
    pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies"),
]

SIGNED_IN: tuple[Who, ...] = ("admin", "recruiter", "candidate")


async def test_what_everybody_gets_is_what_is_documented(settings: Settings, redis: Redis) -> None:
    """No 5xx, no status, content type or shape that the document does not have, and no way
    around signing in."""
    closed = settings.model_copy(update={"debug": False})
    assert await try_everything(closed, redis, (*SIGNED_IN, "anonymous")) > 40


async def test_what_the_anonymous_get_in_an_open_house_is_what_is_documented(
    settings: Settings, redis: Redis
) -> None:
    """Where more is for them; the rest is what it is elsewhere."""
    tried = await try_everything(settings, redis, ("anonymous",), only_open=True)
    assert 5 < tried < 40


async def try_everything(
    settings: Settings, redis: Redis, everybody: Sequence[Who], *, only_open: bool = False
) -> int:
    """How many operations were tried. `only_open`: those that one may, but need not, sign in to."""
    database = Database.from_settings(settings)
    failures: list[Exception] = []
    tried = 0
    async with serving(settings) as url:
        schema: Any = await asyncio.to_thread(schemathesis.openapi.from_url, f"{url}/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()
            if only_open and {} not in operation.definition.raw.get("security", ()):
                continue
            await forget_limits(redis)
            # Of their own, because some of what they ask for is to be signed out.
            world = await populate(settings, database)
            tried += 1
            try:
                await asyncio.to_thread(try_one, operation, world, everybody)
            except Exception as error:
                error.add_note(operation.label)
                failures.append(error)
    await database.close()
    if failures:
        raise ExceptionGroup("not as documented", failures)
    return tried


def try_one(operation: Any, world: World, everybody: Sequence[Who]) -> None:
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    cases = [operation.as_strategy(generation_mode=mode) for mode in modes]

    @given(case=st.one_of(cases), known=st.booleans(), order=st.permutations(everybody))
    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def one(case: Any, known: bool, order: list[Who]) -> None:
        for who in order:
            if known:
                theirs = world.ids(who)
                case.path_parameters.update(
                    {name: theirs[name] for name in case.path_parameters if name in theirs}
                )
            response = case.call(headers=world.headers[who], session=session)
            # An address of 64 KB or more is refused by the HTTP parser, before the application.
            if b"Invalid HTTP request" not in response.content:
                checks = CHECKS if who == "anonymous" else [*CHECKS, ignored_auth]
                case.validate_response(response, checks=checks)

    with requests.Session() as session:
        one()
