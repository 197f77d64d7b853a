"""Connections to Redis that can be cancelled.

redis-py sends each command under `asyncio.wait_for`, which before Python 3.12 loses a
cancellation that arrives together with its result: the task goes on as if nothing had been
asked of it, and a shutdown or a cancelled activity waits for ever. It also costs a task and a
timer a command, a quarter of its time.
"""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Iterable

from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    ConnectionPool,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.exceptions import ConnectionError, TimeoutError

__all__ = ["make_cancellable"]

_WRITTEN_AT_ONCE_BYTES = 64 * 1024
"""asyncio's own mark above which a writer has to wait."""


class _Cancellable(AbstractConnection):
    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """As the overridden one, which reports a lost connection when the answer is read."""
        if not self.is_connected:
            await self.connect_check_health(check_health=False)
        if check_health:
            await self.check_health()
        writer = self._writer
        assert writer is not None, "connected"
        parts = [command.encode()] if isinstance(command, str) else command
        try:
            writer.writelines([parts] if isinstance(parts, bytes) else parts)
            if writer.transport.get_write_buffer_size() > _WRITTEN_AT_ONCE_BYTES:
                async with asyncio.timeout(self.socket_timeout):
                    await writer.drain()
        except builtins.TimeoutError:
            await self.disconnect(nowait=True)
            raise TimeoutError("Timeout writing to socket") from None
        except OSError as error:
            await self.disconnect(nowait=True)
            raise ConnectionError(f"{type(error).__name__} while writing to socket") from error
        except BaseException:
            # What was half sent cannot be taken back.
            await self.disconnect(nowait=True)
            raise


class _Tcp(_Cancellable, Connection): ...


class _Tls(_Cancellable, SSLConnection): ...


class _Unix(_Cancellable, UnixDomainSocketConnection): ...


_CLASSES: dict[type[AbstractConnection], type[AbstractConnection]] = {
    Connection: _Tcp,
    SSLConnection: _Tls,
    UnixDomainSocketConnection: _Unix,
}


def make_cancellable(pool: ConnectionPool) -> None:
    """Before its first connection is made."""
    pool.connection_class = _CLASSES.get(pool.connection_class, pool.connection_class)
