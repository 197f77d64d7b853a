"""Piston and Judge0, as they speak over HTTP, and as they fail."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from interview.domain.code_runs import OutputPiece, Run
from interview.sandbox.remote.backend import Remote
from interview.sandbox.remote.judge0 import Judge0
from interview.sandbox.remote.piston import Piston

_MEASURES = re.compile(rb'("(?:time|wall_time|cpu_time|memory)":) [^,}]*')


class FakeService(ThreadingHTTPServer):
    """`broken` is sent instead of what is right: a status, and a body; `number` as each measure."""

    daemon_threads = True
    number = ""
    broken: tuple[int, bytes] | None = None
    busy = 0
    keeps_time = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, Any, str]] = []
        self.submitted: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


def outcome(source: str, stdin: str, keeps_time: bool) -> tuple[str, int, str, str]:
    """What became of a program: a word, its status, and its output."""
    if "sleep" in source and keeps_time:
        return "time", 137, "", ""
    if "compile" in source:
        return "compile", 1, "", "main: no such thing"
    if "raise" in source:
        return "error", 1, "", "Traceback"
    if "flood" in source:
        return "ok", 0, "x" * 100_000, ""
    return "ok", 0, f"ok {stdin}\x1b\n", ""


class Handler(BaseHTTPRequestHandler):
    server: FakeService  # pyright: ignore[reportIncompatibleVariableOverride] the one that serves

    def do_GET(self) -> None:
        if "runtimes" in self.path:
            self._answer([{"language": "python", "version": "3.12.0", "aliases": ["py"]}])
        elif "languages" in self.path:
            names = ("Python (2.7.17)", "Python (3.8.1)", "C++ (Clang 7.0.1)")
            self._answer([{"id": 70 + at, "name": name} for at, name in enumerate(names)])
        else:
            self._answer(self._judged(self.server.submitted))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        token = self.headers.get("authorization") or self.headers.get("x-auth-token") or ""
        self.server.asked.append((self.path, body, token))
        if "submissions" in self.path:
            self.server.submitted = body
            self._answer({"token": "d85cd024-1548-4165-96c7-7bc88673f194"}, 201)
            return
        ran, code, out, err = outcome(
            body["files"][0]["content"], body["stdin"], self.server.keeps_time
        )
        run: dict[str, Any] = {"stdout": out, "stderr": err, "output": out + err, "code": code}
        run |= {"signal": None, "message": None, "status": None, "memory": 7_000_000}
        answer = {"language": "python", "version": "3.12.0", "run": run}
        if ran == "compile":
            answer["compile"] = run
        elif ran == "time":
            run |= {"code": None, "signal": "SIGKILL", "status": "TO"}
        elif ran == "error":
            run["status"] = "RE"
        self._answer(answer)

    def _judged(self, submitted: dict[str, Any]) -> dict[str, Any]:
        source, stdin = (
            base64.b64decode(submitted[name]).decode() for name in ("source_code", "stdin")
        )
        ran, code, out, err = outcome(source, stdin, self.server.keeps_time)
        status = {"ok": 3, "time": 5, "compile": 6, "error": 11}[ran]
        coded = {"stdout": out, "stderr": err, "compile_output": err if ran == "compile" else ""}
        return {
            **{name: base64.b64encode(text.encode()).decode() for name, text in coded.items()},
            **{"status": {"id": status, "description": ran}, "time": "0.01", "memory": 3000},
            **{"wall_time": "0.02", "exit_code": code, "message": None},
        }

    def _answer(self, value: object, status: int = 200) -> None:
        content = json.dumps(value).encode()
        if self.server.number:
            content = _MEASURES.sub(rf"\1 {self.server.number}".encode(), content)
        if self.server.busy:
            self.server.busy -= 1
            status, content = 429, b'{"message": "Requests limited"}'
        elif self.server.broken is not None:
            status, content = self.server.broken
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def service() -> Generator[FakeService]:
    server = FakeService()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=[Piston, Judge0])
async def remote(service: FakeService, request: pytest.FixtureRequest) -> Any:
    remote = Remote(request.param(service.url, "a-token"))
    yield remote
    await remote.close()


def python(source: str, *inputs: str) -> Run:
    return Run(language="python", source=source, inputs=inputs or ("",))


async def test_it_runs_what_is_there(remote: Remote, service: FakeService) -> None:
    status = await remote.check()
    pieces: list[OutputPiece] = []
    result = await remote.run(python("print()", "a", "b"), pieces.append)

    assert status.available == ("python",)
    assert [case.stdout for case in result.cases] == ["ok a\ufffd\n", "ok b\ufffd\n"]
    assert [(piece.case, piece.text) for piece in pieces] == [
        *((0, "ok a\ufffd\n"), (1, "ok b\ufffd\n"))
    ]
    assert {token for _, _, token in service.asked} == {"a-token"}


@pytest.mark.parametrize(
    ("source", "ending"),
    [("raise", "runtime_error"), ("sleep", "time_limit"), ("flood", "output_limit")],
)
async def test_how_it_ends(remote: Remote, source: str, ending: str) -> None:
    await remote.check()
    result = await remote.run(python(source), lambda _: None)

    assert [case.ending for case in result.cases] == [ending]
    assert len(result.cases[0].stdout) <= 64 * 1024


async def test_what_does_not_compile(remote: Remote) -> None:
    await remote.check()
    result = await remote.run(python("compile"), lambda _: None)

    assert (result.ending, result.compiler) == ("compile_error", "main: no such thing")


@pytest.mark.parametrize(
    "broken",
    [(500, b"{}"), (401, b"{}"), (200, b"<html>"), (200, b"[" * 100_000), (200, b"{}")],
    ids=["500", "401", "html", "deep", "shape"],
)
async def test_what_breaks_there_is_said(
    remote: Remote, service: FakeService, broken: tuple[int, bytes]
) -> None:
    await remote.check()
    service.broken = broken
    result = await remote.run(python("print('marmalade')"), lambda _: None)
    status = await remote.check()
    after = await remote.run(python("print()"), lambda _: None)

    assert result.ending == after.ending == "sandbox_unavailable"
    assert result.reason
    assert "marmalade" not in result.reason
    assert status.available == ()


async def test_one_that_is_busy_is_asked_again(remote: Remote, service: FakeService) -> None:
    await remote.check()
    service.busy = 2
    result = await remote.run(python("print()"), lambda _: None)

    assert result.ending == "finished"


async def test_one_that_keeps_no_time_runs_nothing(remote: Remote, service: FakeService) -> None:
    service.keeps_time = False
    status = await remote.check()
    result = await remote.run(python("print()"), lambda _: None)

    assert "does not keep the limit" in status.reason
    assert result.ending == "sandbox_unavailable"


async def test_nobody_there() -> None:
    remote = Remote(Piston("http://127.0.0.1:1"))
    status = await remote.check()
    await remote.close()

    assert "out of reach" in status.reason


@pytest.mark.parametrize("number", ["Infinity", "1e999", '"Infinity"', "NaN", "-1", "1e300"])
async def test_what_is_no_measure_is_another_shape(
    remote: Remote, service: FakeService, number: str
) -> None:
    """Python's reader of JSON takes more than there is."""
    await remote.check()
    service.number = number
    result = await remote.run(python("print()"), lambda _: None)

    assert (result.ending, result.reason.partition(": ")[2]) == (
        "sandbox_unavailable",
        "its answer has another shape",
    )
