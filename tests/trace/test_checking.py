"""Whether a place still answers: gone and merely silent are kept apart."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest
from tests.trace.servers import PATIENT, SOON, Serve, Server, client, never, says, serving

from openhotline.errors import BadInput
from openhotline.trace.answer import Place
from openhotline.trace.checking import look, look_at_stand_in
from openhotline.trace.guarded import Guarded
from openhotline.trace.reach import Reach
from openhotline.trace.wire import Limits

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOST = "files.example.org"
HERE = {HOST: "127.0.0.1", f"www.{HOST}": "127.0.0.1", "elsewhere.example.org": "127.0.0.1"}


def place(port: int, path: str = "/a/b") -> Place:
    return Place(f"http://{HOST}:{port}{path}", "web", HOST, "example.org")


def looked(server: Server, limits: Limits = PATIENT) -> tuple[str, int | None]:
    seen = look(client(server.port, names=HERE, limits=limits), place(server.port), at=AT)
    assert seen.words
    return seen.outcome, seen.status


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "online"),
        (206, "online"),
        (304, "online"),
        (404, "gone"),
        (410, "gone"),
        (401, "unclear"),
        (403, "unclear"),
        (429, "unclear"),
        (451, "unclear"),
        (500, "unclear"),
        (503, "unclear"),
    ],
)
def test_each_status_has_its_outcome(status: int, outcome: str) -> None:
    with serving(says(status)) as server:
        assert looked(server) == (outcome, status)


@pytest.mark.parametrize(
    ("onward", "outcome"),
    [
        (f"http://www.{HOST}:PORT/a/b/", "online"),
        ("/a/b?seen=1", "online"),
        ("/", "unclear"),
        ("http://elsewhere.example.org:PORT/a/b", "unclear"),
    ],
)
def test_a_redirect_elsewhere_is_unclear_and_one_to_the_same_page_is_not(onward: str, outcome: str) -> None:
    def serve(line: socket.socket, head: str) -> None:
        first = head.startswith("HEAD /a/b HTTP") and f"Host: {HOST}:" in head
        there = onward.replace("PORT", str(line.getsockname()[1]))
        (says(302, {"Location": there}) if first else says(200))(line, head)

    with serving(serve) as server:
        assert looked(server) == (outcome, 200)


def test_a_server_that_was_taken_down_is_gone() -> None:
    with serving(says(200)) as server:
        assert looked(server)[0] == "online"
    assert looked(server) == ("gone", None)


def test_a_name_that_is_gone_is_gone() -> None:
    assert look(client(80), place(80), at=AT).outcome == "gone"


def _rubbish(line: socket.socket, head: str) -> None:
    line.sendall(b"\x00\x01\r\n\r\n")


@pytest.mark.parametrize(("serve", "limits"), [(never, SOON), (_rubbish, PATIENT)])
def test_a_server_that_says_nothing_of_use_is_unclear(serve: Serve, limits: Limits) -> None:
    with serving(serve) as server:
        assert looked(server, limits) == ("unclear", None)


def test_a_name_that_leads_inside_is_unclear_and_not_asked() -> None:
    with serving(says(200)) as server:
        inside = client(server.port, names=HERE, reach=Reach())
        assert look(inside, place(server.port), at=AT).outcome == "unclear"
    assert server.asked == []


def test_a_check_that_is_switched_off_failed() -> None:
    off = Guarded(resolve=lambda name: ("127.0.0.1",))
    assert look(off, place(80), at=AT).outcome == "failed"


def test_a_stand_in_is_asked_by_the_place_s_own_name() -> None:
    real = Place(f"https://{HOST}/a/b?c", "web", HOST, "example.org")
    with serving(says(200)) as server:
        assert look_at_stand_in(real, f"127.0.0.1:{server.port}", at=AT).outcome == "online"
    assert server.asked[0].startswith("HEAD /a/b?c ") and f"Host: {HOST}:" in server.asked[0]
    assert look_at_stand_in(real, f"127.0.0.1:{server.port}", at=AT).outcome == "gone"


def test_a_stand_in_is_on_this_machine_or_none() -> None:
    real = Place(f"https://{HOST}/", "web", HOST, "example.org")
    assert look_at_stand_in(real, "10.0.0.1:80", at=AT).outcome == "unclear"
    with pytest.raises(BadInput):
        look_at_stand_in(real, "files.example.org:80", at=AT)
