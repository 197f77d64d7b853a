"""etcd, the API server and the controllers, each a process, for as long as a check takes."""

from __future__ import annotations

import contextlib
import json
import secrets
import ssl
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx

from launcher.ports import free_port
from tests.fakes.cluster.credentials import write_credentials

__all__ = ["Admin", "Refused", "cluster"]

_CONTROLLERS = (
    *("job-controller", "garbage-collector-controller", "ttl-after-finished-controller"),
    *("resourcequota-controller", "serviceaccount-controller"),
)
_READY_S = 90.0


class Refused(Exception):
    """Says what the API server said."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


class Admin:
    """May everything. `folder` has the certificate that the server is known by."""

    def __init__(self, url: str, folder: Path, token: str) -> None:
        self.url = url
        self.folder = folder
        self._http = httpx.Client(
            base_url=url,
            verify=ssl.create_default_context(cafile=folder / "ca.crt"),
            headers={"authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        token: str | None = None,
        **params: str,
    ) -> Any:
        """Raises `Refused`."""
        headers = {"content-type": content_type}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        content = None if body is None else json.dumps(body)
        answer = self._http.request(method, path, content=content, headers=headers, params=params)
        found: Any = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if answer.status_code >= 300:
            raise Refused(answer.status_code, found.get("message", answer.text))
        return found

    def ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return self._http.get("/readyz").status_code == 200
        return False


@contextlib.contextmanager
def cluster(binaries: Path, folder: Path) -> Generator[Admin]:
    write_credentials(folder)
    token = secrets.token_hex(16)
    (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
    ports = [free_port() for _ in range(4)]
    etcd, peers, port, metrics = ports
    url = f"https://127.0.0.1:{port}"
    (folder / "admin.conf").write_text(_kubeconfig(url, folder, token))
    certificate = str(folder / "server.pem")
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            _started(
                folder,
                str(binaries / "etcd"),
                *("--data-dir", str(folder / "etcd"), "--log-level", "error"),
                *("--listen-client-urls", f"http://127.0.0.1:{etcd}"),
                *("--advertise-client-urls", f"http://127.0.0.1:{etcd}"),
                *("--listen-peer-urls", f"http://127.0.0.1:{peers}"),
                "--unsafe-no-fsync",
            )
        )
        stack.enter_context(
            _started(
                folder,
                str(binaries / "apiserver"),
                *("--etcd-servers", f"http://127.0.0.1:{etcd}"),
                *("--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1"),
                *("--secure-port", str(port), "--cert-dir", str(folder)),
                *("--tls-cert-file", certificate, "--tls-private-key-file", certificate),
                *("--authorization-mode", "RBAC", "--token-auth-file", str(folder / "tokens.csv")),
                *("--service-account-issuer", "https://kubernetes.default.svc"),
                *("--service-account-key-file", certificate),
                *("--service-account-signing-key-file", certificate),
                *("--service-cluster-ip-range", "10.96.0.0/16"),
                *("--kubelet-preferred-address-types", "InternalIP"),
            )
        )
        admin = Admin(url, folder, token)
        give_up_at = time.monotonic() + _READY_S
        while not admin.ready():
            if time.monotonic() > give_up_at:
                raise SystemExit((folder / "apiserver.log").read_text()[-2000:])
            time.sleep(0.2)
        stack.enter_context(
            _started(
                folder,
                str(binaries / "controllers"),
                *("--kubeconfig", str(folder / "admin.conf"), "--leader-elect=false"),
                *("--controllers", ",".join(_CONTROLLERS), "--secure-port", str(metrics)),
                *("--bind-address", "127.0.0.1", "--cert-dir", str(folder)),
            )
        )
        yield admin


@contextlib.contextmanager
def _started(folder: Path, program: str, *options: str) -> Generator[None]:
    with (folder / f"{Path(program).name}.log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdout=log, stderr=log, cwd=folder)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _kubeconfig(url: str, folder: Path, token: str) -> str:
    server = {"server": url, "certificate-authority": str(folder / "ca.crt")}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": server}],
            "users": [{"name": "admin", "user": {"token": token}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
            "current-context": "here",
        }
    )
