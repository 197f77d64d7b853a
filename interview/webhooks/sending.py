"""One try to hand an event to a server that may be anybody's."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2

from interview.webhooks.guard import Guard, IpAddress

__all__ = ["Answer", "Resolve", "Resolver", "Sender", "Undelivered"]

TIMEOUT_S = 10.0
"""For looking up, connecting, sending, and the answer's head."""
_CONNECT_S = 4.0
_LOOKUPS = 16
"""At once. A lookup that is given up holds its thread until the system gives it up too."""
_MOST_ADDRESSES = 3
_READ_BYTES = 16 * 1024
_READ_S = 1.0
_LONGEST_RETRY_AFTER_S = 3600.0

Resolve = Callable[[str, int], Awaitable[Sequence[IpAddress]]]


class Undelivered(Exception):
    """`code`: why. `status` is HTTP's, where there was one."""

    def __init__(
        self, code: str, *, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Answer:
    status: int


class Resolver:
    """On threads of its own: a name server that is silent holds those of webhooks, and none that an
    interview waits for. Each name is looked up once at a time, so that one that is never answered
    takes one thread from the others."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKUPS, "webhook-names")
        self._looking: dict[tuple[str, int], asyncio.Future[list[Any]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[IpAddress]:
        """Raises `OSError`."""
        looking = self._looking.get((host, port))
        if looking is None:
            look_up = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            looking = asyncio.get_running_loop().run_in_executor(self._threads, look_up)
            self._looking[host, port] = looking
            looking.add_done_callback(functools.partial(self._looked_up, (host, port)))
        # Whoever gives up does not end it for the others.
        found = await asyncio.shield(looking)
        # A link-local address comes with the name of its interface.
        return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]

    def _looked_up(self, name: tuple[str, int], looking: asyncio.Future[list[Any]]) -> None:
        del self._looking[name]
        # Nobody may be left who waits for the failure.
        _ = looking.cancelled() or looking.exception()


class Sender:
    """A connection for each try, to an address that was looked up and checked for it: a name that
    means something else a moment later does not matter. No proxy, no redirects, no cookies."""

    def __init__(
        self,
        guard: Guard,
        *,
        resolve: Resolve | None = None,
        verify: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._guard = guard
        self._resolve = resolve or Resolver()
        self._verify = verify
        self._timeout_s = timeout_s

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Raises `Undelivered`: `webhook.url_invalid`, `webhook.unresolved`,
        `webhook.address_forbidden`, `webhook.unreachable`, `webhook.tls`, `webhook.timeout`,
        `webhook.redirected`, `webhook.gone` (410), `webhook.refused`."""
        parsed = httpx2.URL(url)
        if parsed.scheme != "https" and not self._guard.http:
            raise Undelivered("webhook.url_invalid")
        try:
            async with asyncio.timeout(self._timeout_s):
                addresses = await self._addresses(parsed)
                response = await self._posted(parsed, addresses, headers, body)
        except TimeoutError:
            raise Undelivered("webhook.timeout") from None
        return _answer(response)

    async def _addresses(self, url: httpx2.URL) -> Sequence[IpAddress]:
        try:
            found = await self._resolve(url.raw_host.decode(), url.port or _port(url))
        except (OSError, UnicodeError):
            raise Undelivered("webhook.unresolved") from None
        if not found:
            raise Undelivered("webhook.unresolved")
        if not all(self._guard.allows(address) for address in found):
            raise Undelivered("webhook.address_forbidden")
        return list(dict.fromkeys(found))[:_MOST_ADDRESSES]

    async def _posted(
        self,
        url: httpx2.URL,
        addresses: Sequence[IpAddress],
        headers: dict[str, str],
        body: bytes,
    ) -> httpx2.Response:
        """Of the first that takes the connection."""
        host = url.netloc.decode()
        timeout = httpx2.Timeout(self._timeout_s, connect=_CONNECT_S)
        sent = {
            **headers,
            "host": host,
            "content-type": "application/json",
            "user-agent": "Intervue-Webhooks",
            "accept-encoding": "identity",
            "connection": "close",
        }
        async with httpx2.AsyncClient(
            verify=self._verify or _certificates(), trust_env=False, timeout=timeout
        ) as http:
            for address in addresses:
                request = http.build_request(
                    "POST",
                    url.copy_with(host=str(address)),
                    headers=sent,
                    content=body,
                    # The certificate is the name's, not the address's.
                    extensions={"sni_hostname": url.raw_host.decode()},
                )
                try:
                    response = await http.send(request, stream=True, follow_redirects=False)
                except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                    if _is_tls(error):
                        raise Undelivered("webhook.tls") from None
                    continue
                except httpx2.TimeoutException:
                    raise Undelivered("webhook.timeout") from None
                except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
                    raise Undelivered("webhook.unreachable") from None
                try:
                    await _drain(response)
                finally:
                    await response.aclose()
                return response
        raise Undelivered("webhook.unreachable")


async def _drain(response: httpx2.Response) -> None:
    """A little, for the sake of servers that take a close for a failure. What it says is nobody's
    business."""
    read = 0
    with suppress(httpx2.HTTPError, OSError, TimeoutError):
        async with asyncio.timeout(_READ_S):
            async for part in response.aiter_raw():
                read += len(part)
                if read >= _READ_BYTES:
                    break


def _answer(response: httpx2.Response) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer(status)
    if status == 410:
        raise Undelivered("webhook.gone", status=status)
    if 300 <= status < 400:
        raise Undelivered("webhook.redirected", status=status)
    raise Undelivered("webhook.refused", status=status, retry_after_s=_retry_after(response))


def _retry_after(response: httpx2.Response) -> float | None:
    given = response.headers.get("retry-after", "")
    if response.status_code not in (429, 503) or not (given.isascii() and given.isdigit()):
        return None
    return min(float(given[:9]), _LONGEST_RETRY_AFTER_S)


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _port(url: httpx2.URL) -> int:
    return 443 if url.scheme == "https" else 80


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Reading them takes 40 ms."""
    return httpx2.create_ssl_context()
