"""The log: one line an event, nothing personal and no key on any."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Generator
from typing import Any

import httpx
import httpx2
import pytest
import structlog
from pydantic import BaseModel
from temporalio.exceptions import ApplicationError

from interview.errors import ConflictError, ProviderUnavailable
from interview.logging import configure_logging, interview_context, redact


@pytest.fixture(autouse=True)
def _restored() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]  # pytest uses it
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def output() -> io.StringIO:
    stream = io.StringIO()
    configure_logging("json", "info", stream)
    return stream


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def only(output: io.StringIO) -> dict[str, Any]:
    [line] = lines(output)
    return line


def test_our_events_and_a_librarys_look_alike(output: io.StringIO) -> None:
    structlog.stdlib.get_logger("ours").info("turn.committed", sequence=3)
    logging.getLogger("theirs").warning("lost %s of %d", "2", 5)
    ours, theirs = lines(output)
    assert (ours["event"], ours["logger"], ours["level"], ours["sequence"]) == (
        "turn.committed",
        "ours",
        "info",
        3,
    )
    assert (theirs["event"], theirs["logger"], theirs["level"]) == (
        "lost 2 of 5",
        "theirs",
        "warning",
    )
    assert ours["timestamp"].endswith("Z")
    assert theirs["timestamp"].endswith("Z")


async def test_every_line_names_interview_and_turn(output: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("ours")

    async def work() -> None:
        log.info("inside")
        logging.getLogger("theirs").info("inside")

    with interview_context("interview-a"):
        with interview_context("interview-a", "turn-b"):
            await asyncio.create_task(work())
        log.info("between")
    log.info("outside")
    ours, theirs, between, outside = lines(output)
    for line in (ours, theirs):
        assert (line["interview_id"], line["turn_id"]) == ("interview-a", "turn-b")
    assert between["interview_id"] == "interview-a"
    assert "turn_id" not in between
    assert "interview_id" not in outside


def test_levels(output: io.StringIO) -> None:
    structlog.stdlib.get_logger("ours").debug("unseen")
    logging.getLogger("theirs").debug("unseen")
    assert output.getvalue() == ""


@pytest.mark.parametrize("library", [httpx, httpx2])
@pytest.mark.parametrize("level", ["info", "debug"])
async def test_no_address_that_is_asked_is_written(library: Any, level: Any) -> None:
    """A webhook's may hold a secret anywhere."""
    output = io.StringIO()
    configure_logging("json", level, output)
    listening = await asyncio.start_server(_fine, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, library.AsyncClient(trust_env=False) as http:
        asked = await http.post(f"http://127.0.0.1:{port}/services/XXXXsecretXXXX?hook=hidden")
    assert asked.status_code == 200
    assert output.getvalue() == ""


async def _fine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


def test_debug_does_not_open_the_mouths_of_provider_sdks() -> None:
    output = io.StringIO()
    configure_logging("json", "debug", output)
    logging.getLogger("openai").debug("Request options: …")
    logging.getLogger("sqlalchemy.engine.Engine").info("[generated] ('what I said',)")
    structlog.stdlib.get_logger("ours").debug("seen")
    assert [line["event"] for line in lines(output)] == ["seen"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql+asyncpg://user:pa55@host/db", "postgresql+asyncpg://user:***@host/db"),
        ("redis://:pa55@host:6379/0", "redis://:***@host:6379/0"),
        ("GET /x?api_key=abc&page=2", "GET /x?api_key=***&page=2"),
        ("wss://h/ws?ticket=abc", "wss://h/ws?ticket=***"),
        ("https://s3/b?X-Amz-Signature=ab12&x=1", "https://s3/b?X-Amz-Signature=***&x=1"),
        ("Authorization: Bearer abcdef.ghi-jkl", "Authorization: Bearer ***"),
        ("Incorrect API key provided: sk-ant-0123456789", "Incorrect API key provided: sk-***"),
        ("no such key: ivk_0123456789-_abc", "no such key: ivk_***"),
        ("AKIAABCDEFGHIJKLMNOP is unknown", "*** is unknown"),
        ("http://host:8000/path?page=2 at 12:30", "http://host:8000/path?page=2 at 12:30"),
    ],
)
def test_keys_are_taken_out_of_texts(text: str, expected: str) -> None:
    assert redact(text) == expected


