"""Everything we write is as described, with every optional part; what comes in is read liberally and never trusted."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.cybertip.cybertip_documents import a_document

from openhotline.errors import BadInput, TooLarge
from openhotline.exchange import cybertip
from openhotline.exchange.cybertip import schema
from openhotline.exchange.cybertip.incidents import InternetDetails, WebPage
from openhotline.exchange.cybertip.shapes import parts_of

KINDS = (cybertip.Report, cybertip.FileDetails, cybertip.ReportResponse, cybertip.ReportDoneResponse)
OTHER = os.environ.get("CYBERTIP_OTHER_XSD", "")
"""The file of another description of the same format, where somebody has one: what we write fits that as well."""

REPORT = cybertip.Report(
    incident_summary=cybertip.IncidentSummary(
        incident_type=cybertip.IncidentType.POSSESSION_AND_DISTRIBUTION,
        incident_date_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    ),
    internet_details=(InternetDetails(web_page=WebPage(url=("https://img.example.net/one.png",))),),
    reporter=cybertip.Reporter(reporting_person=cybertip.Person(first_name="Test")),
)
DETAILS = cybertip.FileDetails(report_id=7, file_id="a1")


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=0))
@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_is_written_is_as_described_and_read_again(kind: type[Any], number: int) -> None:
    document = a_document(kind, Random(number))
    written = cybertip.write(document)
    independent = etree.XMLSchema(etree.fromstring(schema.strict().xsd))
    independent.assertValid(etree.fromstring(written))
    if OTHER:
        etree.XMLSchema(etree.parse(OTHER)).assertValid(etree.fromstring(written))
    assert cybertip.checked(cybertip.parse(written), kind) == document


@pytest.mark.parametrize("kind", KINDS)
def test_the_description_and_the_dataclasses_name_the_same(kind: type[Any]) -> None:
    """The description is written by hand beside the classes; neither may know a name that the other does not."""
    described = set(re.findall(rb'<xs:(?:element|attribute) name="(\w+)"', schema.strict().xsd))
    names = {part.name for part in _all_parts(kind) if not part.place.read_only}
    assert {name.encode() for name in names} <= described


def test_nothing_is_described_that_no_class_holds() -> None:
    described = set(re.findall(rb'<xs:(?:element|attribute) name="(\w+)"', schema.strict().xsd))
    roots = {b"report", b"fileDetails", b"reportResponse", b"reportDoneResponse"}
    names = {part.name.encode() for kind in KINDS for part in _all_parts(kind)}
    assert described - roots <= names


def _all_parts(kind: type[Any], seen: set[type[Any]] | None = None) -> list[Any]:
    seen = set() if seen is None else seen
    if kind in seen or not hasattr(kind, "__dataclass_fields__"):
        return []
    seen.add(kind)
    mine = list(parts_of(kind))
    return mine + [inner for part in mine for inner in _all_parts(part.type, seen)]


def test_a_text_that_is_too_long_is_not_written() -> None:
    long = replace(REPORT.incident_summary, platform="x" * 257)
    with pytest.raises(BadInput, match="platform"):
        cybertip.write(replace(REPORT, incident_summary=long))


def test_a_refusal_does_not_repeat_what_stood_there() -> None:
    secret = "https://secret.example.net/" + "x" * 2083
    page = InternetDetails(web_page=WebPage(url=(secret,)))
    with pytest.raises(BadInput) as caught:
        cybertip.write(replace(REPORT, internet_details=(page,)))
    assert "secret" not in caught.value.diagnostics() and "url" in caught.value.message


def test_a_control_character_is_refused() -> None:
    with pytest.raises(BadInput, match="control character"):
        cybertip.write(replace(REPORT, additional_info="a\x00b"))


def test_a_moment_without_a_zone_is_refused() -> None:
    summary = replace(REPORT.incident_summary, incident_date_time=datetime(2026, 1, 2))  # noqa: DTZ001
    with pytest.raises(BadInput, match="zone"):
        cybertip.write(replace(REPORT, incident_summary=summary))


def test_two_kinds_of_incident_in_one_place_are_refused() -> None:
    with pytest.raises(BadInput, match="exactly one"):
        InternetDetails()


def test_a_supplemental_file_is_neither_classified_nor_a_meme() -> None:
    away = replace(DETAILS, file_relevance=cybertip.FileRelevance.SUPPLEMENTAL)
    for more in (
        {"industry_classification": cybertip.IndustryClassification.B2},
        {"file_annotations": cybertip.FileAnnotations(potential_meme=True)},
        {"potential_meme": True},
    ):
        with pytest.raises(BadInput, match="Reported"):
            replace(away, **more)
    assert replace(away, file_annotations=cybertip.FileAnnotations(generative_ai=True))


ENTITY = b'<!DOCTYPE r [<!ENTITY a "b">]><report>&a;</report>'
OUTSIDE = b'<!DOCTYPE r SYSTEM "file:///etc/hostname"><report/>'


@pytest.mark.parametrize(
    "bad", [b"", b"no xml", ENTITY, OUTSIDE, b"\xff\xfe<", b"<report>", b"<a>" * 100_000]
)
def test_bytes_that_are_no_plain_xml_are_refused(bad: bytes) -> None:
    with pytest.raises(BadInput, match="no XML"):
        cybertip.read_report(bad)


def test_a_document_of_a_megabyte_is_not_even_parsed() -> None:
    with pytest.raises(TooLarge):
        cybertip.read_report(b"<report>" + b" " * cybertip.LARGEST_DOCUMENT + b"</report>")


def test_another_document_is_named_so() -> None:
    with pytest.raises(BadInput, match="no fileDetails"):
        cybertip.read_file_details(cybertip.write(REPORT))


def _inserted(document: Any, before: bytes, what: bytes) -> bytes:
    written = cybertip.write(document)
    assert written.count(before) == 1
    return written.replace(before, what + before)


def test_the_kind_of_metadata_may_stand_on_the_pair() -> None:
    more = b"""<details><nameValuePair type="EXIF"><name>Software</name><value>T</value></nameValuePair></details>"""
    read = cybertip.read_file_details(_inserted(DETAILS, b"</fileDetails>", more))
    assert read.details[0].name_value_pair[0].type == "EXIF"


def test_a_later_annotation_is_understood() -> None:
    more = b"<reportAnnotations><informational/><spam/></reportAnnotations>"
    read = cybertip.read_report(_inserted(REPORT, b"<incidentDateTime>", more))
    said = read.incident_summary.report_annotations
    assert said is not None and said.informational and said.spam and not said.sextortion


@pytest.mark.parametrize("name", [b"type", b"accountType"])
def test_an_accounts_kind_has_two_names(name: bytes) -> None:
    more = (
        b"<personOrUserReported><associatedAccount " + name + b'="Creator" thirdPartyUser="true">'
        b"<approximateAge>20</approximateAge><ageAssertionDiscrepancy>true</ageAssertionDiscrepancy>"
        b"</associatedAccount></personOrUserReported>"
    )
    [user] = cybertip.read_report(_inserted(REPORT, b"</report>", more)).person_or_user_reported
    assert user.associated_account[0].type == "Creator"
    assert user.associated_account[0].age_assertion_discrepancy is True


def test_an_account_without_a_kind_is_refused() -> None:
    more = b"<personOrUserReported><associatedAccount/></personOrUserReported>"
    with pytest.raises(BadInput, match="missing"):
        cybertip.read_report(_inserted(REPORT, b"</report>", more))


def test_what_we_understand_beyond_the_description_is_never_written() -> None:
    more = b"<reportAnnotations><informational/></reportAnnotations>"
    read = cybertip.read_report(_inserted(REPORT, b"<incidentDateTime>", more))
    assert b"informational" not in cybertip.write(read)


@pytest.mark.parametrize("code", list(cybertip.Code))
def test_only_a_fault_of_the_server_may_mend(code: cybertip.Code) -> None:
    assert cybertip.may_mend(code) == (code in (1000, 1100, 1110, 1111, 1210, 1300))
