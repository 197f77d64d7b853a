"""The API against its own OpenAPI document, by generated requests."""

from __future__ import annotations

import asyncio
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

pytestmark = pytest.mark.integration

EXAMPLES = 8
"""Requests for each operation and person: half of them as documented, half not."""

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
    unsupported_method,
]
"""Not that whatever fits the schema is accepted: a role may not exist, nor a name be two lines."""


@pytest.mark.parametrize("who", ["admin", "recruiter", "candidate", "anonymous"])
async def test_what_everybody_gets_is_what_is_documented(
    settings: Settings, redis: Redis, who: Who
) -> None:
    """No 5xx, no status, content type or shape that the document does not have, and no way
    around signing in."""
    await try_everything(settings.model_copy(update={"debug": False}), redis, who)


async def test_what_the_anonymous_get_in_an_open_house_is_what_is_documented(
    settings: Settings, redis: Redis
) -> None:
    """Where more is for them."""
    await try_everything(settings, redis, "anonymous")


async def try_everything(settings: Settings, redis: Redis, who: Who) -> None:
    database = Database.from_settings(settings)
    failures: list[Exception] = []
    tried = 0
    async with serving(settings) as url:
        schema: Any = await asyncio.to_thread(schemathesis.openapi.from_url, f"{url}/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()
            await forget_limits(redis)
            # Of their own, because some of what they ask for is to be signed out.
            world = await populate(settings, database)
            tried += 1
            try:
                await asyncio.to_thread(try_one, operation, world, who)
            except Exception as error:
                error.add_note(operation.label)
                failures.append(error)
    await database.close()
    assert tried > 10
    if failures:
        raise ExceptionGroup("not as documented", failures)


def try_one(operation: Any, world: World, who: Who) -> None:
    theirs = world.ids(who)
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    cases = [operation.as_strategy(generation_mode=mode) for mode in modes]

    @given(case=st.one_of(cases), known=st.booleans())
    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def one(case: Any, known: bool) -> None:
        if known:
            case.path_parameters.update(
                {name: theirs[name] for name in case.path_parameters if name in theirs}
            )
        response = case.call(headers=world.headers[who], session=session)
        # An address of 64 KB or more is refused by the HTTP parser, before the application.
        if b"Invalid HTTP request" not in response.content:
            case.validate_response(response, checks=CHECKS)

    with requests.Session() as session:
        one()
