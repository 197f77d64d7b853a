"""Where webhooks may go."""

from __future__ import annotations

import ipaddress

import pytest

from interview.config import Settings
from interview.errors import ConfigError, InvalidInputError
from interview.webhooks.guard import Guard

FORBIDDEN = [
    *("127.0.0.1", "127.255.0.9", "0.0.0.0", "0.1.2.3"),
    *("10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "192.0.0.192", "198.18.0.1", "203.0.113.7"),
    *("224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1"),
    *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1"),
    *("fec0::1", "fec0:0:0:ffff::1", "3fff::1", "192.88.99.1"),
    # The same, in the clothes of IPv6.
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1"),
    "2001:0:a00:1:0:ffff:80ff:fffe",  # Teredo, of a client at 127.0.0.1
]
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_what_only_this_deployment_reaches_is_out_of_reach(address: str) -> None:
    assert not Guard(http=True).allows(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_everybody_reaches_is_within_reach(address: str) -> None:
    assert Guard().allows(ipaddress.ip_address(address))


def test_a_companys_own_network_may_be_let_through() -> None:
    guard = Guard.from_settings(Settings(webhook_networks=("10.1.0.0/16", "fd00:1::/32")))
    assert guard.allows(ipaddress.ip_address("10.1.2.3"))
    assert guard.allows(ipaddress.ip_address("::ffff:10.1.2.3"))
    assert guard.allows(ipaddress.ip_address("fd00:1::5"))
    assert not guard.allows(ipaddress.ip_address("10.2.0.1"))


def test_what_is_no_network_stops_the_start() -> None:
    with pytest.raises(ConfigError, match="WEBHOOK_NETWORKS"):
        Guard.from_settings(Settings(webhook_networks=("10.1.0.1/16",)))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "hooks.example.com",
        "https://",
        "https:///path",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com/#fragment",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nX: y",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]:8443/",
        "https://169.254.169.254/latest/meta-data",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/" + "a" * 2000,
        "javascript:alert(1)",
    ],
)
def test_such_an_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Guard().check_url(url)
    assert refused.value.code == "webhook.url_invalid"


def test_an_address_is_kept_as_it_is() -> None:
    url = "https://hooks.example.com:8443/a/b?c=d&e=%20"
    assert Guard().check_url(url) == url
    assert Guard(http=True).check_url("http://hooks.example.com/x") == "http://hooks.example.com/x"
