"""``python -m api``: serves until SIGTERM or SIGINT. ``--reload`` follows the source."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from typing import Any

import uvicorn

from api.draining import Server
from api.main import create_app
from interview.config import Settings, load_settings
from interview.errors import ConfigError
from interview.garbage import collect_seldom
from interview.logging import configure_logging
from interview.persistence.database import Database
from interview.protocol import limits
from interview.security.data_keys import build_data_keys
from interview.security.living import require_master_keys

__all__ = ["bound_socket", "server_options"]

GRACE_S = 10


def server_options(settings: Settings) -> dict[str, Any]:
    """What uvicorn is run with; connections still open at the end are closed with 1012."""
    return {
        "host": settings.host,
        "port": settings.port,
        "loop": "uvloop",
        "http": "httptools",
        "ws": "websockets-sansio",
        "ws_max_size": limits.MAX_FRAME_BYTES,
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": GRACE_S,
        "log_config": None,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        # uvicorn would believe anybody on this machine; `api.clients` knows whom to.
        "proxy_headers": False,
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m api", description=__doc__)
    parser.add_argument("--reload", action="store_true", help="restart when the source changes")
    arguments = parser.parse_args(argv)
    settings = load_settings()
    if arguments.reload:
        folders = ["api", "interview", "workflows"]
        uvicorn.run(
            "api.main:from_environment",
            factory=True,
            reload=True,
            reload_dirs=folders,
            **server_options(settings),
        )
        return
    configure_logging(settings.log_format, settings.log_level)
    app = create_app(settings)
    config = uvicorn.Config(app, **server_options(settings))
    asyncio.run(_check_keys(settings))
    collect_seldom()
    Server(config, app).run(sockets=[bound_socket(settings)])


async def _check_keys(settings: Settings) -> None:
    database = Database.from_settings(settings)
    try:
        await require_master_keys(build_data_keys(settings, database))
    finally:
        await database.close()


def bound_socket(settings: Settings) -> socket.socket:
    """It is listened at only once everything is there: whoever comes before is refused, and goes to
    another process, instead of waiting for this one. Raises `ConfigError` where the port cannot be
    had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise ConfigError(
            f"Port {settings.port} cannot be used ({error.strerror}). Stop what listens there "
            f"(lsof -i :{settings.port}), or set PORT to another one."
        ) from error
    bound.set_inheritable(True)
    return bound


if __name__ == "__main__":
    try:
        main()
    except ConfigError as error:
        sys.exit(str(error))
