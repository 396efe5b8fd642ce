"""Every source together, against servers on this machine; then the same from what was recorded."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.trace.name_server import name_server
from tests.trace.registry import DOMAIN as DOMAIN_DOCUMENT
from tests.trace.registry import NETWORK, SYSTEM, registry, sources
from tests.trace.servers import PATIENT, SOON, Server, client
from tests.trace.test_databases import write

from openhotline.errors import BadInput, Busy
from openhotline.trace.agreement import agree
from openhotline.trace.answer import Answer, Place, Question, to_json
from openhotline.trace.databases import AsnSource, CountrySource
from openhotline.trace.fronts import Front, FrontSource
from openhotline.trace.live import Live, live_asking
from openhotline.trace.names import Names, NameSource
from openhotline.trace.pace import Pace, load_pace
from openhotline.trace.rdap import RdapSource, Registries
from openhotline.trace.rdap_reading import ASN, DOMAIN, IP
from openhotline.trace.recorded import Recorded
from openhotline.trace.recording import Recording
from openhotline.trace.security_txt import SecurityTextSource
from openhotline.trace.statements import about, still_holding
from openhotline.trace.wire import Limits

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
PLACE = Place("https://files.example.org/a", "web", "files.example.org", "example.org")
FRONT = Front("One", "test", frozenset({64501}), (), {}, ())
HELD = {
    "/ip/1.2.3.4": NETWORK,
    "/ip/1.9.9.9": {**NETWORK, "country": "RO"},
    "/autnum/64500": SYSTEM,
    "/domain/example.org": DOMAIN_DOCUMENT,
}


@pytest.fixture
def databases(tmp_path: Path) -> tuple[Path, Path]:
    countries = {
        "1.2.3.0/24": {"country": {"iso_code": "NL"}},
        "1.9.9.0/24": {"country": {"iso_code": "RO"}},
    }
    systems = {
        "1.2.3.0/24": {"autonomous_system_number": 64501, "autonomous_system_organization": "Front"},
        "1.9.9.0/24": {
            "autonomous_system_number": 64500,
            "autonomous_system_organization": "Example Hosting",
        },
    }
    return (
        write(tmp_path / "country", "GeoLite2-Country", countries),
        write(tmp_path / "asn", "GeoLite2-ASN", systems),
    )


def live(
    server: Server,
    names: Names,
    databases: tuple[Path, Path],
    folder: Path,
    *fronts: Front,
    limits: Limits = PATIENT,
) -> Live:
    asking = client(server.port, names={"registry.example.org": "127.0.0.1"}, limits=limits)
    registries = Registries(asking, folder, pace=Pace(usual=0), plain=True, sources=sources(server.port))
    asn = AsnSource(databases[1])
    return Live(
        asking,
        machine=[NameSource(names), asn, FrontSource(asking, fronts)],
        origin=[
            CountrySource(databases[0]),
            *(RdapSource(registries, kind) for kind in (IP, ASN, DOMAIN)),
            SecurityTextSource(asking),
        ],
        stated=[asn],
    )


def test_a_plain_host_is_traced_and_every_answer_is_kept(
    databases: tuple[Path, Path], tmp_path: Path
) -> None:
    with registry(HELD) as server, name_server("files.example.org. A 1.2.3.4") as names:
        answers = live(server, names, databases, tmp_path).trace(PLACE, at=AT)
    verdict = agree(answers)
    assert (verdict.country, verdict.agreed, verdict.agreeing, verdict.ip) == ("NL", True, 2, "1.2.3.4")
    assert [c.email for c in verdict.abuse] == [
        "abuse@example.net",
        "second@example.net",
        "abuse@registrar.example",
    ]
    failed = {answer.source for answer in answers if answer.failure}
    assert failed == {"front", "rdap asn", "security.txt"}  # nothing listens there, and AS64501 is not held


def test_behind_a_front_the_stated_origin_is_traced(databases: tuple[Path, Path], tmp_path: Path) -> None:
    stated = Answer("provider", "provider", AT, kind="provider", ips=("1.9.9.9",), country="RO")
    with registry(HELD) as server, name_server("files.example.org. A 1.2.3.4") as names:
        asking = live(server, names, databases, tmp_path, FRONT)
        unknown, known = asking.trace(PLACE, at=AT), asking.trace(PLACE, at=AT, statements=[stated])
    before, after = agree(unknown), agree(known)
    assert (before.front, before.origin_known, before.country, before.asn) == ("One", False, "NL", 64501)
    assert (after.front, after.origin_known, after.country) == ("One", True, "RO")
    assert (after.ip, after.asn, after.agreeing) == ("1.9.9.9", 64500, 3)


def test_when_the_registry_never_answers_the_others_still_do(
    databases: tuple[Path, Path], tmp_path: Path
) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        name_server("files.example.org. A 1.2.3.4") as names,
    ):

        @dataclass
        class Silent:
            port: int

        nobody = Silent(silent.getsockname()[1])
        answers = live(nobody, names, databases, tmp_path, limits=SOON).trace(PLACE, at=AT)  # type: ignore[arg-type]
    by_source = {answer.source: answer for answer in answers}
    assert "in time" in by_source["rdap network"].failure and by_source["geo:maxmind"].country == "NL"
    assert not agree(answers).agreed


def test_a_source_that_breaks_is_a_failure_and_no_answer(tmp_path: Path) -> None:
    class Broken:
        name = group = "broken"

        def ask(self, question: Question, *, at: datetime) -> Answer:
            raise KeyError("secret.example.org")

    (answer,) = Live(client(80), machine=[Broken()], origin=[]).trace(PLACE, at=AT)
    assert answer.failure and "secret" not in answer.failure


def test_what_was_recorded_gives_the_same_verdict(databases: tuple[Path, Path], tmp_path: Path) -> None:
    with registry(HELD) as server, name_server("files.example.org. A 1.2.3.4") as names:
        asking = Recording(live(server, names, databases, tmp_path / "kept"), tmp_path / "recorded")
        answers, seen = asking.trace(PLACE, at=AT), asking.look(PLACE, at=AT)
    again = Recorded(tmp_path / "recorded")
    assert agree(again.trace(PLACE, at=AT)) == agree(answers)
    assert again.look(PLACE, at=AT) == seen


def test_the_site_s_own_asking_is_made_of_what_is_configured(
    databases: tuple[Path, Path], tmp_path: Path
) -> None:
    asking = live_asking(
        tmp_path, geo_databases=[databases[0]], asn_database=databases[1], names=Names(["127.0.0.1"], port=1)
    )
    literal = Place("http://192.0.2.1/", "web", "192.0.2.1", "192.0.2.1")
    answers = {answer.source: answer for answer in asking.trace(literal, at=AT)}
    assert answers["dns"].ips == ("192.0.2.1",)
    assert "not public" in answers["front"].failure  # nothing is asked in a documentation range
    assert set(answers) >= {"geo:maxmind", "asn database", "rdap network", "rdap domain", "security.txt"}


def test_a_database_that_is_missing_is_one_failure_and_stops_nothing(tmp_path: Path) -> None:
    asking = live_asking(
        tmp_path,
        geo_databases=[tmp_path / "country.mmdb"],
        asn_database=tmp_path / "asn.mmdb",
        names=Names(["127.0.0.1"], port=1, seconds=0.3),
    )
    literal = Place("http://192.0.2.1/", "web", "192.0.2.1", "192.0.2.1")
    answers = {answer.source: answer for answer in asking.trace(literal, at=AT)}
    for name in ("geo:country", "asn database"):
        assert "OPENHOTLINE_GEO_DATABASES" in answers[name].failure


def test_the_operator_s_pace_is_read(tmp_path: Path) -> None:
    path = tmp_path / "registries.toml"
    path.write_text('[seconds_between]\n"rdap.example.net" = 30\n')
    pace = load_pace(path)
    pace.take_turn("rdap.example.net")
    with pytest.raises(Busy):
        pace.take_turn("rdap.example.net")
    path.write_text("[seconds_between]\na = []\n")
    with pytest.raises(BadInput):
        load_pace(path)


def test_a_strangers_signs_are_made_plain() -> None:
    class Strange:
        name = group = "strange"

        def ask(self, question: Question, *, at: datetime) -> Answer:
            said = {"a\x00": ["b\ud800", {"c": "d\x1b[31m"}]}
            return Answer("strange", "strange", at, network="EVIL\x00NET\udfff", said=said)

    (answer,) = Live(client(80), machine=[Strange()], origin=[]).trace(PLACE, at=AT)
    stored = json.dumps(to_json(answer), ensure_ascii=False)
    assert "\x00" not in stored and answer.network.startswith("EVIL") and stored.encode()


FRONTED = Answer("front", "site headers", AT, front="One")
HERE = Answer("dns", "dns", AT, ips=("192.0.2.1",))
THERE = Answer("dns", "dns", AT, ips=("192.0.2.2",))


@pytest.mark.parametrize(
    ("then", "now", "holds"),
    [
        ([HERE], [HERE], True),
        ([HERE], [THERE], False),
        ([HERE], [], True),  # nothing is known now: no reason to drop it
        ([HERE, FRONTED], [THERE, FRONTED], True),  # a front changes its addresses
        ([HERE, FRONTED], [HERE], False),
        ([HERE], [HERE, FRONTED], False),
    ],
)
def test_a_statement_holds_while_the_machine_is_the_same(
    then: list[Answer], now: list[Answer], holds: bool
) -> None:
    stated = Answer("provider", "provider", AT, kind="provider", country="RO", said={"about": about(then)})
    (one,) = still_holding([stated], now)
    assert (one.failure == "") is holds
    assert ("RO" in {a.country for a in [*now, one] if not a.failure}) is holds
