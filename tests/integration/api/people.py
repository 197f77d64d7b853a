"""Organizations with interviews that run, and people who are signed in."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass

import httpx
from sqlalchemy import insert
from temporalio.client import Client, WorkflowExecutionStatus

from api.cookie_names import ACCESS_COOKIE
from api.engine import Engine
from interview.config import Settings
from interview.contracts.ids import workflow_id
from interview.contracts.interview import AnswerTextInput, Limits
from interview.domain.roles import get_plan
from interview.persistence.database import Database
from interview.persistence.models.accounts import ORGANIZATIONS
from interview.persistence.records import Records
from interview.persistence.rows import NewInterview
from interview.persistence.vocabulary import LOCAL_ORGANIZATION, UserRole
from tests.integration.api.principals import People
from workflows.interview import InterviewWorkflow

__all__ = [
    "Company",
    "found_company",
    "hold_interview",
    "is_running",
    "signed_in",
    "token_of",
    "type_answers",
]


@dataclass(frozen=True, slots=True)
class Company:
    """`candidate` is the marked name that the interview begins with."""

    organization_id: str
    interview_id: str
    candidate: str

    @property
    def workflow_id(self) -> str:
        return workflow_id(self.interview_id)


async def found_company(settings: Settings, temporal: Client, candidate: str) -> Company:
    """With one interview, which has begun."""
    organization_id = str(uuid.uuid4())
    database = Database.from_settings(settings)
    async with database.transaction() as connection:
        await connection.execute(
            insert(ORGANIZATIONS).values(organization_id=organization_id, name="Company")
        )
    await database.close()
    return await hold_interview(settings, temporal, candidate, organization_id)


async def hold_interview(
    settings: Settings,
    temporal: Client,
    candidate: str,
    organization_id: str = LOCAL_ORGANIZATION,
    limits: Limits | None = None,
) -> Company:
    """Begun, and listed by Temporal."""
    database = Database.from_settings(settings)
    records = Records(database)
    record = await records.create_interview(
        NewInterview(
            interview_id=str(uuid.uuid4()),
            plan=get_plan("demo"),
            candidate_name=candidate,
            organization_id=organization_id,
            limits=limits or Limits(),
        )
    )
    await Engine(temporal, record, "http://localhost:8000", records).start(lambda: None)
    await database.close()
    company = Company(organization_id, record.interview_id, candidate)
    query = f'WorkflowId = "{company.workflow_id}"'
    async with asyncio.timeout(20):
        while (await temporal.count_workflows(query)).count == 0:
            pass
    return company


async def type_answers(temporal: Client, company: Company, *answers: str) -> None:
    """As the candidate would, each once the one before is settled."""
    workflow = temporal.get_workflow_handle_for(InterviewWorkflow.run, company.workflow_id)
    for text in answers:
        answer = AnswerTextInput(turn_id=uuid.uuid4().hex, text=text)
        await workflow.execute_update(InterviewWorkflow.answer_text, answer)  # pyright: ignore[reportUnknownMemberType] an overload of the SDK's is open
        async with asyncio.timeout(20):
            while (await workflow.query(InterviewWorkflow.snapshot)).running_turn_id is not None:
                pass


async def token_of(settings: Settings, organization_id: str, role: UserRole = "recruiter") -> str:
    """Of somebody new."""
    database = Database.from_settings(settings)
    people = People(settings, database)
    session = await people.session(await people.user(organization_id, role))
    await database.close()
    return people.token(session)


def signed_in(url: str, token: str | None) -> httpx.AsyncClient:
    """As a browser is: by cookie."""
    cookies = {ACCESS_COOKIE: token} if token else {}
    return httpx.AsyncClient(base_url=url, cookies=cookies, trust_env=False, timeout=30.0)


async def is_running(temporal: Client, company: Company) -> bool:
    description = await temporal.get_workflow_handle(company.workflow_id).describe()
    return description.status is WorkflowExecutionStatus.RUNNING
