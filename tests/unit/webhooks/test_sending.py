"""One try, at real servers that behave and that do not."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from interview.webhooks.guard import Guard, IpAddress
from interview.webhooks.sending import Resolver, Sender, Undelivered
from tests.fakes.receiver import answer, receiving

LOOPBACK = Guard((ipaddress.ip_network("127.0.0.0/8"),), http=True)
HEADERS = {"webhook-id": "1", "webhook-timestamp": "2", "webhook-signature": "v1,x"}
NAME = "hooks.company.example"


def says(*addresses: str) -> Names:
    return Names([ipaddress.ip_address(address) for address in addresses])


class Names:
    """Every name means these."""

    def __init__(self, addresses: list[IpAddress]) -> None:
        self._addresses = addresses
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[IpAddress]:
        self.asked.append((host, port))
        return self._addresses


async def failure(sender: Sender, url: str) -> Undelivered:
    with pytest.raises(Undelivered) as failed:
        await sender.send(url, HEADERS, b"{}")
    return failed.value


async def test_what_is_sent_arrives_as_it_is() -> None:
    async with receiving() as receiver:
        sent = await Sender(LOOPBACK).send(receiver.url, HEADERS, b'{"a":1}')
    assert sent.status == 204
    (call,) = receiver.calls
    assert (call.target, call.body) == ("/hooks?of=ours", b'{"a":1}')
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert call.headers["content-type"] == "application/json"
    assert HEADERS.items() <= call.headers.items()
    assert not {"cookie", "authorization", "referer"} & set(call.headers)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_what_refuses_is_said_by_its_status(status: int) -> None:
    async with receiving(answers=lambda _: answer(status, b"why", Retry_After=7)) as receiver:
        failed = await failure(Sender(LOOPBACK), receiver.url)
    assert (failed.code, failed.status) == ("webhook.refused", status)
    assert failed.retry_after_s == (7.0 if status in (429, 503) else None)


@pytest.mark.parametrize("asked", ["-1", "soon", "9" * 400, "²"])
async def test_nobody_is_made_to_wait_for_ever(asked: str) -> None:
    said = answer(503, b"", Retry_After="X").replace(b"X", asked.encode())
    async with receiving(answers=lambda _: said) as receiver:
        failed = await failure(Sender(LOOPBACK), receiver.url)
    assert failed.retry_after_s in (None, 3600.0)


async def test_one_that_is_gone_says_so() -> None:
    async with receiving(answers=lambda _: answer(410)) as receiver:
        assert (await failure(Sender(LOOPBACK), receiver.url)).code == "webhook.gone"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_nobody_is_sent_elsewhere(status: int) -> None:
    async with receiving() as inside:
        said = answer(status, b"", Location=inside.url)
        async with receiving(answers=lambda _: said) as receiver:
            failed = await failure(Sender(LOOPBACK), receiver.url)
    assert (failed.code, failed.status) == ("webhook.redirected", status)
    assert inside.connections == 0


@pytest.mark.parametrize("said", [None, b"HTTP/1.1 200 OK\r\nX-Slow"])
async def test_one_that_hangs_is_given_up(said: bytes | None) -> None:
    def hangs(_: int) -> bytes | None:
        return said

    async with receiving(answers=hangs) as receiver:
        failed = await failure(Sender(LOOPBACK, timeout_s=0.3), receiver.url)
    # A torn head is no answer; one that never comes is a timeout.
    assert failed.code == ("webhook.timeout" if said is None else "webhook.unreachable")


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    async with receiving(answers=lambda _: head + b"x" * 200_000) as receiver:
        assert (await Sender(LOOPBACK).send(receiver.url, HEADERS, b"{}")).status == 200


@pytest.mark.parametrize("said", [b"\x00\x01\x02", b"HTTP/1.1 abc\r\n\r\n", b"220 smtp\r\n\r\n"])
async def test_what_is_no_http_is_a_failure(said: bytes) -> None:
    async with receiving(answers=lambda _: said) as receiver:
        assert (await failure(Sender(LOOPBACK), receiver.url)).code == "webhook.unreachable"


async def test_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert (await failure(Sender(LOOPBACK), url)).code == "webhook.unreachable"


async def test_a_name_of_the_inside_is_not_asked() -> None:
    async with receiving() as receiver:
        for names in (says("127.0.0.1"), says("93.184.215.14", "127.0.0.1"), says("::1")):
            sender = Sender(Guard(http=True), resolve=names)
            failed = await failure(sender, f"http://{NAME}:{receiver.port}/")
            assert failed.code == "webhook.address_forbidden"
            assert names.asked == [(NAME, receiver.port)]
    assert receiver.connections == 0


@pytest.mark.parametrize("spelled", ["127.1", "2130706433", "0x7f000001", "localhost"])
async def test_nor_by_another_spelling(spelled: str) -> None:
    """As the resolver of this machine takes it."""
    async with receiving() as receiver:
        failed = await failure(Sender(Guard(http=True)), f"http://{spelled}:{receiver.port}/")
    assert failed.code in ("webhook.address_forbidden", "webhook.unresolved")
    assert receiver.connections == 0


async def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    """A name is looked up once: what it means a moment later is not asked for."""
    async with receiving() as receiver:
        names = says("127.0.0.1")
        await Sender(LOOPBACK, resolve=names).send(
            f"http://{NAME}:{receiver.port}/x", HEADERS, b"{}"
        )
    assert names.asked == [(NAME, receiver.port)]
    assert receiver.calls[0].headers["host"] == f"{NAME}:{receiver.port}"


async def test_of_several_addresses_the_first_that_answers_is_asked() -> None:
    async with receiving() as receiver:
        names = says("127.0.0.2", "127.0.0.1")
        await Sender(LOOPBACK, resolve=names).send(
            f"http://{NAME}:{receiver.port}/", HEADERS, b"{}"
        )
    assert len(receiver.calls) == 1


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        await Sender(LOOPBACK).send(receiver.url, HEADERS, b"{}")
    assert (proxy.connections, len(receiver.calls)) == (0, 1)


async def test_without_debug_nothing_goes_in_clear() -> None:
    async with receiving() as receiver:
        sender = Sender(Guard(LOOPBACK.networks))
        assert (await failure(sender, receiver.url)).code == "webhook.url_invalid"
    assert receiver.connections == 0


async def test_a_name_that_does_not_exist() -> None:
    async def unknown(_host: str, _port: int) -> Sequence[IpAddress]:
        raise socket.gaierror

    sender = Sender(LOOPBACK, resolve=unknown)
    assert (await failure(sender, f"http://{NAME}/")).code == "webhook.unresolved"


async def test_names_are_looked_up_by_this_machine() -> None:
    assert ipaddress.ip_address("127.0.0.1") in await Resolver()("127.0.0.1", 443)


# TLS


@pytest.mark.parametrize(("host", "code"), [(NAME, None), ("other.company.example", "webhook.tls")])
async def test_the_certificate_is_the_names(tmp_path: Path, host: str, code: str | None) -> None:
    server, trust = _certified(tmp_path)
    async with receiving(server) as receiver:
        sender = Sender(Guard(LOOPBACK.networks), resolve=says("127.0.0.1"), verify=trust)
        url = f"https://{host}:{receiver.port}/"
        if code is None:
            assert (await sender.send(url, HEADERS, b"{}")).status == 204
        else:
            assert (await failure(sender, url)).code == code
            assert receiver.calls == []


async def test_a_certificate_of_nobodys_is_refused(tmp_path: Path) -> None:
    server, _ = _certified(tmp_path)
    async with receiving(server) as receiver:
        sender = Sender(Guard(LOOPBACK.networks), resolve=says("127.0.0.1"))
        url = f"https://{NAME}:{receiver.port}/"
        assert (await failure(sender, url)).code == "webhook.tls"


def _certified(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's, for `NAME`, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "server.pem"
    file.write_bytes(pem + plain)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_a_silent_name_server_holds_up_webhooks_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_up, really = threading.Event(), socket.getaddrinfo

    asked: list[str] = []

    def slow(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        if host == NAME:
            given_up.wait()
            raise socket.gaierror
        return really(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    sender = Sender(LOOPBACK)
    waiting = [asyncio.create_task(failure(sender, f"https://{NAME}/")) for _ in range(50)]
    try:
        async with asyncio.timeout(5):
            assert await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 443)
            assert (await failure(sender, "https://127.0.0.2:1/")).code == "webhook.unreachable"
            assert asked.count(NAME) == 1, "of one name one at a time"
        assert not any(task.done() for task in waiting)
    finally:
        given_up.set()
    assert {failed.code for failed in await asyncio.gather(*waiting)} == {"webhook.unresolved"}
