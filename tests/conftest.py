"""Fixtures of every test."""

from __future__ import annotations

from functools import cache

from httpx._transports import default as httpx
from httpx2._transports import default as httpx2

from tests.services import services, stack

__all__ = ["services", "stack"]

# A client reads all certificate authorities when it is made, even if it never speaks TLS: 40 ms of
# work, in every test that asks something over HTTP.
for library in (httpx, httpx2):
    vars(library)["create_ssl_context"] = cache(vars(library)["create_ssl_context"])
