"""A link to an interview: given out once, used once, taken back, given out anew."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from interview.config import Settings
from interview.persistence.accounts import invitations
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.protocol import limits
from tests.integration.accounts.conftest import BEARER, Person, change, code, mails, register, value
from tests.integration.api.servers import Client

pytestmark = pytest.mark.integration

PATH = "/api/v1/invitations"


async def invited(http: httpx.AsyncClient, by: Person, **body: Any) -> dict[str, Any]:
    response = await http.post(PATH, json={"role": "demo"} | body, headers=by.headers)
    assert response.status_code == 201, response.text
    return response.json()


def secret_of(invitation: dict[str, Any]) -> str:
    page, _, secret = invitation["link"].partition("#")
    assert page == "http://localhost:8000/join/"
    return secret


async def accepted(
    http: httpx.AsyncClient, secret: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    return await http.post(f"{PATH}/accept", json={"secret": secret} | BEARER, headers=headers)


async def test_a_candidate_comes_in_by_a_link_once(
    http: httpx.AsyncClient, admin: Person, settings: Settings, database: Database
) -> None:
    made = await invited(http, admin, candidate_name="Ada", candidate_email="ada@company.example")
    secret = secret_of(made)
    assert made["mailed"]
    assert secret in mails(settings, "ada@company.example")[-1].get_content()
    kept = await value(
        database,
        "SELECT row_to_json(i)::text FROM invitations i WHERE invitation_id = :id",
        id=made["invitation_id"],
    )
    assert secret not in kept
    for _ in range(2):
        looked = (await http.post(f"{PATH}/look", json={"secret": secret})).json()
        assert (looked["organization_name"], looked["accepted"]) == ("Company", False)
        assert "AI interviews you" in looked["notice"]["text"]
        assert looked["notices"][0] == looked["notice"]
        assert [notice["language"] for notice in looked["notices"]] == ["en", "de"]
        assert looked["language"] == "en"
    session = (await accepted(http, secret)).raise_for_status().json()
    assert session["account"]["role"] == "candidate"
    assert session["account"]["interview_id"] == made["interview_id"]
    mine = {"Authorization": f"Bearer {session['access_token']}"}
    assert (await http.get(f"/api/v1/interviews/{made['interview_id']}", headers=mine)).is_success
    again = await accepted(http, secret, mine)
    assert again.status_code == 200
    assert "access_token" not in again.json()
    assert code(await accepted(http, secret)) == "invitation.used"
    listed = (await http.get(PATH, headers=admin.headers)).json()["items"]
    assert [item["state"] for item in listed] == ["used"]
    assert "link" not in listed[0]


async def test_of_many_at_once_one_comes_in(http: httpx.AsyncClient, admin: Person) -> None:
    secret = secret_of(await invited(http, admin))
    found = await asyncio.gather(*(accepted(http, secret) for _ in range(8)))
    assert sorted(response.status_code for response in found) == [200] + [409] * 7


async def test_a_new_link_goes_on_with_the_same_interview_elsewhere(
    http: httpx.AsyncClient, admin: Person
) -> None:
    made = await invited(http, admin)
    first = (await accepted(http, secret_of(made))).json()
    path = f"{PATH}/{made['invitation_id']}/reissue"
    response = await http.post(path, json={}, headers=admin.headers)
    assert (response.status_code, code(response)) == (409, "invitation.somebody_came")
    response = await http.post(path, json={"same_person": True}, headers=admin.headers)
    assert response.status_code == 201, response.text
    second = (await accepted(http, secret_of(response.json()))).json()
    assert second["account"]["interview_id"] == made["interview_id"]
    assert second["account"]["user_id"] == first["account"]["user_id"]
    old = {"Authorization": f"Bearer {first['access_token']}"}
    assert code(await http.get("/api/v1/account", headers=old)) == "auth.revoked"


async def test_a_consent_is_of_whoever_gave_it(
    http: httpx.AsyncClient, url: str, admin: Person
) -> None:
    """Whoever comes by the next link may be somebody else, whatever the recruiter says."""
    made = await invited(http, admin)
    consent = f"/api/v1/interviews/{made['interview_id']}/consent"

    async def enter(mine: dict[str, str]) -> str:
        async with Client(url, made["interview_id"], additional_headers=mine) as client:
            await client.send(type="hello")
            while (message := await client.next()).type not in ("error", "session_started"):
                pass
            return message.body.get("code", "in")

    version = (await http.get(consent, headers=admin.headers)).json()["notice_version"]

    async def agree(mine: dict[str, str]) -> httpx.Response:
        return await http.post(consent, json={"notice_version": version}, headers=mine)

    session = (await accepted(http, secret_of(made))).json()
    first = {"Authorization": f"Bearer {session['access_token']}"}
    assert (await agree(first)).is_success
    assert await enter(first) == "in"
    body = {"same_person": True}
    path = f"{PATH}/{made['invitation_id']}/reissue"
    link = (await http.post(path, json=body, headers=admin.headers)).json()
    session = (await accepted(http, secret_of(link))).json()
    second = {"Authorization": f"Bearer {session['access_token']}"}
    assert code(await agree(first)) == "auth.revoked"
    assert (await http.get(consent, headers=second)).json()["consent"] is None
    assert (await http.get(consent, headers=admin.headers)).json()["consent"] is not None
    assert await enter(second) == "consent.missing"
    assert (await agree(second)).is_success
    assert await enter(second) == "in"


async def test_a_new_link_for_an_interview_that_is_just_being_erased(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    made = await invited(http, admin)
    path = f"{PATH}/{made['invitation_id']}/reissue"
    async with database.transaction() as connection:
        await invitations.lock_interview(connection, made["interview_id"])
        waiting = asyncio.create_task(http.post(path, json={}, headers=admin.headers))
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done
        gone = "DELETE FROM interviews WHERE interview_id = :id"
        await connection.execute(text(gone), {"id": made["interview_id"]})
    assert code(await waiting) == "invitation.not_found"


async def test_an_interview_in_german_is_invited_to_in_german(
    http: httpx.AsyncClient, admin: Person, settings: Settings, database: Database
) -> None:
    made = await invited(http, admin, candidate_email="eva@company.example")
    assert "invites you" in mails(settings, "eva@company.example")[-1].get_content()
    german = "UPDATE interviews SET language = 'de-CH' WHERE interview_id = :id"
    await change(database, german, id=made["interview_id"])
    issued = await http.post(
        f"{PATH}/{made['invitation_id']}/reissue", json={}, headers=admin.headers
    )
    secret = secret_of(issued.json())
    looked = await http.post(f"{PATH}/look", json={"secret": secret})
    assert looked.json()["language"] == "de-CH"
    mail = mails(settings, "eva@company.example")[-1]
    assert (mail["Subject"], secret in mail.get_content()) == ("Ihr Interview", True)


async def test_of_many_new_links_at_once_the_last_is_good(
    http: httpx.AsyncClient, admin: Person
) -> None:
    made = await invited(http, admin)
    path = f"{PATH}/{made['invitation_id']}/reissue"
    answers = await asyncio.gather(
        *(http.post(path, json={}, headers=admin.headers) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    found = [await accepted(http, secret_of(answer.json())) for answer in answers]
    assert sorted(response.status_code for response in found) == [200] + [409] * 4


async def test_links_that_are_good_for_nothing(
    http: httpx.AsyncClient, admin: Person, database: Database
) -> None:
    late = await invited(http, admin)
    await change(
        database,
        "UPDATE invitations SET expires_at = now() - interval '1 s' WHERE invitation_id = :id",
        id=late["invitation_id"],
    )
    taken_back = await invited(http, admin)
    for _ in range(2):
        path = f"{PATH}/{taken_back['invitation_id']}/revoke"
        assert (await http.post(path, headers=admin.headers)).status_code == 204
    for secret, wanted in (
        (secret_of(late), "invitation.expired"),
        (secret_of(taken_back), "invitation.revoked"),
        ("made up", "invitation.not_found"),
    ):
        assert code(await accepted(http, secret)) == wanted
        assert code(await http.post(f"{PATH}/look", json={"secret": secret})) == wanted


async def test_another_organization_finds_no_invitation(
    http: httpx.AsyncClient, admin: Person
) -> None:
    made = await invited(http, admin)
    other = await register(http)
    for what in ("revoke", "reissue"):
        path = f"{PATH}/{made['invitation_id']}/{what}"
        response = await http.post(path, json={}, headers=other.headers)
        assert code(response) == "invitation.not_found"
    assert (await http.get(PATH, headers=other.headers)).json()["items"] == []
    assert (await accepted(http, secret_of(made))).is_success


async def test_consent_is_given_to_the_notice_of_today(
    http: httpx.AsyncClient, admin: Person
) -> None:
    made = await invited(http, admin)
    session = (await accepted(http, secret_of(made))).json()
    mine = {"Authorization": f"Bearer {session['access_token']}"}
    path = f"/api/v1/interviews/{made['interview_id']}/consent"
    state = (await http.get(path, headers=mine)).json()
    assert state["consent"] is None
    outdated = await http.post(path, json={"notice_version": "v0"}, headers=mine)
    assert code(outdated) == "consent.outdated"
    body = {"notice_version": state["notice_version"]}
    given = [(await http.post(path, json=body, headers=mine)).json() for _ in range(2)]
    assert given[0] == given[1]
    assert given[0]["notice_sha256"] == state["notice_sha256"]
    german = next(notice for notice in state["notices"] if notice["language"] == "de")
    body = {"notice_version": german["version"]}
    given = [(await http.post(path, json=body, headers=mine)).json() for _ in range(2)]
    assert given[0] == given[1], "whoever reads it in another language consents to that one"
    assert given[0]["notice_version"] == "v1.de"
    assert given[0]["notice_sha256"] == german["sha256"] != state["notice_sha256"]
    assert code(await http.post(path, json=body, headers=admin.headers)) == "auth.forbidden"


async def test_who_declines_may_be_erased_without_ever_consenting(
    http: httpx.AsyncClient, admin: Person
) -> None:
    made = await invited(http, admin)
    session = (await accepted(http, secret_of(made))).json()
    mine = {"Authorization": f"Bearer {session['access_token']}"}
    path = f"/api/v1/interviews/{made['interview_id']}/consent"
    version = (await http.get(path, headers=mine)).json()["notice_version"]
    assert code(await http.post(f"{path}/withdraw", headers=admin.headers)) == "auth.forbidden"
    # At once, for where a worker runs the first is soon all that was needed.
    asked = await asyncio.gather(*(http.post(f"{path}/withdraw", headers=mine) for _ in range(2)))
    assert [answer.status_code for answer in asked] == [202, 202]
    receipt = asked[0].json()
    assert asked[1].json()["receipt_id"] == receipt["receipt_id"]
    assert (receipt["reason"], receipt["actor_kind"]) == ("request", "user")
    late = await http.post(path, json={"notice_version": version}, headers=mine)
    # By now the erasure may be over.
    assert code(late) in ("consent.withdrawn", "auth.revoked", "interview.not_found")
    trail = await http.get(
        "/api/v1/audit", params={"interview_id": made["interview_id"]}, headers=admin.headers
    )
    actions = [event["action"] for event in trail.json()["items"]]
    assert actions.count("erasure.requested") == 1
    assert not {"consent.given", "consent.withdrawn"} & set(actions)


async def test_the_room_stays_closed_without_consent_and_after_it_was_withdrawn(
    http: httpx.AsyncClient, url: str, admin: Person
) -> None:
    made = await invited(http, admin)
    session = (await accepted(http, secret_of(made))).json()
    mine = {"Authorization": f"Bearer {session['access_token']}"}
    path = f"/api/v1/interviews/{made['interview_id']}/consent"

    async def enter() -> tuple[str, int]:
        async with Client(url, made["interview_id"], additional_headers=mine) as client:
            await client.send(type="hello")
            error = (await client.until("error")).body["code"]
            return error, await client.closed()

    assert await enter() == ("consent.missing", limits.CLOSE_FORBIDDEN)
    version = (await http.get(path, headers=mine)).json()["notice_version"]
    body = {"notice_version": version}
    assert (await http.post(path, json=body, headers=mine)).is_success
    async with Client(url, made["interview_id"], additional_headers=mine) as client:
        await client.hello()
        withdrawn = await http.post(f"{path}/withdraw", headers=mine)
        assert withdrawn.status_code == 202, withdrawn.text
        assert withdrawn.json()["reason"] == "withdrawal"
        # Where a worker runs the interview's own end may be first, and the erasure follows.
        assert await client.closed() in (1000, limits.CLOSE_UNAUTHENTICATED)
    assert await enter() == ("auth.revoked", limits.CLOSE_UNAUTHENTICATED)
    again = await http.post(path, json=body, headers=mine)
    assert code(again) in ("consent.withdrawn", "auth.revoked", "interview.not_found")


async def test_more_time_is_granted_at_once_or_by_the_organization(
    http: httpx.AsyncClient, settings: Settings, admin: Person, database: Database
) -> None:
    made = await invited(http, admin)
    session = (await accepted(http, secret_of(made))).json()
    mine = {"Authorization": f"Bearer {session['access_token']}"}
    interview = f"/api/v1/interviews/{made['interview_id']}"
    records = Records(database)

    async def ask(**body: Any) -> dict[str, Any]:
        response = await http.post(f"{interview}/accommodations", json=body, headers=mine)
        assert response.status_code == 201, response.text
        return response.json()

    asked = [await ask(extra_time="1.5", text_only=True) for _ in range(2)]
    assert asked[0] == asked[1]
    assert asked[0]["granted_at"] is not None
    assert (await http.get(interview, headers=mine)).json()["text_only"] is True
    double = await ask(extra_time="2", note="I read slowly.")
    assert double["granted_at"] is None
    assert (await records.get_interview(made["interview_id"])).extra_time_factor == 1.5
    one = f"{interview}/accommodations/{double['accommodation_id']}"
    path = f"{one}/grant"
    assert code(await http.post(path, headers=mine)) == "auth.forbidden"
    other = await register(http)
    assert code(await http.post(path, headers=other.headers)) == "interview.not_found"

    async def waiting(who: Person) -> list[str]:
        asked = await http.get("/api/v1/accommodations", headers=who.headers)
        return [item["accommodation_id"] for item in asked.raise_for_status().json()]

    assert await waiting(admin) == [double["accommodation_id"]]
    assert await waiting(other) == []
    declined = [await http.post(f"{one}/decline", headers=admin.headers) for _ in range(2)]
    assert declined[0].json() == declined[1].json()
    assert declined[0].json()["declined_at"] is not None
    assert await waiting(admin) == []
    assert (await records.get_interview(made["interview_id"])).extra_time_factor == 1.5
    granted = [await http.post(path, headers=admin.headers) for _ in range(2)]
    assert granted[0].json() == granted[1].json()
    assert granted[0].json()["granted_by"] == admin.user_id
    assert granted[0].json()["declined_at"] is None
    too_late = await http.post(f"{one}/decline", headers=admin.headers)
    assert code(too_late) == "accommodation.granted"
    assert (await records.get_interview(made["interview_id"])).extra_time_factor == 2.0
