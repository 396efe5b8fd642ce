"""Databases in MaxMind's format, written by a test: who made them decides how many voices they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from openhotline.errors import BadInput
from openhotline.trace.answer import Place, Question
from openhotline.trace.databases import AsnSource, CountrySource, maker_of

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
PLACE = Place("https://files.example.org/a", "web", "files.example.org", "example.org")


def write(path: Path, kind: str, rows: dict[str, dict[str, Any]]) -> Path:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind)
    for network, record in rows.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


def test_a_country_is_read_in_both_shapes_and_named_by_its_maker(tmp_path: Path) -> None:
    one = write(
        tmp_path / "a",
        "GeoLite2-Country",
        {"192.0.2.0/24": {"country": {"iso_code": "NL"}, "registered_country": {"iso_code": "US"}}},
    )
    two = write(tmp_path / "b", "ipinfo example_lite.mmdb", {"192.0.2.0/24": {"country_code": "NL"}})
    question = Question(PLACE, ips=("192.0.2.1",))
    first, second = CountrySource(one).ask(question, at=AT), CountrySource(two).ask(question, at=AT)
    assert (first.source, first.group, first.country) == ("geo:maxmind", "maker:maxmind", "NL")
    assert (second.source, second.group, second.country) == ("geo:ipinfo", "maker:ipinfo", "NL")


def test_two_databases_of_one_maker_have_one_group() -> None:
    assert maker_of("GeoIP2-Country") == maker_of("GeoLite2-City") == "maxmind"
    assert maker_of("DBIP-Country-Lite") == "db-ip"
    assert maker_of("Strange-Country") == "strange" and maker_of("") == "unknown"


def test_a_name_in_two_countries_has_none(tmp_path: Path) -> None:
    rows = {
        "192.0.2.0/25": {"country": {"iso_code": "NL"}},
        "192.0.2.128/25": {"country": {"iso_code": "DE"}},
    }
    source = CountrySource(write(tmp_path / "a", "GeoLite2-Country", rows))
    answer = source.ask(Question(PLACE, ips=("192.0.2.1", "192.0.2.200")), at=AT)
    assert answer.country == "" and answer.said["countries"] == {"192.0.2.1": "NL", "192.0.2.200": "DE"}


def test_an_unknown_network_is_no_country_and_no_address_is_a_failure(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "GeoLite2-Country", {"192.0.2.0/24": {"country": {"iso_code": "NL"}}})
    assert CountrySource(path).ask(Question(PLACE, ips=("198.51.100.1",)), at=AT).country == ""
    assert CountrySource(path).ask(Question(PLACE), at=AT).failure


def test_a_network_is_found_and_names_no_country(tmp_path: Path) -> None:
    record = {"autonomous_system_number": 64500, "autonomous_system_organization": "Example Hosting"}
    source = AsnSource(write(tmp_path / "a", "GeoLite2-ASN", {"192.0.2.0/24": record}))
    answer = source.ask(Question(PLACE, ips=("192.0.2.1",)), at=AT)
    assert (answer.asn, answer.network, answer.country) == (64500, "Example Hosting", "")


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"rubbish")
    for path in (tmp_path / "a", tmp_path / "missing"):
        with pytest.raises(BadInput, match="OPENHOTLINE_GEO_DATABASES"):
            CountrySource(path)
