"""Pads in the real room: kept, taken up elsewhere, run, and hostile."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from temporalio.client import Client as TemporalClient
from temporalio.testing import ActivityEnvironment

from activities.pads import RunPads
from interview.coding.pads import Pads
from interview.contracts.coding import PadRun, SettleInput
from interview.domain.code_runs import CaseResult, OutputPiece, Run, RunResult
from interview.domain.coding import CodeReport
from interview.errors import DatabaseUnavailable
from interview.persistence import pads as statements
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.sandbox.exchange import CodeExchange
from interview.security.data_keys import DataKeys
from interview.streams.log import StreamLog
from tests.integration.api.coding import HIDDEN, QUESTION, coding_interview, running_code
from tests.integration.api.servers import Client, forget_limits

pytestmark = pytest.mark.integration


@pytest.fixture
async def interview_id(records: Records) -> str:
    return await coding_interview(records)


@pytest.fixture
def pads(database: Database, keys: DataKeys) -> Pads:
    return Pads(database, keys)


def pad(text: str, edit: int = 1, **changes: Any) -> dict[str, Any]:
    code = {"question_id": QUESTION, "edit": edit, "language": "python", "text": text}
    return {"type": "code_snapshot", **code, **changes}


def run(text: str, *, tests: bool = True, **changes: Any) -> dict[str, Any]:
    made = {**pad(text), "type": "code_run", "run_id": uuid.uuid4().hex, "tests": tests}
    return {**made, **changes}


async def entered(client: Client) -> dict[str, Any]:
    """The pad as it is told on entering."""
    await client.hello()
    return (await client.until("code_pad")).body


async def saved(client: Client, edit: int) -> dict[str, Any]:
    return (await client.until("code_saved", lambda body: body["edit"] == edit)).body


async def answered(client: Client) -> None:
    """The last run has a result, or was refused."""
    while (await client.next()).type not in ("code_result", "error"):
        pass


async def asked(client: Client) -> None:
    """Until the question is being asked: what is run belongs to it. It may have been before the pad
    was told."""
    await client.seen("utterance_end")


async def test_a_pad_is_kept_and_goes_on_on_another_device(
    url: str, interview_id: str, http: httpx.AsyncClient
) -> None:
    async with Client(url, interview_id) as first:
        told = await entered(first)
        assert (told["question_id"], told["revision"]) == (QUESTION, 0)
        assert told["text"] == "# begin here"
        assert [test["name"] for test in told["tests"]] == ["shown"]
        assert told["hidden_tests"] == 1
        for edit, text in enumerate(("a", "ab", "abc  # 👋"), start=1):
            await first.send(**pad(text, edit))
        kept = await saved(first, 3)
        # The process of the first device is gone without a word.
        first.socket.transport.abort()
    async with Client(url, interview_id) as second:
        told = await entered(second)
        assert (told["text"], told["revision"]) == ("abc  # 👋", kept["revision"])
        await second.send(**pad("on the second device", 1, language="go"))
        await saved(second, 1)
    grown = (await http.get(f"/api/v1/interviews/{interview_id}/code")).raise_for_status().json()
    assert grown["items"][-1]["text"] == "on the second device"
    assert [item["revision"] for item in grown["items"]] == list(range(1, len(grown["items"]) + 1))
    page = await http.get(f"/api/v1/interviews/{interview_id}/code", params={"limit": 1})
    assert page.json()["next_after"] == f"{QUESTION}.1"
    broken = await http.get(f"/api/v1/interviews/{interview_id}/code", params={"after": "x"})
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "page.invalid_cursor")


async def test_without_a_worker_for_code_nothing_is_run_and_the_interview_goes_on(
    url: str, interview_id: str
) -> None:
    async with Client(url, interview_id) as client:
        told = await entered(client)
        assert [one["available"] for one in told["languages"]] == [False, False]
        await asked(client)
        await client.send(**run("echo"))
        report = (await client.until("code_result")).body["report"]
        assert report["verdict"] == "sandbox_unavailable"
        assert "the interview goes on" in report["message"]
        await client.send(type="answer_text", turn_id=uuid.uuid4().hex, text="I am done.")
        await client.until("turn_committed")


async def test_running_failing_mending_and_passing(
    url: str, interview_id: str, redis: Redis, temporal: TemporalClient, http: httpx.AsyncClient
) -> None:
    async with running_code(redis, temporal) as sandbox, Client(url, interview_id) as client:
        told = await entered(client)
        assert [one["available"] for one in told["languages"]] == [True, False]
        await asked(client)
        await client.send(**run("shout"))
        failed = (await client.until("code_result")).body["report"]
        assert failed["verdict"] == "wrong_answer"
        assert [test["verdict"] for test in failed["tests"]] == ["wrong_answer"]
        assert (failed["hidden_passed"], failed["hidden_total"]) == (0, 1)
        await client.send(**run("what is this"))
        broken = (await client.until("code_result")).body["report"]
        assert (broken["verdict"], broken["compiler"]) == ("compile_error", "<script>no</script>")
        await client.send(**run("echo", tests=False, stdin="by hand"))
        by_hand = (await client.until("code_result")).body["report"]
        assert (by_hand["verdict"], by_hand["stdout"]) == ("finished", "by hand")
        last = run("echo")
        await client.send(**last)
        passed = (await client.until("code_result")).body["report"]
        assert (passed["verdict"], passed["hidden_passed"]) == ("accepted", 1)
        await client.send(**last)
        again = (await client.until("code_result")).body["report"]
        assert again == passed, "the same run is not run twice"
        assert len(sandbox.runs) == 4
        # A hidden test never comes here, though the program wrote it all out.
        assert not any(HIDDEN.stdin in str(message.raw) for message in client.received)
        shown = [m.body["text"] for m in client.received if m.type == "code_output"]
        assert {"A", "by hand", "a"} <= set(shown)
    runs = (await http.get(f"/api/v1/interviews/{interview_id}/code/runs")).json()["items"]
    assert [one["verdict"] for one in runs] == [
        *("wrong_answer", "compile_error", "finished", "accepted"),
    ]
    assert HIDDEN.stdin not in str(runs)
    paged, path, cursor = list[Any](), f"/api/v1/interviews/{interview_id}/code/runs", None
    for _ in range(3):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await http.get(path, params=params)).raise_for_status().json()
        assert len(page["items"]) <= 2
        paged, cursor = [*paged, *page["items"]], page["next_cursor"]
        if cursor is None:
            break
    assert paged == runs
    for broken in ("x", "20260101T000000.0", "20260101T000000.0.\0", "20269901T000000.0.r"):
        refused = await http.get(path, params={"cursor": broken})
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            *(400, "page.invalid_cursor"),
        )


async def test_a_result_reaches_whoever_is_in_the_room_when_it_comes(
    url: str, interview_id: str, redis: Redis, temporal: TemporalClient
) -> None:
    asked_for = run("wait")
    async with running_code(redis, temporal) as sandbox:
        async with Client(url, interview_id) as first:
            await entered(first)
            await asked(first)
            await first.send(**asked_for)
            async with asyncio.timeout(20):
                while not sandbox.runs:  # noqa: ASYNC110 - it is another event loop's business
                    await asyncio.sleep(0.02)
            await first.send(**run("echo"))
            assert (await first.until("error")).body["code"] == "code.busy"
            first.socket.transport.abort()
        async with Client(url, interview_id) as second:
            await entered(second)
            sandbox.go.set()
            result = (await second.until("code_result")).body
            assert result["run_id"] == asked_for["run_id"]
        async with Client(url, interview_id) as third:
            told = await entered(third)
            assert told["last_result"]["run_id"] == asked_for["run_id"]


async def test_a_run_whose_version_is_gone_is_told_to_be_none(
    interview_id: str, records: Records, pads: Pads, redis: Redis
) -> None:
    run_pads = RunPads(StreamLog(redis, ttl_s=60), records, pads, CodeExchange(redis))
    await pads.ask(interview_id, "run-1", QUESTION, 7, tests=True)
    request = PadRun(interview_id=interview_id, run_id="run-1", question_id=QUESTION)
    assert (await ActivityEnvironment().run(run_pads.offer, request)).key is None
    row = await pads.run(interview_id, "run-1")
    assert row is not None
    assert row.verdict == "sandbox_unavailable"


async def over(pads: Pads, interview_id: str) -> None:
    """The interviewer has gone on from the pad's question."""
    async with asyncio.timeout(20):
        while not await pads.is_over(interview_id, QUESTION):  # noqa: ASYNC110 - another process's business
            await asyncio.sleep(0.02)


