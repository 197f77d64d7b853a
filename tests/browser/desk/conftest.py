"""The desk of somebody who has signed in, and interviews to look at there."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from interview.config import Settings
from interview.persistence.database import Database
from tests.browser.accounts import PHONE, Recruiter, Visit
from tests.browser.hired import Past, settings_of
from tests.services import RunningStack


@pytest.fixture(scope="module")
def site(stack: RunningStack) -> str:
    return stack.urls["app"]


@pytest.fixture(scope="module")
def settings(stack: RunningStack) -> Settings:
    return settings_of(stack.urls, stack.home)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def database(settings: Settings) -> AsyncGenerator[Database]:
    database = Database.from_settings(settings)
    yield database
    await database.close()


@pytest.fixture
def grace() -> Recruiter:
    return Recruiter()


@pytest_asyncio.fixture(loop_scope="module")
async def visit(browser: Browser, site: str, grace: Recruiter) -> AsyncGenerator[Visit]:
    """Of an admin who has signed in, on a phone."""
    context = await browser.new_context(viewport=PHONE)
    visit = await Visit.begin(browser, site, context)
    await grace.register(site)
    await visit.sign_in(grace)
    yield visit


@pytest.fixture
def past(settings: Settings, database: Database, grace: Recruiter) -> Past:
    return Past(settings, database, grace.email)
