"""Résumés and job descriptions over the real API, kept in the real store."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import resource
import signal
import uuid
import zipfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from redis.asyncio import Redis

from interview.config import Settings
from interview.documents.limits import MAX_DOCUMENT_BYTES
from interview.documents.results import MEDIA_TYPES
from interview.persistence.database import Database
from interview.persistence.documents import MAX_DOCUMENTS
from interview.persistence.vocabulary import LOCAL_ORGANIZATION
from tests.documents.corpus import CORPUS, GOOD, INJECTION, REFUSED
from tests.integration.api.principals import World, populate
from tests.integration.api.servers import forget_limits, serving
from tests.integration.api.test_erasure import completed
from tests.staff import Staff
from tests.unit.documents.test_mutations import mutated

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

ROOM_BYTES = 200 * 1024 * 1024
"""What the API may grow by while it takes all of the corpus."""
MUTATED = int(os.environ.get("FUZZ_UPLOADS", "60"))


@pytest.fixture(autouse=True)
async def counted_anew(redis: Redis) -> None:
    await forget_limits(redis)


@pytest.fixture
async def admin(
    settings: Settings, database: Database, url: str
) -> AsyncGenerator[httpx.AsyncClient]:
    headers = await Staff(settings, database, LOCAL_ORGANIZATION).admin()
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, timeout=60.0, headers=headers
    ) as http:
        yield http


def path(interview_id: str) -> str:
    return f"/api/v1/interviews/{interview_id}/documents"


async def add(
    http: httpx.AsyncClient, interview_id: str, data: bytes, kind: str = "resume", **options: Any
) -> httpx.Response:
    return await http.post(path(interview_id), params={"kind": kind}, content=data, **options)


def code_of(response: httpx.Response) -> str:
    return response.json()["error"]["code"]


def objects(settings: Settings, interview_id: str) -> list[Path]:
    folder = Path(settings.blob_url.removeprefix("file://")) / "interviews" / interview_id
    return [found for found in folder.rglob("*") if found.is_file()]


async def test_a_resume_is_added_read_downloaded_and_deleted(
    http: httpx.AsyncClient, settings: Settings, interview_id: str
) -> None:
    data = CORPUS["pdf tiny"].data
    added = await add(http, interview_id, data)
    assert added.status_code == 201, added.text
    document = added.json()
    assert document["status"] == "ready"
    assert document["format"] == "pdf"
    assert document["sha256"] == hashlib.sha256(data).hexdigest()
    assert document["size_bytes"] == len(data)
    assert document["pages"] == 1
    assert document["hidden"] == [
        {"reason": "tiny", "offset": 0, "length": len(INJECTION), "page": 1}
    ]
    assert (await http.get(path(interview_id))).json() == {"items": [document]}

    here = f"{path(interview_id)}/{document['document_id']}"
    read = (await http.get(f"{here}/text")).json()
    assert read["text"].split() == ["Ada", "Lovelace"]
    assert len(read["text"]) == document["characters"]
    assert [(h["reason"], h["text"], h["page"]) for h in read["hidden"]] == [("tiny", INJECTION, 1)]

    got = await http.get(here)
    assert got.content == data
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"].startswith('attachment; filename="resume-')
    assert got.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in got.headers["content-security-policy"]

    assert len(objects(settings, interview_id)) == 2
    assert (await http.delete(here)).status_code == 204
    assert objects(settings, interview_id) == []
    for gone in (here, f"{here}/text"):
        assert code_of(await http.get(gone)) == "document.not_found"
    assert code_of(await http.delete(here)) == "document.not_found"
    assert (await http.get(path(interview_id))).json() == {"items": []}


@pytest.mark.parametrize("name", ["docx table", "text utf-16", "text latin-1"])
async def test_a_file_comes_back_as_it_was(
    http: httpx.AsyncClient, interview_id: str, name: str
) -> None:
    added = await add(http, interview_id, CORPUS[name].data, "job_description")
    document = added.raise_for_status().json()
    got = await http.get(f"{path(interview_id)}/{document['document_id']}")
    assert got.content == CORPUS[name].data
    assert document["format"] == CORPUS[name].becomes
    media_type = MEDIA_TYPES[document["format"]].partition(";")[0]
    assert got.headers["content-type"] == media_type
    assert 'filename="job-description-' in got.headers["content-disposition"]


async def test_all_of_the_corpus(http: httpx.AsyncClient, settings: Settings, redis: Redis) -> None:
    """Several at once, each for an interview of its own; the API does not grow with them."""
    for sample in CORPUS.values():
        assert sample.data is sample.data  # made before memory is looked at
    before = peak_bytes()

    async def one(name: str) -> None:
        await forget_limits(redis)  # there are more than anybody adds in a minute
        created = await http.post("/api/v1/interviews", json={"role": "demo"})
        interview_id = created.raise_for_status().json()["interview_id"]
        response = await add(http, interview_id, CORPUS[name].data, timeout=120)
        listed = (await http.get(path(interview_id))).json()["items"]
        if name in GOOD:
            assert response.status_code == 201, name
            assert listed == [response.json()]
            return
        wanted = REFUSED[name].becomes
        assert code_of(response) == wanted, name
        assert response.status_code == (413 if wanted == "document.too_large" else 400), name
        assert objects(settings, interview_id) == []
        was_looked_at = 0 < len(CORPUS[name].data) <= MAX_DOCUMENT_BYTES
        assert [row["error_code"] for row in listed] == [wanted] * was_looked_at, name

    some = asyncio.Semaphore(6)

    async def in_turn(name: str) -> None:
        async with some:
            await one(name)

    async with asyncio.TaskGroup() as tasks:
        for name in CORPUS:
            tasks.create_task(in_turn(name))
    assert peak_bytes() - before < ROOM_BYTES


def peak_bytes() -> int:
    """Of this process, which the API is in."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def test_whatever_is_damaged_is_answered(
    http: httpx.AsyncClient, redis: Redis, interview_id: str
) -> None:
    """And the API goes on."""
    some = asyncio.Semaphore(4)

    async def one(seed: int) -> None:
        async with some:
            await forget_limits(redis)
            created = await http.post("/api/v1/interviews", json={"role": "demo"})
            response = await add(http, created.json()["interview_id"], mutated(seed), timeout=120)
            assert response.status_code in (201, 400, 413), (seed, response.text)
            if not response.is_success:
                assert code_of(response).startswith("document."), seed

    async with asyncio.TaskGroup() as tasks:
        for seed in range(MUTATED):
            tasks.create_task(one(seed))
    assert (await add(http, interview_id, b"Ada")).status_code == 201


