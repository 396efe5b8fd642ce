"""Asking a peer: patient, bounded, never led elsewhere, and never content with half an answer."""

from __future__ import annotations

import pytest
from tests.exchange.stub_peer import Answer, serving

from openhotline.errors import BadInput, Busy, NotAllowed, NotFound, TooLarge, WrongUsage
from openhotline.exchange.peer import Limits, Peer


class Waits(list[float]):
    """Keeps how long somebody would have slept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def test_an_answer_comes_from_below_the_base_with_our_credentials() -> None:
    with serving(Answer(b"whole")) as stub:
        peer = Peer(stub.base, {"x-functions-key": "k"})
        assert peer.get("/FetchHashes", {"pageSize": 5}).read() == b"whole"
    method, path, headers, _ = stub.asked[0]
    assert (method, path, headers["x-functions-key"]) == ("GET", "/base/FetchHashes?pageSize=5", "k")


@pytest.mark.parametrize("broken", [Answer(b"half", promised=90), Answer(pieces=[b"half"])])
def test_an_answer_that_breaks_off_is_asked_for_again(broken: Answer) -> None:
    waits = Waits()
    with serving(broken, broken, Answer(b"whole")) as stub:
        assert Peer(stub.base, {}, wait=waits).get("/x").read() == b"whole"
    assert waits == [0.5, 1]


def test_a_peer_that_breaks_off_for_ever_is_named_so() -> None:
    with serving(Answer(b"half", promised=90)) as stub, pytest.raises(Busy, match="middle of its answer"):
        Peer(stub.base, {}, limits=Limits(tries=3), wait=Waits()).get("/x")
    assert len(stub.asked) == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_peer_is_waited_for_as_long_as_it_asks(status: int) -> None:
    waits = Waits()
    busy = Answer(status=status, headers={"Retry-After": "7"})
    with serving(busy, Answer(status=status), Answer(b"whole")) as stub:
        assert Peer(stub.base, {}, wait=waits).get("/x").read() == b"whole"
    assert waits == [7, 1]


def test_nobody_waits_for_ever() -> None:
    waits = Waits()
    with serving(Answer(status=429, headers={"Retry-After": "86400"})) as stub, pytest.raises(Busy):
        Peer(stub.base, {}, wait=waits).get("/x")
    assert waits == [] and len(stub.asked) == 1


def test_a_redirect_is_not_followed() -> None:
    with serving(Answer(b"secret")) as other:
        away = Answer(status=302, headers={"Location": other.base + "/x"})
        with serving(away) as stub, pytest.raises(BadInput, match="another address"):
            Peer(stub.base, {"Authorization": "Basic x"}).get("/x")
    assert other.asked == []


@pytest.mark.parametrize(
    ("status", "error"), [(401, NotAllowed), (403, NotAllowed), (404, NotFound), (400, BadInput)]
)
def test_a_refusal_is_told_at_once(status: int, error: type[Exception]) -> None:
    with serving(Answer(status=status)) as stub, pytest.raises(error):
        Peer(stub.base, {}, wait=Waits()).get("/x")
    assert len(stub.asked) == 1


def test_an_endless_answer_is_stopped() -> None:
    with serving(Answer(pieces=[b"x" * 4000] * 5)) as stub, pytest.raises(TooLarge):
        Peer(stub.base, {}, limits=Limits(answer_bytes=9000)).get("/x")


def test_a_slow_answer_is_stopped() -> None:
    limits = Limits(whole_answer=-1, tries=1)
    with serving(Answer(b"slow")) as stub, pytest.raises(Busy, match="too long"):
        Peer(stub.base, {}, limits=limits).get("/x")


def test_nobody_there_is_told_after_the_last_try() -> None:
    waits = Waits()
    with pytest.raises(Busy, match="cannot be reached"):
        Peer("http://127.0.0.1:9/base", {}, limits=Limits(tries=2), wait=waits).get("/x")
    assert waits == [0.5]


@pytest.mark.parametrize(
    "base", ["http://example.org/x", "ftp://example.org", "https://", "https://u:p@example.org"]
)
def test_only_an_encrypted_address_without_credentials_is_a_base(base: str) -> None:
    with pytest.raises(WrongUsage):
        Peer(base, {})


@pytest.mark.parametrize(
    "path", ["//example.org/x", "/../x", "/a/%2e%2e/x", "https://example.org/", "/x#y", "/ x", ""]
)
def test_a_path_never_leaves_the_base(path: str) -> None:
    with serving(Answer(b"")) as stub, pytest.raises(BadInput):
        Peer(stub.base, {}).get(path)
    assert stub.asked == []


def test_a_document_is_sent_once_and_never_again() -> None:
    with serving(Answer(status=503), Answer()) as stub, pytest.raises(Busy):
        Peer(stub.base, {}).send("PUT", "/x", b"<a/>", "application/xml")
    assert [(method, body) for method, _, _, body in stub.asked] == [("PUT", b"<a/>")]


def test_a_refusal_with_a_document_is_returned_and_asked_once() -> None:
    with serving(Answer(b"why", status=500, headers={"Request-ID": "r-1"})) as stub:
        reply = Peer(stub.base, {}).ask("POST", "/submit", b"body", "text/xml")
    assert (reply.status, reply.body, reply.request_id, len(stub.asked)) == (500, b"why", "r-1", 1)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, NotAllowed), (302, BadInput), (503, Busy), (404, NotFound)]
)
def test_a_refusal_without_a_document_is_an_error(status: int, kind: type[Exception]) -> None:
    with serving(Answer(status=status)) as stub, pytest.raises(kind):
        Peer(stub.base, {}).ask("GET", "/status")
