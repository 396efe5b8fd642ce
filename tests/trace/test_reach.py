"""What may be asked at all."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.errors import BadInput, NotAllowed, Refused
from openhotline.trace.reach import Reach, target_of

PORTS = (80, 443)

NOT_PUBLIC = (
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_what_is_not_public_is_refused(ip: str) -> None:
    with pytest.raises(NotAllowed):
        Reach().check([ip])


@pytest.mark.parametrize("ip", ["1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111"])
def test_what_is_public_is_permitted(ip: str) -> None:
    assert Reach().check([ip]) == (ip,)


def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(NotAllowed):
        Reach().check(["1.1.1.1", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://127.0.0.1.0x/",
        "http://a@b.example.org/",
        "http://public.example.org@127.0.0.1/",
        "http://public.example.org\\@127.0.0.1/",
        "http://127.0.0.1\\.example.org/",
        "http://exa%6dple.org/",
        "http://example.org:80:81/",
        "http://[::1%25lo]/",
        "http://[::ffff:127.0.0.1/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "http://ex\u00e4mple.org/",
        "http:///example.org/",
        "http:example.org",
        "//example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http://-a.example.org/",
        "http://a..example.org/",
        "http://exa mple.org/",
        "http://example.org\r\nX: y/",
        "",
        "https://example.org/" + "a" * 9000,
    ],
)
def test_what_two_readers_might_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        target_of(url, ports=PORTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://a.localhost/",
        "http://metadata/",
        "http://metadata.google.internal/",
        "http://printer.local/",
        "http://router.home.arpa/",
        "http://expyuzz4wqqyqhjn.onion/",
        "http://example.org:22/",
        "https://example.org:8443/",
    ],
)
def test_what_is_not_for_the_public_is_not_asked(url: str) -> None:
    with pytest.raises(NotAllowed):
        target_of(url, ports=PORTS)


def test_a_literal_is_read_but_its_range_is_checked_later() -> None:
    mapped = target_of("http://[::ffff:127.0.0.1]/", ports=PORTS).host
    assert ip_address(mapped) == ip_address("::ffff:127.0.0.1")
    assert target_of("http://127.0.0.1/", ports=PORTS).host == "127.0.0.1"


def test_a_plain_address_is_taken_as_it_is() -> None:
    target = target_of("https://Files.Example.ORG./a%20b/?x=1&y=\u00e4#part", ports=PORTS)
    assert (target.host, target.port, target.path) == ("files.example.org", 443, "/a%20b/?x=1&y=%C3%A4")
    assert target.address == "https://files.example.org/a%20b/?x=1&y=%C3%A4"


@given(st.text(max_size=60))
def test_no_text_leads_to_a_header_of_its_own(text: str) -> None:
    try:
        target = target_of(f"http://example.org/{text}", ports=PORTS)
    except Refused:
        return
    assert target.path.isascii() and target.path.isprintable() and " " not in target.path