async def test_the_same_file_twice_is_one_document(
    http: httpx.AsyncClient, settings: Settings, database: Database, interview_id: str
) -> None:
    """One after the other, and at once; as the other kind it is another one."""
    data = CORPUS["text"].data
    answers = await asyncio.gather(*(add(http, interview_id, data) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    first = answers[0].json()
    assert all(answer.json() == first for answer in answers)
    assert (await add(http, interview_id, data)).json() == first
    other = (await add(http, interview_id, data, "job_description")).json()
    assert other["document_id"] != first["document_id"]
    listed = (await http.get(path(interview_id))).json()["items"]
    assert listed == [first, other]
    # Whoever came second took away what it had kept.
    assert len(objects(settings, interview_id)) == 4
    assert await acts(database, interview_id) == ["document.added", "document.added"]
    # Once it was deleted it is new.
    await http.delete(f"{path(interview_id)}/{first['document_id']}")
    again = (await add(http, interview_id, data)).json()
    assert again["document_id"] != first["document_id"]
    got = await http.get(f"{path(interview_id)}/{again['document_id']}")
    assert got.content == data


async def test_the_same_file_for_another_interview_is_another_document(
    http: httpx.AsyncClient, interview_id: str
) -> None:
    other_id = (await http.post("/api/v1/interviews", json={"role": "demo"})).json()["interview_id"]
    mine, theirs = [
        (await add(http, of, CORPUS["text"].data)).json() for of in (interview_id, other_id)
    ]
    assert mine["document_id"] != theirs["document_id"]
    for method, where in (("GET", ""), ("GET", "/text"), ("DELETE", "")):
        crossed = f"{path(interview_id)}/{theirs['document_id']}{where}"
        assert code_of(await http.request(method, crossed)) == "document.not_found"
    assert (await http.get(path(other_id))).json()["items"] == [theirs]


async def test_many_beside_each_other(http: httpx.AsyncClient, interview_id: str) -> None:
    texts = [f"Candidate number {number}" for number in range(MAX_DOCUMENTS)]
    answers = await asyncio.gather(*(add(http, interview_id, text.encode()) for text in texts[:16]))
    for text, answer in zip(texts, answers, strict=False):
        document = answer.raise_for_status().json()
        read = await http.get(f"{path(interview_id)}/{document['document_id']}/text")
        assert read.json()["text"] == text
    answers += [await add(http, interview_id, text.encode()) for text in texts[16:]]
    refused = await add(http, interview_id, b"One more")
    assert (refused.status_code, code_of(refused)) == (409, "document.too_many")
    # What is there already is no more.
    assert (await add(http, interview_id, texts[0].encode())).status_code == 201
    await http.delete(f"{path(interview_id)}/{answers[0].json()['document_id']}")
    assert (await add(http, interview_id, b"One more")).status_code == 201


async def test_one_that_is_refused_may_be_tried_again(
    http: httpx.AsyncClient, database: Database, interview_id: str
) -> None:
    """Where its process was killed, it is read the next time."""
    data = CORPUS["pdf 90 pages"].data
    adding = asyncio.create_task(add(http, interview_id, data))
    async with asyncio.timeout(20):
        while not (reading := readers()):  # noqa: ASYNC110 - a process appears
            await asyncio.sleep(0.002)
    for pid in reading:
        os.kill(pid, signal.SIGKILL)
    refused = await adding
    assert (refused.status_code, code_of(refused)) == (400, "document.unreadable")
    [row] = (await http.get(path(interview_id))).json()["items"]
    assert (row["status"], row["error_code"]) == ("refused", "document.unreadable")
    here = f"{path(interview_id)}/{row['document_id']}"
    for where in (here, f"{here}/text"):
        answer = await http.get(where)
        assert (answer.status_code, code_of(answer)) == (409, "document.unreadable")
    again = (await add(http, interview_id, data)).json()
    assert (again["status"], again["error_code"]) == ("ready", None)
    assert (await http.get(path(interview_id))).json()["items"] == [again]
    assert await acts(database, interview_id) == ["document.refused", "document.added"]


def readers() -> list[int]:
    """Processes of this one's that read a document."""
    found: list[int] = []
    for child in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in child.read_text().split():
            try:
                argv = Path(f"/proc/{pid}/cmdline").read_bytes()
            except FileNotFoundError:
                continue
            if b"interview.documents.extract" in argv:
                found.append(int(pid))
    return found


async def test_nobody_keeps_us_busy_with_them(http: httpx.AsyncClient, interview_id: str) -> None:
    answers = [await add(http, interview_id, b"") for _ in range(61)]
    assert {code_of(answer) for answer in answers[:60]} == {"document.empty"}
    assert (answers[60].status_code, code_of(answers[60])) == (429, "rate.exceeded")
    assert int(answers[60].headers["retry-after"]) >= 1
    assert (await http.get(path(interview_id))).status_code == 200


async def test_one_that_is_too_large_is_not_even_held(
    http: httpx.AsyncClient, interview_id: str
) -> None:
    """Declared or not."""
    too_large = b"a" * (MAX_DOCUMENT_BYTES + 1)
    declared = await add(http, interview_id, too_large)
    assert (declared.status_code, code_of(declared)) == (413, "document.too_large")

    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(40 * MAX_DOCUMENT_BYTES // 65_536):
            yield b"a" * 65_536

    before = peak_bytes()
    streamed = await http.post(path(interview_id), params={"kind": "resume"}, content=endless())
    assert (streamed.status_code, code_of(streamed)) == (413, "document.too_large")
    assert peak_bytes() - before < 10 * MAX_DOCUMENT_BYTES
    assert (await http.get(path(interview_id))).json()["items"] == []
    # Elsewhere the limit is what it was.
    other = await http.post(f"{path(interview_id)}/{uuid.uuid4()}", content=b"a" * 70_000)
    assert (other.status_code, code_of(other)) == (413, "request.too_large")


async def test_what_says_nothing_of_its_kind_is_refused(
    http: httpx.AsyncClient, interview_id: str
) -> None:
    for params in ({}, {"kind": "letter"}):
        answer = await http.post(path(interview_id), params=params, content=b"Ada")
        assert (answer.status_code, code_of(answer)) == (400, "request.invalid")


async def test_its_declared_type_is_of_no_account(
    http: httpx.AsyncClient, interview_id: str
) -> None:
    typed = {"Content-Type": "application/pdf", "Content-Disposition": 'filename="cv.pdf"'}
    added = await add(http, interview_id, CORPUS["docx"].data, headers=typed)
    assert added.json()["format"] == "docx"
    page = await add(http, interview_id, CORPUS["html"].data, headers=typed)
    assert code_of(page) == "document.unsupported_format"


async def test_nothing_of_it_is_in_clear(
    http: httpx.AsyncClient, settings: Settings, database: Database, interview_id: str
) -> None:
    """Not the file, not its words, not what it hides: neither in the store nor in the tables."""
    words = (
        b"Quetzalcoatl \xf3\xa0\x81\x83\xf3\xa0\x81\xaf\xf3\xa0\x81\xa1\xf3\xa0\x81\xb4 Lovelace"
    )
    document = (await add(http, interview_id, words)).raise_for_status().json()
    assert document["hidden"] == [
        {"reason": "tag_characters", "offset": 12, "length": 4, "page": None}
    ]
    for found in objects(settings, interview_id):
        data = found.read_bytes()
        assert b"Quetzal" not in data
        assert data.startswith(b"intervue-sealed-1\n")
    query = sa.text("SELECT to_jsonb(d) FROM documents d WHERE interview_id = :interview")
    async with database.transaction() as connection:
        rows = (await connection.execute(query, {"interview": interview_id})).scalars().all()
    assert "Quetzal" not in json.dumps(rows)
    assert "Coat" not in json.dumps(rows)
    assert rows[0]["key"].startswith(f"interviews/{interview_id}/documents/")


async def test_it_is_erased_with_its_interview(
    admin: httpx.AsyncClient, settings: Settings, database: Database, interview_id: str
) -> None:
    await add(admin, interview_id, CORPUS["docx hidden runs"].data)
    await add(admin, interview_id, CORPUS["text"].data, "job_description")
    await add(admin, interview_id, CORPUS["pdf encrypted"].data)
    assert len(objects(settings, interview_id)) == 4
    requested = await admin.post(f"/api/v1/interviews/{interview_id}/erasure")
    assert requested.status_code == 202
    receipt = await completed(admin, interview_id)
    assert receipt["erased"]["documents"] == 3
    assert receipt["erased"]["objects"] >= 4
    assert objects(settings, interview_id) == []
    query = sa.text("SELECT count(*) FROM documents WHERE interview_id = :interview")
    async with database.transaction() as connection:
        assert await connection.scalar(query, {"interview": interview_id}) == 0
    assert code_of(await add(admin, interview_id, b"Ada")) == "interview.not_found"
    assert objects(settings, interview_id) == []


async def test_an_export_has_them(admin: httpx.AsyncClient, interview_id: str) -> None:
    added = [
        (await add(admin, interview_id, CORPUS[name].data, kind)).json()
        for name, kind in (("pdf", "resume"), ("text", "job_description"), ("docx", "resume"))
    ]
    await add(admin, interview_id, CORPUS["rtf"].data)
    exported = (await admin.get(f"/api/v1/interviews/{interview_id}/export")).raise_for_status()
    with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
        listed = json.loads(archive.read("documents.json"))
        assert [row["document_id"] for row in listed[:3]] == [row["document_id"] for row in added]
        assert (listed[3]["status"], listed[3]["file"], listed[3]["text"]) == (
            "refused",
            None,
            None,
        )
        assert [row["file"] for row in listed[:3]] == [
            "documents/01-resume.pdf",
            "documents/02-job_description.txt",
            "documents/03-resume.docx",
        ]
        for row, name in zip(listed, ("pdf", "text", "docx"), strict=False):
            assert archive.read(row["file"]) == CORPUS[name].data
            assert "Ada Lovelace" in json.loads(archive.read(row["text"]))["text"]


# Whose they are


@pytest.fixture
async def world(settings: Settings, database: Database) -> World:
    return await populate(settings.model_copy(update={"debug": False}), database)


@pytest.fixture
async def closed(world: World) -> AsyncGenerator[httpx.AsyncClient]:
    async with serving(world.settings) as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
            yield http


async def test_a_candidate_has_resumes_and_no_job_descriptions(
    closed: httpx.AsyncClient, world: World
) -> None:
    candidate, recruiter = world.headers["candidate"], world.headers["recruiter"]
    of = world.interview_id
    own = await add(closed, of, b"My life", headers=candidate)
    assert own.status_code == 201
    refused = await add(closed, of, b"What we want", "job_description", headers=candidate)
    assert (refused.status_code, code_of(refused)) == (403, "auth.forbidden")
    wanted = await add(closed, of, b"What we want", "job_description", headers=recruiter)
    assert wanted.status_code == 201
    shown = (await closed.get(path(of), headers=candidate)).json()["items"]
    assert {row["kind"] for row in shown} == {"resume"}
    every = (await closed.get(path(of), headers=recruiter)).json()["items"]
    assert [row["document_id"] for row in every[-2:]] == [
        own.json()["document_id"],
        wanted.json()["document_id"],
    ]
    there = f"{path(of)}/{wanted.json()['document_id']}"
    for method, where in (("GET", ""), ("GET", "/text"), ("DELETE", "")):
        answer = await closed.request(method, there + where, headers=candidate)
        assert (answer.status_code, code_of(answer)) == (404, "document.not_found")
    assert (await closed.get(there, headers=recruiter)).content == b"What we want"
    exported = await closed.get(f"/api/v1/interviews/{of}/export", headers=candidate)
    with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
        assert {row["kind"] for row in json.loads(archive.read("documents.json"))} == {"resume"}


async def test_who_did_what_is_on_the_trail(closed: httpx.AsyncClient, world: World) -> None:
    candidate = world.headers["candidate"]
    added = await add(closed, world.interview_id, b"My life", headers=candidate)
    document_id = added.json()["document_id"]
    await add(closed, world.interview_id, CORPUS["rtf"].data, headers=candidate)
    deleted = await closed.delete(f"{path(world.interview_id)}/{document_id}", headers=candidate)
    assert deleted.status_code == 204
    found = await closed.get(
        "/api/v1/audit",
        params={"interview_id": world.interview_id},
        headers=world.headers["recruiter"],
    )
    events = [e for e in found.json()["items"] if e["action"].startswith("document.")]
    assert [(e["action"], e["details"]) for e in reversed(events)] == [
        ("document.added", {"kind": "resume", "hidden": 0}),
        ("document.refused", {"kind": "resume", "code": "document.unsupported_format"}),
        ("document.deleted", {"kind": "resume"}),
    ]
    user_id = world.sessions["candidate"].user_id
    assert {event["actor_id"] for event in events} == {user_id}
    assert events[0]["subject_id"] == events[-1]["subject_id"] == document_id


async def acts(database: Database, interview_id: str) -> list[str]:
    """What the trail has of its documents, oldest first."""
    query = sa.text(
        "SELECT action FROM audit_events WHERE interview_id = :interview"
        " AND action LIKE 'document.%' ORDER BY sequence"
    )
    async with database.transaction() as connection:
        return list((await connection.execute(query, {"interview": interview_id})).scalars())


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_running() -> Generator[None]:
    yield
    assert readers() == []
