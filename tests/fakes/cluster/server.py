"""The API server: paths, verbs, answers, streams, and the ways in which they fail."""

from __future__ import annotations

import base64
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from interview.sandbox.kubernetes.manifest import ACCESS
from tests.fakes.cluster.controller import Controller
from tests.fakes.cluster.store import Conflict, Missing, Object, Store

__all__ = ["ApiServer", "Faults"]

_PATH = re.compile(
    r"/(?:api|apis)/(?:(?P<group>batch)/)?v1/namespaces/(?P<namespace>[^/]+)"
    r"/(?P<kind>[a-z]+)(?:/(?P<name>[^/]+))?(?:/(?P<below>[a-z]+))?"
)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_REASONS = {
    **{401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "AlreadyExists"},
    **{422: "Invalid", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable"},
}
_MOST_SECRET_BYTES = 1024 * 1024
_MOST_BODY_BYTES = 3 * 1024 * 1024


@dataclass
class Faults:
    """`answers`: by verb and kind, what is answered instead, one after the other: a status, and
    what it says. `cuts`: after how many bytes a log is cut, one after the other."""

    answers: dict[tuple[str, str], list[tuple[int, str]]] = field(
        default_factory=dict[tuple[str, str], list[tuple[int, str]]]
    )
    cuts: list[int] = field(default_factory=list[int])
    expire_watches: int = 0
    lose_answers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What is done, and not answered."""


class ApiServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, namespace: str, tls: ssl.SSLContext, image: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.namespace = namespace
        self.tokens = {"the-token"}
        self.access = dict(ACCESS)
        self.store = Store()
        self.faults = Faults()
        self.asked: list[tuple[str, str]] = []
        self.stopping = threading.Event()
        self.controller = Controller(self.store, image)
        self.kubelet = self.controller.kubelet
        self._tls = tls

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_port}"

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        return self._tls.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False
        ), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that clients leave are none of the test's business."""

    def asked_for(self, verb: str, kind: str) -> int:
        return self.asked.count((verb, kind))

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()
        self.kubelet.stop()


class _Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: ApiServer  # pyright: ignore[reportIncompatibleVariableOverride] the one that serves
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PATCH = do_DELETE = do_GET

    def _handle(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        content = self.rfile.read(length) if length <= _MOST_BODY_BYTES else b""
        try:
            if length > _MOST_BODY_BYTES:
                raise _Refused(413, "Request entity too large: limit is 3145728")
            self._route(json.loads(content) if content else {})
        except _Refused as refused:
            self._refuse(refused.status, str(refused))
        except Missing:
            self._refuse(404, "not found")
        except Conflict:
            self._refuse(409, "it exists already, or was changed")

    def _route(self, body: Object) -> None:
        where = urlsplit(self.path)
        query = dict(parse_qsl(where.query))
        if self.headers.get("authorization", "").removeprefix("Bearer ") not in self.server.tokens:
            raise _Refused(401, "Unauthorized")
        if (match := _PATH.fullmatch(where.path)) is None:
            raise _Refused(404, "the server could not find the requested resource")
        kind, name, below = match["kind"], match["name"], match["below"]
        verb = _verb(self.command, name, query)
        resource = f"{kind}/{below}" if below else kind
        self.server.asked.append((verb, resource))
        allowed = self.server.access.get((match["group"] or "", resource), ())
        if match["namespace"] != self.server.namespace or verb not in allowed:
            raise _Refused(403, f'{resource} is forbidden: cannot {verb} resource "{resource}"')
        if wrong := self.server.faults.answers.get((verb, resource)):
            raise _Refused(*wrong.pop(0))
        labels = dict(part.split("=") for part in query.get("labelSelector", "").split(",") if part)
        if below == "log":
            self._log(name, query.get("follow") == "true")
        elif verb == "watch":
            self._watch(kind, labels, int(query["resourceVersion"]))
        elif verb == "list":
            self._list(kind, labels)
        else:
            answer = self._done(verb, kind, name, body)
            if (verb, resource) in self.server.faults.lose_answers:
                self.server.faults.lose_answers.remove((verb, resource))
                return self._hang_up()
            self._answer(201 if verb == "create" else 200, answer)

    def _done(self, verb: str, kind: str, name: str, body: Object) -> Object:
        store, controller = self.server.store, self.server.controller
        if verb == "get":
            return store.get(kind, name)
        if verb == "create":
            _check(kind, body)
            made = store.add(kind, body)
        elif verb == "patch":
            if self.headers["content-type"] != "application/merge-patch+json":
                raise _Refused(415, "the body of the request was in an unknown format")
            made = store.change(kind, name, body)
        else:
            version = body.get("preconditions", {}).get("resourceVersion")
            made = store.remove(kind, name, version)
            controller.forget(made)
            return {"kind": "Status", "apiVersion": "v1", "status": "Success", "metadata": {}}
        if kind == "jobs" and not made["spec"].get("suspend"):
            controller.work(made)
        return made

    def _list(self, kind: str, labels: dict[str, str]) -> None:
        items, version = self.server.store.list(kind, labels)
        metadata = {"resourceVersion": str(version)}
        listed = {"kind": "List", "apiVersion": "v1", "metadata": metadata, "items": items}
        self._answer(200, listed)

    def _watch(self, kind: str, labels: dict[str, str], since: int) -> None:
        self._begin_stream("application/json")
        if self.server.faults.expire_watches > 0:
            self.server.faults.expire_watches -= 1
            self.server.store.forget_events()
        for event in self.server.store.watch(kind, labels, since, self.server.stopping):
            if event is not None:
                self._piece(json.dumps(event).encode() + b"\n")
            elif self._left():
                return
        self._piece(b"")

    def _log(self, name: str, follow: bool) -> None:
        pod = self.server.store.get("pods", name)
        if not pod["status"].get("containerStatuses", [{}])[0].get("state", {}).keys() & {
            *("running", "terminated")
        }:
            raise _Refused(400, f'container "program" in pod "{name}" is waiting to start')
        cut = self.server.faults.cuts.pop(0) if follow and self.server.faults.cuts else None
        self._begin_stream("text/plain")
        sent = 0
        for piece in self._log_pieces(name, follow):
            if cut is not None and sent + len(piece) > cut:
                self._piece(piece[: cut - sent])
                return self._hang_up()
            sent += len(piece)
            if piece:
                self._piece(piece)
            elif self._left():
                return
        self._piece(b"")

    def _log_pieces(self, name: str, follow: bool) -> Iterator[bytes]:
        at = 0
        while True:
            ended = self.server.kubelet.has_ended(name)
            piece = self.server.kubelet.log(name)[at:]
            at += len(piece)
            if piece:
                yield piece
            elif ended or not follow:
                return
            else:
                yield b""
                time.sleep(0.01)

    def _begin_stream(self, content_type: str) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def _piece(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))

    def _left(self) -> bool:
        """Whoever reads a stream says nothing, until it goes."""
        self.connection.settimeout(0.001)
        try:
            return self.connection.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True
        finally:
            self.connection.settimeout(None)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _refuse(self, status: int, message: str) -> None:
        reason = _REASONS.get(status, "Unknown")
        body: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        self._answer(status, {**body, "message": message, "reason": reason, "code": status})

    def _answer(self, status: int, body: Object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        if status == 429:
            self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None: ...


def _verb(method: str, name: str | None, query: dict[str, str]) -> str:
    if method == "GET":
        return "get" if name else "watch" if query.get("watch") else "list"
    return {"POST": "create", "PATCH": "patch", "DELETE": "delete"}[method]


def _check(kind: str, body: Object) -> None:
    """What the real one would not take."""
    metadata = body["metadata"]
    for value in metadata.get("labels", {}).values():
        if len(value) > 63:
            raise _Refused(422, "metadata.labels: must be no more than 63 characters")
    if len(metadata["name"]) > 63 or not _NAME.fullmatch(metadata["name"]):
        raise _Refused(422, "metadata.name: Invalid value")
    if kind == "secrets":
        size = sum(len(base64.b64decode(value)) for value in body["data"].values())
        if size > _MOST_SECRET_BYTES:
            raise _Refused(422, "data: Too long: may not be more than 1048576 bytes")
