"""Who calls, and whom to believe about it."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from api.__main__ import server_options
from api.clients import client_address, client_network, device_name, parse_networks
from interview.config import Settings
from interview.errors import ConfigError


def address(peer: str | None, forwarded: list[str], trusted: tuple[str, ...]) -> str:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    client = None if peer is None else (peer, 1)
    request = Request({"type": "http", "headers": headers, "client": client})
    return client_address(request, parse_networks(trusted))


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        ("1.2.3.4", [], (), "1.2.3.4"),
        ("1.2.3.4", ["6.6.6.6"], (), "1.2.3.4"),
        ("127.0.0.1", ["6.6.6.6"], (), "127.0.0.1"),
        ("10.0.0.1", ["6.6.6.6"], ("10.0.0.1",), "6.6.6.6"),
        ("10.0.0.1", ["6.6.6.6, 7.7.7.7"], ("10.0.0.0/8",), "7.7.7.7"),
        ("10.0.0.1", ["6.6.6.6", "7.7.7.7, 10.0.0.2"], ("10.0.0.0/8",), "7.7.7.7"),
        ("10.0.0.1", ["10.9.9.9"], ("10.0.0.0/8",), "10.9.9.9"),
        ("10.0.0.1", [], ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", ["6.6.6.6, garbage"], ("10.0.0.0/8",), "10.0.0.1"),
        ("::ffff:10.0.0.1", ["2001:db8::7"], ("10.0.0.0/8",), "2001:db8::7"),
        ("11.0.0.1", ["6.6.6.6"], ("10.0.0.0/8",), "11.0.0.1"),
        (None, ["6.6.6.6"], ("10.0.0.0/8",), ""),
    ],
)
def test_a_header_is_believed_of_a_known_proxy_alone(
    peer: str | None, forwarded: list[str], trusted: tuple[str, ...], expected: str
) -> None:
    assert address(peer, forwarded, trusted) == expected


def test_the_server_believes_nobody_itself() -> None:
    assert server_options(Settings())["proxy_headers"] is False


def test_a_network_of_ipv6_is_one_caller() -> None:
    assert client_network("2001:db8::1") == client_network("2001:db8::ffff:1")
    assert client_network("2001:db8::1") != client_network("2001:db8:0:1::1")
    assert client_network("::ffff:1.2.3.4") == client_network("1.2.3.4") == "1.2.3.4"
    assert client_network("testclient") == "testclient"


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(ConfigError, match="TRUSTED_PROXIES"):
        parse_networks(["proxy.example"])


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Firefox/142.0", "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("python-httpx/0.28", "Python"),
        ("", ""),
        ("<script>", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_in_a_few_words(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
