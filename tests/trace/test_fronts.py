"""Fronts told apart from origins."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.trace.servers import certificate, client, says, serving

from openhotline.errors import BadInput
from openhotline.trace.answer import Place, Question
from openhotline.trace.fronts import Front, FrontSource, Seen, load_fronts, recognise

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
ONE = Front(
    "One", "test", frozenset({64501}), (".one.example",), {"x-one": "", "server": "one"}, (".one.example",)
)


@pytest.mark.parametrize(
    "seen",
    [
        Seen(asn=64501),
        Seen(names=["files.example.org", "a.cdn.one.example"]),
        Seen(headers={"x-one": "anything"}),
        Seen(headers={"server": "One/1.2"}),
        Seen(certificate_names=["*.one.example"]),
    ],
)
def test_each_sign_is_enough(seen: Seen) -> None:
    name, signs = recognise(seen, [ONE])
    assert name == "One" and len(signs) == 1


@pytest.mark.parametrize(
    "seen",
    [Seen(), Seen(asn=64500), Seen(names=["notone.example"]), Seen(headers={"server": "nginx"})],
)
def test_an_ordinary_server_is_no_front(seen: Seen) -> None:
    assert recognise(seen, [ONE]) == ("", ())


def test_the_shipped_fronts_can_be_read_and_say_what_they_rest_on() -> None:
    fronts = load_fronts()
    assert len(fronts) >= 5 and all(front.basis for front in fronts)
    assert all(suffix.startswith(".") for front in fronts for suffix in (*front.names, *front.certificates))
    assert all(front.asns or front.names or front.headers for front in fronts)


def test_an_operator_s_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "fronts.toml"
    path.write_text(
        '[[front]]\nname="Mine"\nbasis="own"\nasns=[64502]\nnames=[]\nheaders={}\ncertificates=[]\n'
    )
    assert [front.name for front in load_fronts(path)] == ["Mine"]
    path.write_text("[[front]]\nname=1")
    with pytest.raises(BadInput):
        load_fronts(path)


def test_the_first_page_s_headers_are_asked_and_never_the_address_itself(tmp_path: Path) -> None:
    context, trust, _ = certificate(tmp_path, "files.example.org")
    with serving(says(200, {"X-One": "1"}), context) as server:
        asking = client(server.port, names={"files.example.org": "127.0.0.1"}, trust=trust)
        place = Place("x", "web", f"files.example.org:{server.port}", "example.org")
        answer = FrontSource(asking, [ONE]).ask(Question(place), at=AT)
    assert answer.front == "One" and answer.said["signs"] == ["header x-one"]
    assert server.asked[0].startswith("HEAD / HTTP/1.1")


def test_a_front_is_known_by_its_network_when_nothing_answers() -> None:
    place = Place("x", "web", "files.example.org", "example.org")
    answer = FrontSource(client(443), [ONE]).ask(Question(place, asn=64501), at=AT)
    assert answer.front == "One" and not answer.failure
    assert FrontSource(client(443), [ONE]).ask(Question(place, asn=64500), at=AT).failure