async def test_a_pad_is_left_as_it_was_when_the_interviewer_went_on(
    url: str,
    interview_id: str,
    http: httpx.AsyncClient,
    pads: Pads,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statements, "GRACE_S", 0.0)
    async with Client(url, interview_id) as client:
        assert (await entered(client))["over"] is False
        await asked(client)
        await client.send(**pad("mine"))
        assert (await saved(client, 1))["late"] is False
        await client.send(type="answer_text", turn_id=uuid.uuid4().hex, text="I am done.")
        await over(pads, interview_id)
        await client.send(**pad("from a browser that was cut off", 2))
        assert (await saved(client, 2))["late"] is True
        refused = run("a ready one")
        await client.send(**refused)
        error = (await client.until("error")).body
        assert (error["code"], error["turn_id"]) == ("code.over", refused["run_id"])
    async with Client(url, interview_id) as client:
        told = await entered(client)
        assert (told["question_id"], told["text"], told["over"]) == (QUESTION, "mine", True)
    newest = await pads.newest(interview_id, QUESTION)
    assert newest is not None
    assert newest.text == "mine"
    grown = (await http.get(f"/api/v1/interviews/{interview_id}/code")).raise_for_status().json()
    assert [(item["text"], item["late"]) for item in grown["items"]] == [
        ("mine", False),
        ("from a browser that was cut off", True),
        ("a ready one", True),
    ]
    assert await pads.runs(interview_id) == []


