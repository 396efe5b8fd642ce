"""Registries: asked politely, kept for a day, and never believed when they answer rubbish."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.trace.registry import DOMAIN as DOMAIN_DOCUMENT
from tests.trace.registry import NETWORK, SYSTEM, registry, sources
from tests.trace.servers import Server, client, says

from openhotline.errors import BadInput, Busy, NotFound
from openhotline.trace.answer import Place, Question
from openhotline.trace.pace import Pace
from openhotline.trace.rdap import RdapSource, Registries
from openhotline.trace.rdap_reading import ASN, DOMAIN, IP

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
PLACE = Place("https://files.example.org/a", "web", "files.example.org", "example.org")
HOST = {"registry.example.org": "127.0.0.1"}
QUESTION = Question(PLACE, ips=("1.2.3.4",), asn=64500)


def registries(server: Server, folder: Path, pace: Pace | None = None) -> Registries:
    return Registries(
        client(server.port, names=HOST),
        folder,
        pace=pace or Pace(usual=0),
        plain=True,
        sources=sources(server.port),
    )


def asked(server: Server) -> list[str]:
    """Paths that were asked, but for the lists of registries."""
    paths = [head.split()[1] for head in server.asked]
    return [path for path in paths if not path.endswith(".json")]


def test_each_kind_is_asked_where_it_is_registered(tmp_path: Path) -> None:
    held = {"/ip/1.2.3.4": NETWORK, "/autnum/64500": SYSTEM, "/domain/example.org": DOMAIN_DOCUMENT}
    with registry(held) as server:
        asking = registries(server, tmp_path)
        network, system, domain = (
            RdapSource(asking, kind).ask(QUESTION, at=AT) for kind in (IP, ASN, DOMAIN)
        )
    assert (network.country, network.kind, network.network) == ("NL", "registry", "EXAMPLE-NET")
    assert [contact.email for contact in network.abuse] == ["abuse@example.net", "second@example.net"]
    assert (system.country, system.kind, system.said["country"]) == ("", "", "NL")  # said, but no voice
    assert [contact.source for contact in domain.abuse] == ["rdap domain"]
    assert network.group == system.group == domain.group


def test_the_same_is_not_asked_twice_in_a_day(tmp_path: Path) -> None:
    with registry({"/autnum/64500": SYSTEM}) as server:
        asking = registries(server, tmp_path)
        asking.ask(ASN, "64500", at=AT)
        assert asking.ask(ASN, "64500", at=AT + timedelta(hours=23))[1]["kept"]
        anew = registries(server, tmp_path)  # another process finds it on the disk
        assert anew.ask(ASN, "64500", at=AT + timedelta(hours=23))[1]["kept"]
        assert len(asked(server)) == 1
        anew.ask(ASN, "64500", at=AT + timedelta(hours=25))
        assert len(asked(server)) == 2


def test_a_clock_that_jumped_back_makes_nobody_believe_the_future(tmp_path: Path) -> None:
    with registry({"/autnum/64500": SYSTEM}) as server:
        asking = registries(server, tmp_path)
        asking.ask(ASN, "64500", at=AT + timedelta(days=400))
        assert not asking.ask(ASN, "64500", at=AT)[1]["kept"]


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"<html>",
        b"[]",
        b"[" * 100_000,
        b'{"objectClassName": "autnum"}',
        b'{"objectClassName": 3}',
        json.dumps(NETWORK).encode(),
        b"\xff\xfe\x00",
    ],
)
def test_rubbish_is_refused_and_not_kept(tmp_path: Path, rubbish: bytes) -> None:
    answers: dict[str, Any] = {"/autnum/64500": says(200, {"Content-Type": "application/json"}, rubbish)}
    with registry(answers) as server:
        asking = registries(server, tmp_path)
        with pytest.raises(BadInput):
            asking.ask(ASN, "64500", at=AT)
        answers["/autnum/64500"] = SYSTEM
    with registry({"/autnum/64500": SYSTEM}) as mended:
        assert registries(mended, tmp_path / "b").ask(ASN, "64500", at=AT)[0].name == "EXAMPLE-AS"


def test_nothing_registered_is_said_so(tmp_path: Path) -> None:
    with registry({}) as server:
        with pytest.raises(NotFound):
            registries(server, tmp_path).ask(ASN, "64500", at=AT)
        with pytest.raises(NotFound, match="No registry"):
            registries(server, tmp_path).ask(DOMAIN, "example.unknownending", at=AT)


def test_a_registry_that_asks_for_patience_gets_it(tmp_path: Path) -> None:
    clock = [0.0]
    pace = Pace(
        usual=1, clock=lambda: clock[0], wait=lambda seconds: clock.__setitem__(0, clock[0] + seconds)
    )
    with registry({"/autnum/64500": says(429, {"Retry-After": "600"})}) as server:
        asking = registries(server, tmp_path, pace)
        for _ in range(3):
            with pytest.raises(Busy):
                asking.ask(ASN, "64500", at=AT)
        assert len(asked(server)) == 1  # the others did not leave
        clock[0] += 700
        with pytest.raises(Busy):
            asking.ask(ASN, "64500", at=AT)
        assert len(asked(server)) == 2


def test_the_pace_is_each_registry_s_own() -> None:
    waited: list[float] = []
    pace = Pace({"slow.example.org": 5}, usual=1, longest=6, clock=lambda: 100.0, wait=waited.append)
    pace.take_turn("slow.example.org")
    pace.take_turn("other.example.org")
    pace.take_turn("slow.example.org")
    assert waited == [5]
    with pytest.raises(Busy):
        pace.take_turn("slow.example.org")


def test_an_old_list_of_registries_serves_while_a_new_one_cannot_be_had(tmp_path: Path) -> None:
    with registry({"/autnum/64500": SYSTEM}) as server:
        asking = registries(server, tmp_path)
        asking.ask(ASN, "64500", at=AT)
        later = AT + timedelta(days=30)
        broken = Registries(
            client(server.port, names=HOST),
            tmp_path,
            pace=Pace(usual=0),
            plain=True,
            sources={name: url + ".missing" for name, url in sources(server.port).items()},
        )
        assert broken.ask(ASN, "64500", at=later)[0].name == "EXAMPLE-AS"


def test_a_list_of_registries_that_is_rubbish_is_fetched_anew(tmp_path: Path) -> None:
    with registry({"/dns.json": {"services": 5}}) as server, pytest.raises(BadInput, match="anew"):
        registries(server, tmp_path).ask(ASN, "64500", at=AT)
    with registry({"/autnum/64500": SYSTEM}) as server:
        assert registries(server, tmp_path).ask(ASN, "64500", at=AT)[0].name == "EXAMPLE-AS"


def test_what_is_not_known_yet_is_not_asked_for(tmp_path: Path) -> None:
    with registry({}) as server:
        asking = registries(server, tmp_path)
        assert RdapSource(asking, IP).ask(Question(PLACE), at=AT).failure
        literal = Place("https://192.0.2.1/", "web", "192.0.2.1", "192.0.2.1")
        assert RdapSource(asking, DOMAIN).ask(Question(literal), at=AT).failure
    assert server.asked == []