def test_keys_are_taken_out_of_every_value(output: io.StringIO) -> None:
    structlog.stdlib.get_logger("ours").info(
        "connecting to redis://:hidden@h",
        url="postgresql://u:hidden@h/d",
        nested={"urls": ["redis://:hidden@h"], "count": 2, "none": None},
        openai_api_key="hidden",
        error=OSError("no route to redis://:hidden@h"),
    )
    assert "hidden" not in output.getvalue()
    assert only(output)["nested"]["count"] == 2


def test_personal_fields_are_withheld(output: io.StringIO) -> None:
    structlog.stdlib.get_logger("ours").info(
        "x", text="personal", candidate_name="personal", extra={"Transcript": "personal"}
    )
    assert "personal" not in output.getvalue()


PERSONAL = "my name is Ada"


class Form(BaseModel):
    age: int


def raise_chain(given: str) -> None:
    try:
        Form.model_validate({"age": given})
    except ValueError as error:
        raise ConflictError("turn.out_of_order", "this number is taken") from error


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_the_way_and_no_input(log_format: Any) -> None:
    output = io.StringIO()
    configure_logging(log_format, "info", output)
    try:
        raise_chain(PERSONAL)
    except ConflictError:
        structlog.stdlib.get_logger("ours").exception("failed")
        logging.getLogger("theirs").exception("failed")
    text = output.getvalue()
    assert PERSONAL not in text
    # Once for each of the two loggers.
    assert text.count("age: int_parsing") == 2
    assert text.count("turn.out_of_order: this number is taken") == 2
    assert text.count("in raise_chain") == 4


def test_a_failed_activity_is_named_and_a_provider_is_not_quoted(output: io.StringIO) -> None:
    """Temporal logs what an activity failed with, its causes too."""
    try:
        try:
            raise ProviderUnavailable(
                "provider.unavailable", f"no reply to {PERSONAL}", provider="some", category="llm"
            )
        except ProviderUnavailable as error:
            raise ApplicationError(error.message, type=error.code) from error
    except ApplicationError:
        logging.getLogger("theirs").warning("failed", exc_info=True)
    text = output.getvalue()
    assert PERSONAL not in text
    assert "ProviderUnavailable: provider.unavailable: some" in text
    assert "ApplicationError: provider.unavailable" in text


def test_the_errors_of_a_group_are_all_shown(output: io.StringIO) -> None:
    group = ExceptionGroup("some", [OSError("first one"), ValueError("personal")])
    structlog.stdlib.get_logger("ours").error("failed", exc_info=group)
    text = only(output)["exception"]
    assert "first one" in text
    assert "builtins.ValueError: [withheld]" in text
    assert "personal" not in text


def test_configuring_again_replaces_the_handler(output: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("ours")
    log.info("one")
    other = io.StringIO()
    configure_logging("console", "info", other)
    log.info("two")
    assert [line["event"] for line in lines(output)] == ["one"]
    assert "two" in other.getvalue()
    assert "\x1b" not in other.getvalue()


def test_a_workflow_s_line_has_its_fields_beside_the_event(output: io.StringIO) -> None:
    interview_id = "8c1b5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01"
    logging.getLogger("temporalio.workflow").warning(
        "turn.recovering",
        extra={
            "temporal_workflow": {"workflow_id": f"interview-{interview_id}", "run_id": "r"},
            "turn_id": "t1",
            "reason": "worker lost",
            "anything_else": "I was born in Leeds",
        },
    )
    line = only(output)
    assert line["interview_id"] == interview_id
    assert (line["turn_id"], line["reason"]) == ("t1", "worker lost")
    assert "Leeds" not in output.getvalue()
