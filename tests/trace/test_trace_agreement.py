"""From answers to a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.trace.agreement import agree
from openhotline.trace.answer import Answer, Contact, contacts, country_code, failed, from_json, to_json

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)


def geo(maker: str, country: str) -> Answer:
    return Answer(f"geo:{maker}", f"maker:{maker}", AT, kind="geoip", country=country)


REGISTRY = Answer("rdap network", "registry", AT, kind="registry", country="NL", network="EXAMPLE-NET")
DNS = Answer("dns", "dns", AT, ips=("192.0.2.20", "192.0.2.3"))


def test_two_independent_sources_agree() -> None:
    verdict = agree([DNS, REGISTRY, geo("a", "NL")])
    assert (verdict.country, verdict.agreed, verdict.agreeing, verdict.against) == ("NL", True, 2, 0)
    assert verdict.asked == 3 and verdict.network == "EXAMPLE-NET"


def test_two_databases_of_one_maker_are_one_voice() -> None:
    verdict = agree([DNS, geo("a", "NL"), replace(geo("a", "NL"), source="geo:a2")])
    assert (verdict.country, verdict.agreed, verdict.agreeing) == ("", False, 1)
    assert verdict.leading == "NL"


def test_two_against_one_is_agreed_and_two_against_two_is_not() -> None:
    two_one = agree([REGISTRY, geo("a", "NL"), geo("b", "DE")])
    assert (two_one.country, two_one.agreeing, two_one.against) == ("NL", 2, 1)
    two_two = agree([REGISTRY, geo("a", "NL"), geo("b", "DE"), geo("c", "DE")])
    assert (two_two.country, two_two.agreed) == ("", False)


def test_one_maker_that_contradicts_itself_speaks_for_neither() -> None:
    verdict = agree([REGISTRY, geo("a", "NL"), geo("a", "DE")])
    assert (verdict.country, verdict.agreeing, verdict.against) == ("", 1, 1)


def test_a_failure_is_never_a_voice() -> None:
    broken = replace(geo("a", "NL"), failure="It broke.")
    assert agree([REGISTRY, broken, failed("geo:b", "maker:b", AT, "Nothing.")]).agreeing == 1


def test_nothing_answered_is_no_agreement_whatever_is_needed() -> None:
    assert not agree([], need=0).agreed
    assert not agree([DNS], need=0).agreed


def test_the_lowest_address_is_the_machine_whatever_order_dns_gives() -> None:
    assert agree([DNS]).ip == agree([replace(DNS, ips=DNS.ips[::-1])]).ip == "192.0.2.3"


FRONT = Answer("front", "site headers", AT, front="Example Front")


def test_behind_a_front_the_origin_is_not_known() -> None:
    verdict = agree([DNS, FRONT, REGISTRY, geo("a", "NL")])
    assert (verdict.front, verdict.origin_known, verdict.country) == ("Example Front", False, "NL")


def test_a_stated_country_alone_does_not_settle_the_origin() -> None:
    stated = Answer("provider", "provider", AT, kind="provider", country="RO", network="Example Hosting")
    verdict = agree([DNS, FRONT, REGISTRY, geo("a", "NL"), stated])
    assert (verdict.country, verdict.agreed, verdict.leading, verdict.agreeing) == ("", False, "RO", 1)
    assert verdict.origin_known and verdict.network == "Example Hosting"


def test_a_stated_machine_is_looked_at_like_any_other() -> None:
    stated = Answer("provider", "provider", AT, kind="provider", country="RO", ips=("192.0.2.99",))
    answers = [FRONT, replace(REGISTRY, country="RO"), geo("a", "RO"), stated]
    verdict = agree(answers)
    assert (verdict.country, verdict.agreeing, verdict.ip, verdict.origin_known) == (
        "RO",
        3,
        "192.0.2.99",
        True,
    )


def test_contacts_come_in_order_and_once() -> None:
    site = replace(DNS, source="security.txt", abuse=contacts(["sec@example.org"], "security.txt"))
    asn = replace(DNS, source="rdap asn", abuse=contacts(["Abuse@example.net"], "rdap asn"))
    network = replace(DNS, source="rdap network", abuse=contacts(["abuse@example.net"], "rdap network"))
    assert agree([site, asn, network]).abuse == (
        Contact("abuse@example.net", "rdap network"),
        Contact("sec@example.org", "security.txt"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "a b@example.org",
        "a@example.org\nBcc: c@example.org",
        "a@example.org,b@example.org",
        "<a@example.org>",
        "",
    ],
)
def test_what_could_add_a_recipient_is_no_contact(text: str) -> None:
    assert contacts([text, None, 3], "x") == ()


def test_words_for_no_country_are_no_country() -> None:
    assert [country_code(word) for word in ("nl", "EU", "AP", "ZZ", "", None, "NLD")] == ["NL", *[""] * 6]


def test_an_answer_comes_back_from_json_as_it_was() -> None:
    answer = replace(
        REGISTRY,
        ips=("192.0.2.1", "2001:db8::1"),
        asn=64500,
        abuse=contacts(["a@example.org"], "x"),
        said={"k": [1]},
    )
    assert from_json(to_json(answer), at=AT) == answer


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["NL", "DE", "US", ""])), max_size=10),
    st.integers(1, 4),
)
def test_the_verdict_does_not_hang_on_the_order(named: list[tuple[str, str]], need: int) -> None:
    answers = [geo(maker, country) for maker, country in named]
    one, other = agree(answers, need=need), agree(answers[::-1], need=need)
    assert (one.country, one.agreed, one.agreeing) == (other.country, other.agreed, other.agreeing)
    slow = {
        country: {m for m, c in named if c == country and {d for n, d in named if n == m and d} == {country}}
        for country in ("NL", "DE", "US")
    }
    if one.agreed:
        assert len(slow[one.country]) == one.agreeing >= need and one.agreeing > one.against
    else:
        assert one.country == ""