class AwayOnce(Pads):
    """It cannot keep the first result that it is given."""

    has_been = False

    async def finish(self, interview_id: str, run_id: str, report: CodeReport) -> CodeReport | None:
        if not self.has_been:
            self.has_been = True
            raise DatabaseUnavailable("away")
        return await super().finish(interview_id, run_id, report)


async def test_output_is_shown_once_though_its_run_is_settled_in_several_attempts(
    url: str, interview_id: str, records: Records, database: Database, keys: DataKeys, redis: Redis
) -> None:
    pads, exchange = AwayOnce(database, keys), CodeExchange(redis)
    run_pads = RunPads(StreamLog(redis, ttl_s=60, keys=keys), records, pads, exchange)
    settle = partial(ActivityEnvironment().run, run_pads.settle)
    await pads.save(interview_id, QUESTION, "python", "a")
    await pads.ask(interview_id, "run-1", QUESTION, 1, tests=False)
    this = PadRun(interview_id=interview_id, run_id="run-1", question_id=QUESTION)
    key = await exchange.offer(this.name, Run(language="python", source="a"))
    request = SettleInput(key=key, **this.model_dump())

    async def write(attempt: int, text: str) -> None:
        piece = OutputPiece(case=0, stream="stdout", text=text)
        await exchange.write(this.name, key, attempt, [piece])

    async with Client(url, interview_id) as client:
        await entered(client)
        given_up = (await exchange.take(this.name, key)).attempt
        await write(given_up, "of a worker that died")
        first = asyncio.create_task(settle(request))
        await client.until("code_output")
        taken = (await exchange.take(this.name, key)).attempt
        await write(taken, "a")
        await client.until("code_output")
        first.cancel()
        await write(given_up, "it was not dead yet")
        await write(taken, "bc")
        case = CaseResult(ending="finished", exit_status=0, stdout="abc", wall_ms=1)
        await exchange.settle(this.name, key, RunResult(ending="finished", cases=(case,)))
        with pytest.raises(DatabaseUnavailable):
            await settle(request)
        await settle(request)
        await client.until("code_result")
        told = [message.body for message in client.received if message.type == "code_output"]
        assert [(one["attempt"] == taken, one["start"], one["text"]) for one in told] == [
            (False, 0, "of a worker that died"),
            (True, 0, "a"),
            (True, 0, "abc"),  # the page has the beginning of it
        ]


