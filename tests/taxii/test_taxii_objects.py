"""STIX objects: parsed by the stix2 library, with ids that can be found again."""

from __future__ import annotations

import uuid

import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st
from stix2patterns.validator import run_validator
from tests.conftest import NOON
from tests.taxii.published_lines import FEED, SITE, line

from openhotline.exchange import taxii
from openhotline.exchange.published import versions

ADDRESS = {"url": "https://img.example.net/o'clock\\a?b=1"}


def test_stix2_parses_every_object_and_its_pattern() -> None:
    lines = [line("a"), line("a", grade="C", hours=1), line("a", withdrawn=True, hours=2)]
    lines += [line("b", values=ADDRESS), line("c", values={"domain": "example.org"})]
    made = [taxii.indicator(v, feed=FEED, publisher=SITE) for v in versions(lines[:3])]
    made += [taxii.indicator(v, feed=FEED, publisher=SITE) for one in lines[3:] for v in versions([one])]
    for document in [taxii.identity(SITE, "A hotline", NOON), *made]:
        parsed = stix2.parse(document, allow_custom=False)
        assert parsed.id == document["id"]
        if parsed.type == "indicator":
            assert not run_validator(parsed.pattern, stix_version="2.1")
    assert len(made) == 14


def test_a_pattern_says_the_value_and_its_algorithm() -> None:
    patterns = {
        v.kind: taxii.indicator(v, feed=FEED, publisher=SITE)["pattern"] for v in versions([line("a")])
    }
    assert patterns["pdq"].startswith("[file:hashes.'PDQ' = '")
    assert patterns["sha1"].startswith("[file:hashes.'SHA-1' = '")


def test_a_quote_in_an_address_stays_inside_its_pattern() -> None:
    (version,) = versions([line("a", values=ADDRESS)])
    pattern = taxii.indicator(version, feed=FEED, publisher=SITE)["pattern"]
    assert pattern == "[url:value = 'https://img.example.net/o\\'clock\\\\a?b=1']"


def test_labels_say_what_it_is_and_name_the_jurisdiction_of_a_grade() -> None:
    found = taxii.indicator(versions([line("a")])[0], feed=FEED, publisher=SITE)
    assert found["labels"] == [
        "csam-hash",
        "ai-generated",
        'openhotline:gb-eng-outcome="pseudo_photograph"',
        'openhotline:gb-eng-grade="B"',
        'openhotline:ai="wholly_generated"',
    ]


def test_a_withdrawn_one_is_revoked_and_valid_until_then() -> None:
    before, after = [
        taxii.indicator(v, feed=FEED, publisher=SITE)
        for v in versions([line("a"), line("a", withdrawn=True)])
        if v.kind == "md5"
    ]
    assert before["id"] == after["id"]
    assert "revoked" not in before
    assert after["revoked"] is True
    assert after["valid_until"] == after["modified"] > before["modified"]


@given(st.uuids(version=4), st.sampled_from(["md5", "pdq", "url", "domain"]))
def test_an_id_leads_back_to_its_line_and_is_a_random_looking_uuid(origin: uuid.UUID, kind: str) -> None:
    made = taxii.indicator_id(FEED, origin, kind)
    parsed = uuid.UUID(made.removeprefix("indicator--"))
    assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)
    assert origin in taxii.origins(FEED, made)
    assert origin not in taxii.origins(SITE, made)
    assert made != taxii.indicator_id(SITE, origin, kind)


@pytest.mark.parametrize(
    "foreign", ["", "identity--x", "indicator--7", "malware--c0491633-bfd3-42c8-a063-167173adee25"]
)
def test_a_foreign_id_leads_nowhere(foreign: str) -> None:
    assert taxii.origins(FEED, foreign) == ()
