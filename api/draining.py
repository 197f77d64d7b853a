"""An API process that ends: it takes nobody in any more, and its rooms leave one after another."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from api.dependencies import Services

__all__ = ["Server"]


class Server(uvicorn.Server):
    """uvicorn closes all sockets in the same moment. Everybody would then be at the next process's
    door together, and the last one let in would have waited for all others."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Refused here, they go elsewhere.
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        services: Services = self._app.state.services
        if not self.force_exit:
            await services.attendance.empty()
        await super().shutdown(sockets)
