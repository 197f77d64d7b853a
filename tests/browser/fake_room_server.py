"""A real HTTP and WebSocket server for the page, without the rest of the stack.

It serves `web/out` under a strict content security policy, the REST calls of the page, and
version 2 of the protocol from a `FakeInterview`, which outlives a killed server.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import assert_never

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.static import page_policy
from interview.domain.roles import list_roles
from interview.protocol import SUBPROTOCOL_V2, limits
from interview.protocol.client import (
    CLIENT_MESSAGE_V2,
    AnswerText,
    CodeRun,
    CodeSnapshot,
    EndSession,
    Hello,
    Pause,
    Ping,
    PlaybackComplete,
    Repeat,
    Resume,
    SpeechPaused,
    SpeechResumed,
    TurnCancel,
    TurnEnd,
    TurnStart,
)
from interview.protocol.frames import unpack_uplink
from interview.protocol.server import Pong, SessionStarted, Superseded
from tests.browser.fake_interview import SENTENCE_MS, FakeInterview

__all__ = ["WEB_OUT", "FakeRoomServer", "room_server"]

WEB_OUT = Path(__file__).resolve().parents[2] / "web" / "out"


class FakeRoomServer:
    """`kill` and `start` as often as a test likes: same port, same interviews."""

    def __init__(self) -> None:
        self.interviews: dict[str, FakeInterview] = {}
        self.sentence_ms = SENTENCE_MS
        """Of interviews created from now on; longer where a test acts while it is spoken."""
        self.roles_fail = False
        self.chosen_roles: list[str] = []
        self.frozen = False
        """Until `thaw`: takes connections and messages, and says nothing."""
        self.hellos: list[Hello] = []
        self._connections: dict[str, WebSocket] = {}
        self._changed = asyncio.Condition()
        self._port = _free_port()
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def interview(self) -> FakeInterview:
        """The only one."""
        (interview,) = self.interviews.values()
        return interview

    async def start(self) -> None:
        config = uvicorn.Config(
            self._app(),
            host="127.0.0.1",
            port=self._port,
            log_config=None,
            lifespan="off",
            ws_per_message_deflate=False,
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(10):
            while not self._server.started:  # noqa: ASYNC110 - uvicorn offers no event for it
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        """Connections are reset, as when the process dies. Twice does no harm."""
        if self._server is None or self._task is None:
            return
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        self._server.force_exit = self._server.should_exit = True
        await self._task
        self._server = self._task = None

    async def thaw(self) -> None:
        self.frozen = False
        await self.tell()

    async def until(
        self, condition: Callable[[], object], what: str, timeout_s: float = 10.0
    ) -> None:
        """Waits for `condition()`, asked again whenever a client has done something."""
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: bool(condition()))
        except TimeoutError:
            raise AssertionError(f"in {timeout_s} s: {what}") from None

    def create(self, candidate_name: str = "Sam") -> str:
        interview_id = f"interview-{len(self.interviews) + 1}"
        self.interviews[interview_id] = FakeInterview(
            interview_id, candidate_name, self.sentence_ms
        )
        return interview_id

    # HTTP

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/health/live", self._live),
                Route("/api/v1/roles", self._roles),
                Route("/api/v1/interviews", self._create, methods=["POST"]),
                Route("/api/v1/interviews/{interview_id}", self._read),
                WebSocketRoute("/ws/interview/{interview_id}", self._room),
                Mount("/", _Page(directory=WEB_OUT, html=True)),
            ]
        )

    async def _live(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _roles(self, request: Request) -> Response:
        if self.roles_fail:
            return _error(503, "database.unavailable", "The database cannot be reached.")
        return JSONResponse([role.model_dump() for role in list_roles()])

    async def _create(self, request: Request) -> Response:
        body = await request.json()
        interview_id = self.create(body["candidate_name"])
        self.chosen_roles.append(body["role"])
        return JSONResponse(
            {
                "interview_id": interview_id,
                "role": body["role"],
                "title": "Software engineer",
                "status": "created",
            },
            status_code=201,
        )

    async def _read(self, request: Request) -> Response:
        interview = self.interviews.get(request.path_params["interview_id"])
        if interview is None:
            return _error(404, "interview.not_found", "There is no such interview.")
        return JSONResponse({"interview_id": interview.interview_id, "status": interview.status})

    # WebSocket

    async def _room(self, socket: WebSocket) -> None:
        interview = self.interviews.get(socket.path_params["interview_id"])
        await socket.accept(subprotocol=SUBPROTOCOL_V2)
        if interview is None:
            return await socket.close(limits.CLOSE_NOT_FOUND)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            hello = CLIENT_MESSAGE_V2.validate_json(await socket.receive_text())
            assert isinstance(hello, Hello)
            self.hellos.append(hello)
            async with self._changed:
                await self._changed.wait_for(lambda: not self.frozen)
            await self._take_over(interview, socket)
            # As the room is before the greeting: one who comes first finds that nothing was said.
            snapshot, seq = interview.snapshot(), interview.replay_from(hello.last_seq)
            interview.enter()
            started = SessionStarted(
                session_id=interview.interview_id,
                version=2,
                resumed_from_seq=hello.last_seq,
                snapshot=snapshot,
            )
            await self._send(socket, started.model_dump_json(), interview.last_seq)
            relay = asyncio.create_task(self._relay(interview, socket, seq))
            try:
                await self._listen(interview, socket)
            finally:
                relay.cancel()
                await asyncio.gather(relay, return_exceptions=True)

    async def _take_over(self, interview: FakeInterview, socket: WebSocket) -> None:
        older = self._connections.get(interview.interview_id)
        self._connections[interview.interview_id] = socket
        if older is not None:
            # The older one may be gone already.
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                body = Superseded().model_dump_json()
                await self._send(older, body, interview.last_seq)
                await older.close(limits.CLOSE_SUPERSEDED)

    async def _relay(self, interview: FakeInterview, socket: WebSocket, seq: int) -> None:
        while True:
            for entry_seq, data in interview.after(seq):
                seq = entry_seq
                if isinstance(data, str):
                    await socket.send_text(data)
                else:
                    await socket.send_bytes(data)
            async with self._changed:
                while interview.last_seq <= seq:
                    await self._changed.wait()

    async def _listen(self, interview: FakeInterview, socket: WebSocket) -> None:
        while True:
            event = await socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if self.frozen:
                continue
            if (data := event.get("bytes")) is not None:
                interview.chunk(*unpack_uplink(data))
            else:
                await self._handle(interview, socket, event["text"])
            await self.tell()

    async def tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _handle(  # noqa: C901 - one case a message, nothing nested
        self, interview: FakeInterview, socket: WebSocket, text: str
    ) -> None:
        message = CLIENT_MESSAGE_V2.validate_json(text)
        match message:
            case TurnStart():
                interview.start(message)
            case TurnEnd():
                interview.end(message.turn_id, message.chunks)
            case TurnCancel():
                interview.cancel(message.turn_id)
            case AnswerText():
                interview.answer(message.turn_id, message.text, message.interrupted)
            case PlaybackComplete():
                interview.played.append(message.utterance_id or "")
            case Pause():
                interview.pause()
            case Resume():
                interview.resume()
            case EndSession():
                interview.finish()
            case Ping():
                body = Pong(nonce=message.nonce).model_dump_json()
                await self._send(socket, body, interview.last_seq)
            case SpeechPaused():
                interview.pause_in_answer(message.turn_id, message.chunks)
            case Repeat():
                interview.repeats += 1
            case SpeechResumed():
                pass
            case CodeSnapshot() | CodeRun():
                pass  # it asks nothing that is answered by code
            case Hello():
                raise AssertionError("hello came twice")
            case _:
                assert_never(message)

    async def _send(self, socket: WebSocket, body: str, seq: int) -> None:
        await socket.send_text(f'{body[:-1]},"seq":{seq}}}')


class _Page(StaticFiles):
    """With the policy that the API sends."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse) and str(response.path).endswith(".html"):
            response.headers["Content-Security-Policy"] = _policy(Path(response.path))
        return response


def _policy(page: Path) -> str:
    return page_policy(page.read_bytes())


def _error(status: int, code: str, message: str) -> Response:
    body = {"error": {"code": code, "message": message, "recoverable": True}}
    return JSONResponse(body, status_code=status)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.asynccontextmanager
async def room_server() -> AsyncGenerator[FakeRoomServer]:
    server = FakeRoomServer()
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
