"""An accommodation granted while the interview is held."""

from __future__ import annotations

import httpx
import pytest
from temporalio.client import Client

from interview.accounts.accommodations import MAX_REQUESTS, Accommodations
from interview.config import Settings
from interview.contracts.interview import EndInput
from interview.errors import ConflictError
from interview.persistence.accounts import invitations
from interview.persistence.database import Database
from tests.integration.api.people import Company, found_company
from tests.integration.api.servers import serving
from tests.staff import Staff
from workflows.interview import InterviewWorkflow

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]


async def test_it_is_taken_up_by_the_interview_that_runs(
    settings: Settings, temporal: Client
) -> None:
    closed = settings.model_copy(update={"debug": False})
    company = await found_company(settings, temporal, "Ada")
    database = Database.from_settings(settings)
    staff = Staff(settings, database, company.organization_id)
    candidate = await staff.sign_in("candidate", company.interview_id)
    assert candidate.user_id is not None
    async with database.transaction() as connection:
        await invitations.claim(connection, company.interview_id, candidate.user_id)
    recruiter = staff.headers(await staff.sign_in("recruiter"))
    mine = staff.headers(candidate)
    path = f"/api/v1/interviews/{company.interview_id}/accommodations"
    async with serving(closed) as url, httpx.AsyncClient(base_url=url, trust_env=False) as http:

        async def ask(extra_time: str) -> str:
            asked = await http.post(path, json={"extra_time": extra_time}, headers=mine)
            return asked.raise_for_status().json()["accommodation_id"]

        await ask("1.5")
        assert await _factor(temporal, company) == 1.5  # granted at once
        doubled = await ask("2")
        assert await _factor(temporal, company) == 1.5
        for _ in range(2):
            granted = await http.post(f"{path}/{doubled}/grant", headers=recruiter)
            assert granted.is_success, granted.text
            assert await _factor(temporal, company) == 2.0
        # Whoever asks for something else keeps what was granted.
        body = {"extra_time": "1", "text_only": True}
        row = (await http.post(path, json=body, headers=mine)).raise_for_status().json()
        assert (row["extra_time_factor"], row["text_only"]) == (2.0, True)
        assert row["granted_at"] is not None
        assert await _factor(temporal, company) == 2.0

        # One that is over has no use for it, and nobody is told of a failure.
        await ask("1.25")
        workflow = temporal.get_workflow_handle_for(InterviewWorkflow.run, company.workflow_id)
        await workflow.execute_update(  # pyright: ignore[reportUnknownMemberType] an overload of the SDK's is open
            InterviewWorkflow.end_interview, EndInput(outcome="ended_by_candidate")
        )
        late = await http.post(path, json={"extra_time": "1"}, headers=mine)
        assert late.is_success, late.text
    await database.close()


async def test_nobody_fills_the_desk_with_requests(settings: Settings, temporal: Client) -> None:
    database = Database.from_settings(settings)
    company = await found_company(settings, temporal, "Ada")
    candidate = await Staff(settings, database, company.organization_id).sign_in(
        "candidate", company.interview_id
    )
    accommodations = Accommodations(database)

    async def ask(note: str) -> None:
        await accommodations.request(
            company.interview_id, candidate, extra_time_factor=2.0, text_only=False, note=note
        )

    for number in range(MAX_REQUESTS):
        await ask(str(number))
    await ask(str(MAX_REQUESTS - 1))  # the same again is none
    with pytest.raises(ConflictError) as refused:
        await ask("one more")
    assert refused.value.code == "accommodation.too_many"
    assert len(await accommodations.of_interview(company.interview_id)) == MAX_REQUESTS
    await database.close()


async def _factor(temporal: Client, company: Company) -> float:
    workflow = temporal.get_workflow_handle_for(InterviewWorkflow.run, company.workflow_id)
    return (await workflow.query(InterviewWorkflow.snapshot)).state.extra_time_factor
