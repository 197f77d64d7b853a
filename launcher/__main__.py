"""`make start`: the whole stack on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from interview.errors import ConfigError
from launcher.errors import StartError
from launcher.paths import REPOSITORY, Home
from launcher.ports import is_free, port_holder
from launcher.stack import ALL, LocalStack, Ports
from launcher.temporal import find_temporal

_GIVEN = ("DATABASE_URL", "REDIS_URL", "TEMPORAL_ADDRESS")
_SERVICES = {"start": (*ALL, "code"), "dev": (*ALL, "code", "web"), "services": ALL[:3]}
_PREFERRED = {"postgres": 55432, "valkey": 56379, "temporal": 57233, "temporal_ui": 58233}


def _say(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m launcher", description=__doc__)
    parser.add_argument(
        "what",
        choices=["start", "dev", "services", "tools"],
        nargs="?",
        default="start",
        help="dev: the API reloads, and the web's dev server runs on :3000; "
        "services: without API and worker, for those who run them by hand; "
        "tools: Temporal's server is downloaded or built, where it is not here",
    )
    args = parser.parse_args()
    try:
        return asyncio.run(_tools() if args.what == "tools" else _run(args.what))
    except (StartError, ConfigError) as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(
            f"{error.filename} belongs to another user: start as that user, or choose another "
            "folder (INTERVUE_HOME=…)",
            file=sys.stderr,
        )
    return 1


async def _tools() -> int:
    home = Home.default()
    home.create()
    await find_temporal(home, _say)
    return 0


async def _run(what: str) -> int:
    home = Home.default()
    home.create()
    with _only_one(home):
        given = _given()
        port = _port(given)
        if what != "services":
            _require_free(port, given.get("HOST") or "127.0.0.1")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        began = time.monotonic()
        _say(f"Starting Intervue (data and logs in {home.root}) …")
        stack = LocalStack(
            home,
            services=_SERVICES[what],
            reload=what == "dev",
            spares=what == "start",
            given=given,
            ports=Ports(app=port, **_PREFERRED),
            say=_say,
        )
        starting = asyncio.create_task(stack.__aenter__())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return 130
        starting.result()
        _greet(stack, time.monotonic() - began)
        await stopped
        _say("\nStopping …")
        await stack.stop()
        _say("Stopped. Open interviews continue at the next start.")
    return 0


def _greet(stack: LocalStack, seconds: float) -> None:
    _say(f"Ready after {seconds:.1f} s.\n")
    if "app" in stack.urls:
        _say(f"  Interview     {stack.app_url}")
        _say(f"  API           {stack.app_url}/docs")
        if "web" in stack.urls:
            _say(f"  Web (dev)     {stack.urls['web']}")
        elif not (REPOSITORY / "web" / "out" / "index.html").exists():
            _say("                (no web page: install Node.js 20 and run make start again)")
        if "TEMPORAL_UI_URL" in stack.urls or stack.given.get("TEMPORAL_UI_URL"):
            _say(f"  Temporal UI   {stack.app_url}/temporal/")
    else:
        for name in (*_GIVEN, "TEMPORAL_UI_URL"):
            if name in stack.urls:
                _say(f"  export {name}={stack.urls[name]}")
    _say("\nCtrl-C stops everything; nothing said is lost.")


def _given() -> Mapping[str, str]:
    """What the user has set: the environment, or else `.env`; an empty value is none."""
    merged = {**dotenv_values(REPOSITORY / ".env"), **os.environ}
    return {name: value for name, value in merged.items() if value}


def _port(given: Mapping[str, str]) -> int:
    port = given.get("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise StartError(f"PORT: {port} is no port; a number from 1 to 65535 is")
    return int(port)


def _require_free(port: int, host: str) -> None:
    if is_free(port, host):
        return
    holder = port_holder(port)
    who = f"process {holder} (end it with: kill {holder})" if holder else "another process"
    raise StartError(
        f"Port {port} is in use by {who}. Or choose another one: PORT={port + 1} make start"
    )


class _only_one:
    """Holds the data folder for this process; the lock dies with it."""

    def __init__(self, home: Home) -> None:
        self._path = home.run / "lock"
        self._file = self._path.open("a+")

    def __enter__(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = Path(self._path).read_text().strip() or "unknown"
            raise StartError(
                f"Intervue is running here already (process {pid}). Stop it with: kill {pid}"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        self._file.close()


if __name__ == "__main__":
    sys.exit(main())
