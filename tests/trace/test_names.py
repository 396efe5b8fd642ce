"""Names, asked of a name server on this machine."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import dns.rcode
import pytest
from tests.trace.name_server import name_server

from openhotline.errors import Busy, NotFound
from openhotline.trace.answer import Place, Question
from openhotline.trace.names import Names, NameSource

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)


def test_both_kinds_of_address_and_the_chain_of_names_are_found() -> None:
    records = (
        "files.example.org. CNAME a.cdn.example.",
        "a.cdn.example. A 192.0.2.20",
        "a.cdn.example. A 192.0.2.3",
        "a.cdn.example. AAAA 2001:db8::1",
    )
    with name_server(*records) as names:
        found = names.look_up("files.example.org")
    assert found.ips == ("192.0.2.3", "192.0.2.20", "2001:db8::1")
    assert found.chain == ("files.example.org", "a.cdn.example")


def test_a_name_that_does_not_exist_and_one_without_an_address_are_not_found() -> None:
    with name_server(rcode=dns.rcode.NXDOMAIN) as names, pytest.raises(NotFound):
        names.resolve("gone.example.org")
    with name_server() as names, pytest.raises(NotFound):
        names.resolve("empty.example.org")


def test_a_name_server_that_fails_is_no_answer() -> None:
    with name_server(rcode=dns.rcode.SERVFAIL) as names, pytest.raises(Busy):
        names.resolve("files.example.org")


def test_a_name_server_that_never_answers_is_no_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        names = Names(["127.0.0.1"], port=silent.getsockname()[1], seconds=0.5)
        with pytest.raises(Busy):
            names.resolve("files.example.org")


def test_an_address_in_numbers_needs_no_name_server() -> None:
    place = Place("https://192.0.2.1/", "web", "192.0.2.1", "")
    assert NameSource(Names(["127.0.0.1"], port=1)).ask(Question(place), at=AT).ips == ("192.0.2.1",)
