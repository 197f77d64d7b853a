"""A node of the real cluster: it takes every pod of a namespace, and runs it here."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.cluster.servers import Admin, Refused
from tests.fakes.cluster.kubelet import Kubelet
from tests.fakes.cluster.store import Missing, Object
from tests.fakes.cluster.walls import Contained, Wants

__all__ = ["Node", "node"]

_NAME = "here"
_LOGS = re.compile(r"/containerLogs/(?P<namespace>[^/]+)/(?P<pod>[^/]+)/[^/]+")
_MERGE = "application/merge-patch+json"


class _Pods:
    """The API server as a kubelet asks it."""

    def __init__(self, admin: Admin, namespace: str) -> None:
        self._admin = admin
        self.path = f"/api/v1/namespaces/{namespace}"

    def get(self, kind: str, name: str) -> Object:
        return self.ask("GET", f"/{kind}/{name}")

    def change(self, kind: str, name: str, patch: Object) -> Object:
        return self.ask("PATCH", f"/{kind}/{name}/status", patch, content_type=_MERGE)

    def ask(self, method: str, below: str, body: Object | None = None, **more: str) -> Object:
        try:
            return self._admin.ask(method, self.path + below, body, **more)
        except Refused as refused:
            if refused.status == 404:
                raise Missing from None
            raise


class Node:
    def __init__(
        self,
        admin: Admin,
        namespace: str,
        image: Path,
        contained: Callable[[Wants], Contained],
    ) -> None:
        self._pods = _Pods(admin, namespace)
        self.kubelet = Kubelet(
            self._pods, image, gone=self._gone, over=self._over, contained=contained
        )
        self.stopping = threading.Event()

    def work(self) -> None:
        """Until it is stopped."""
        while not self.stopping.wait(0.05):
            with suppress(httpx.HTTPError, Refused, Missing):
                for pod in self._pods.ask("GET", "/pods")["items"]:
                    self._look(pod)

    def _look(self, pod: Object) -> None:
        name = pod["metadata"]["name"]
        if pod["metadata"].get("deletionTimestamp"):
            if self.kubelet.has(name):
                self.kubelet.take_away(name)
            else:
                self._gone(name)
        elif "nodeName" not in pod["spec"]:
            target = {"apiVersion": "v1", "kind": "Node", "name": _NAME}
            binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}}
            self._pods.ask("POST", f"/pods/{name}/binding", {**binding, "target": target})
        elif not self.kubelet.has(name) and pod["status"]["phase"] == "Pending":
            self.kubelet.start(name, pod["spec"])

    def _over(self, name: str, well: bool) -> None:
        """The controller of Jobs sees that by itself."""

    def _gone(self, name: str) -> None:
        with suppress(Missing):
            self._pods.ask("DELETE", f"/pods/{name}", gracePeriodSeconds="0")


@contextmanager
def node(
    admin: Admin, namespace: str, image: Path, contained: Callable[[Wants], Contained]
) -> Generator[Node]:
    one = Node(admin, namespace, image, contained)
    logs = _Logs(one, admin.folder)
    threads = [
        threading.Thread(target=work, daemon=True) for work in (one.work, logs.serve_forever)
    ]
    for thread in threads:
        thread.start()
    try:
        about = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": _NAME}}
        admin.ask("POST", "/api/v1/nodes", about)
        status = {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": logs.server_port}},
        }
        path = f"/api/v1/nodes/{_NAME}/status"
        admin.ask("PATCH", path, {"status": status}, content_type=_MERGE)
        yield one
    finally:
        one.stopping.set()
        logs.shutdown()
        logs.server_close()
        one.kubelet.stop()


class _Logs(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, node: Node, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _LogHandler)
        self.node = node
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )


class _LogHandler(BaseHTTPRequestHandler):
    server: _Logs  # pyright: ignore[reportIncompatibleVariableOverride] the one that serves
    protocol_version = "HTTP/1.1"
    wbufsize = 0

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        match, query = _LOGS.fullmatch(where.path), dict(parse_qsl(where.query))
        kubelet = self.server.node.kubelet
        if match is None or not kubelet.has(match["pod"]):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("content-type", "text/plain")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        at = 0
        with suppress(OSError):
            while True:
                ended = kubelet.has_ended(match["pod"])
                piece = kubelet.log(match["pod"])[at:]
                at += len(piece)
                if piece:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                elif ended or query.get("follow") != "true":
                    break
                else:
                    time.sleep(0.01)
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None: ...