async def test_hostile_pads_get_codes_and_the_room_goes_on(
    url: str, interview_id: str, pads: Pads
) -> None:
    hostile = [
        (pad("x" * 10_000_000), "message.too_large"),
        (pad("x" * 40_000), "code.too_large"),
        (pad("a\0b"), "code.not_text"),
        (pad("a", language="cobol"), "protocol.violation"),
        (pad("a", language="sql"), "code.language"),
        (pad("a", question_id="lately"), "code.not_asked"),
        (pad("a", question_id="../../etc"), "protocol.violation"),
        (pad("a", edit=-1), "protocol.violation"),
        (run("x" * 40_000), "code.too_large"),
        (run("a", run_id="../x"), "protocol.violation"),
        (run("a", stdin="x" * 20_000), "protocol.violation"),
    ]
    async with Client(url, interview_id) as client:
        await entered(client)
        for message, code in hostile:
            await client.send(**message)
            assert (await client.until("error")).body["code"] == code
        await client.socket.send('{"type":"code_snapshot","text":"\\ud800"}')
        assert (await client.until("error")).body["code"].startswith("protocol.")
        assert await client.alive()
        seen = "\x1b[31m<img src=x onerror=alert(1)>\u202e\u2028"
        await client.send(**pad(seen, 9))
        await saved(client, 9)
    newest = await pads.newest(interview_id, QUESTION)
    assert newest is not None
    assert newest.text == seen
    assert newest.revision == 1, "nothing that was refused was kept"
    # What is no UTF-8 never becomes a message.
    async with Client(url, interview_id) as client:
        await entered(client)
        frame = b'{"type":"code_snapshot","text":"\xff\xfe"}'
        await client.socket.send(frame, text=True)
        with pytest.raises(Exception, match=r"1007|invalid"):
            await client.until("code_saved")


async def test_a_flood_of_snapshots_is_few_rows_and_the_last_of_them_is_kept(
    url: str, interview_id: str, pads: Pads
) -> None:
    async with Client(url, interview_id) as client:
        await entered(client)
        for edit in range(1, 201):
            await client.send(**pad(f"version {edit}", edit))
        await saved(client, 200)
        assert await client.alive()
    rows = await pads.all(interview_id)
    assert rows[-1].text == "version 200"
    assert len(rows) < 20


async def test_a_thousand_runs_a_minute_are_few_runs_and_a_code(
    url: str, interview_id: str, redis: Redis, temporal: TemporalClient, pads: Pads
) -> None:
    async with running_code(redis, temporal) as sandbox, Client(url, interview_id) as client:
        await entered(client)
        await asked(client)
        for _ in range(40):
            await client.send(**run("echo"))
        assert await client.alive()
        codes = [m.body["code"] for m in client.received if m.type == "error"]
        assert set(codes) <= {"rate.exceeded", "code.busy"}
        assert "rate.exceeded" in codes
        assert len(sandbox.runs) <= 10
    # On other connections it is counted on.
    allowed = 0
    for _ in range(5):
        async with Client(url, interview_id) as client:
            await entered(client)
            for _ in range(10):
                await client.send(**run("echo"))
                await answered(client)
            allowed += sum(m.type == "code_result" for m in client.received)
    assert allowed <= 30
    assert len(await pads.runs(interview_id)) <= 31
    await forget_limits(redis)
