"""What is sent: valid by the peers' own checkers, exact where it must be, and never more than it may hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import xarf
from tests.conftest import NOON
from tests.desk_of import PROHIBITED, PSEUDO_B, PSEUDO_C
from tests.notices.notice_cast import (
    GB,
    MAIL_FROM,
    NL,
    PHOTO_B,
    a_contact,
    assessed,
    everything,
    files_of,
    found_at,
    traced,
)

from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.intake.given import Given, GivenAddress
from openhotline_server.intake.models import FileRecord, Report
from openhotline_server.intake.reports import take_report
from openhotline_server.notices import host_law
from openhotline_server.notices.documents.plain import languages, wording
from openhotline_server.notices.documents.xarf import classify
from openhotline_server.notices.drafting import make
from openhotline_server.notices.gathering import gather_one, sender, tell
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.mailing import compose
from openhotline_server.notices.models import Notice
from openhotline_server.notices.recipients import WHO, Recipient, of_contact
from openhotline_server.triage.address_cases import open_or_join
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db

KINDS = [kind for kind in NoticeKind if kind != NoticeKind.VICTIM_IDENTIFICATION]


@pytest.fixture(autouse=True)
def a_sender(settings: object) -> None:
    settings.MAIL_FROM = MAIL_FROM  # type: ignore[attr-defined]
    settings.ORGANISATION = "Example Hotline"  # type: ignore[attr-defined]
    settings.COUNTRY = GB  # type: ignore[attr-defined]


def a_recipient(language: str = "en", *, wants_json: bool = True) -> Recipient:
    return Recipient("Example Hosting", "abuse@example.net", language, wants_json, None, "a test chose it")


def drafted(kind: NoticeKind, *cases: AddressCase, language: str = "en", wants_json: bool = True) -> Notice:
    told = [gather_one(case) for case in cases]
    return make(
        kind=kind, recipient=a_recipient(language, wants_json=wants_json), told=told, person=None, at=NOON
    )


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_in_every_language_without_a_gap(
    ana: User, language: str, kind: NoticeKind
) -> None:
    case = found_at("https://img.example.org/a$b?q=1", GB, ana)
    notice = drafted(kind, case, language=language)
    assert notice.language == language
    for text in (notice.title, notice.words):
        assert "$organisation" not in text and "${" not in text and "$count" not in text
    assert "Example Hotline" in notice.words
    assert notice.document["reference"] in notice.title
    assert notice.document["reference"] in notice.words


def test_the_languages_have_the_same_keys() -> None:
    assert {"en", "de", "fr", "es", "nl"} <= set(languages())
    english = wording("en")
    for language in languages():
        table = wording(language)
        assert set(table["parts"]) == set(english["parts"]), language
        assert set(table["kinds"]) == set(english["kinds"]) == {kind.value for kind in KINDS}
        for kind, words in table["kinds"].items():
            assert set(words) == {"title", "opening", "ask"}, (language, kind)


def test_addresses_are_defanged_in_the_letter_and_exact_in_the_file(ana: User) -> None:
    case = found_at("https://img.example.org/a/b?c=d$e", NL, ana)
    notice = drafted(NoticeKind.TAKEDOWN, case)
    assert case.address.normal not in notice.words
    assert "https://" not in notice.words
    assert "hxxps://img[.]example[.]org/a/b?c=d$e" in notice.words
    assert files_of(notice)["addresses.txt"] == f"{case.address.normal}\n"


def test_xarf_reports_are_valid_and_hold_no_evidence(ana: User) -> None:
    cases = [
        found_at(f"https://img.example.org/{n}", NL, ana, facts)
        for n, facts in enumerate((PSEUDO_B, PHOTO_B))
    ]
    files = files_of(drafted(NoticeKind.TAKEDOWN, *cases))
    reports = [json.loads(text) for name, text in files.items() if name.startswith("xarf-")]
    assert len(reports) == 2
    for report, case in zip(reports, cases, strict=True):
        found = xarf.parse(report)
        assert (found.errors, found.warnings) == ([], [])
        assert report["type"] == "csam" and report["url"] == case.address.normal
        assert report["evidence"] == []
        assert (
            report["classification"] == "A1"
        )  # 7 to 10, sexual activity: by age and act, not by our letter B
        assert "gb-eng:grade-b" in report["tags"]
    assert "openhotline:ai-wholly_generated" in reports[0]["tags"]


def test_the_checker_refuses_what_the_format_does_not_know(ana: User) -> None:
    files = files_of(drafted(NoticeKind.TAKEDOWN, found_at("https://img.example.org/1", NL, ana)))
    report = json.loads(files["xarf-001.json"])
    for wrong in ({"classification": "B"}, {"asn": 0}, {"tags": ["Category B"]}):
        assert xarf.parse({**report, **wrong}).errors


@pytest.mark.parametrize("facts", [PROHIBITED, PSEUDO_C])
def test_without_a_class_that_a_file_gives_the_plain_notice_goes_alone(
    ana: User, facts: dict[str, str]
) -> None:
    notice = drafted(NoticeKind.TAKEDOWN, found_at("https://img.example.org/1", NL, ana, facts))
    assert not [name for name in files_of(notice) if name.startswith("xarf")]
    assert notice.document["addresses"][0]["without_xarf"] == "no file in force gives a class of this format"


def test_our_letter_of_severity_never_becomes_a_class_of_age(ana: User) -> None:
    for number, severity in enumerate("ABC"):
        facts = {**PHOTO_B, "age_band": "16-17", "severity": severity}
        told = tell(gather_one(found_at(f"https://img.example.org/{number}", NL, ana, facts)))
        assert told.grade == severity
        assert classify(told, sender=sender()).value in ("B1", "")


def test_baseline_is_said_only_where_the_file_says_so(ana: User, settings: object) -> None:
    settings.JURISDICTIONS = ["gb-eng", "interpol-baseline"]  # type: ignore[attr-defined]
    told = tell(gather_one(found_at("https://img.example.org/1", NL, ana, PHOTO_B)))
    only = [r for r in told.results if r["jurisdiction"] != "us-ncmec"]
    assert classify(replace(told, results=tuple(only)), sender=sender()).value == "baseline"
    generated = tell(gather_one(found_at("https://img.example.org/2", NL, ana, PSEUDO_B)))
    only = [r for r in generated.results if r["jurisdiction"] != "us-ncmec"]
    assert classify(replace(generated, results=tuple(only)), sender=sender()).value == ""


def test_no_xarf_where_we_have_no_mail_address(ana: User, settings: object) -> None:
    settings.MAIL_FROM = ""  # type: ignore[attr-defined]
    notice = drafted(NoticeKind.TAKEDOWN, found_at("https://img.example.org/1", NL, ana))
    assert "mail address" in notice.document["addresses"][0]["without_xarf"]


def test_a_recipient_without_json_gets_the_letter_and_the_addresses(ana: User) -> None:
    notice = drafted(NoticeKind.TAKEDOWN, found_at("https://img.example.org/1", NL, ana), wants_json=False)
    assert list(files_of(notice)) == ["addresses.txt"]


def test_the_eu_notice_has_every_element_of_article_16(ana: User) -> None:
    case = found_at("https://img.example.org/1", NL, ana)
    document = json.loads(files_of(drafted(NoticeKind.TAKEDOWN, case))["dsa16-notice.json"])
    assert document["format"] == "openhotline/dsa16-notice/1"
    [location] = document["locations"]
    assert location["url"] == case.address.normal
    assert "pseudo-photograph" in location["explanation"]
    assert document["submitter"]["anonymous_basis"]
    assert document["good_faith_statement"] is True
    assert document["preservation_request"]["until"] == "2027-02-01"


def test_outside_the_eu_there_is_no_article_16_notice_and_the_us_keep_for_a_year(ana: User) -> None:
    files = files_of(drafted(NoticeKind.TAKEDOWN, found_at("https://img.example.org/1", "US", ana)))
    assert "dsa16-notice.json" not in files
    assert json.loads(files["preservation-request.json"])["until"] == "2027-11-03"


def test_a_forward_speaks_the_words_that_hotlines_exchange(ana: User) -> None:
    cases = [
        found_at("https://img.example.org/1", NL, ana, PHOTO_B),
        found_at("https://img.example.org/2", NL, ana),
    ]
    document = json.loads(files_of(drafted(NoticeKind.HOTLINE_FORWARD, *cases))["hotline-forward.json"])
    assert document["states"] == [
        "sent", "accepted", "rejected", "content_removed", "content_moved", "not_illegal_here", "le_hold", "closed",
    ]  # fmt: skip
    first, second = document["reports"]
    assert (first["classification"], second["classification"]) == ("baseline", "nationally_illegal")
    assert (first["host_country"], first["ip"], first["asn"]) == (NL, "192.0.2.10", 64500)
    assert first["items"] == [] and first["status"] == "sent"


def test_where_it_is_legal_the_terms_of_service_are_asked_and_no_article_16(
    ana: User, settings: object, tmp_path: Path
) -> None:
    case = found_at("https://img.example.org/1", NL, ana)
    assert gather_one(case).law.illegal is None and gather_one(case).law.words == host_law.NO_FILE
    own = Path(settings.DATA.root) / "host_law.toml"  # type: ignore[attr-defined]
    own.write_text(
        '[files.interpol-baseline]\ncountries = ["NL"]\nillegal = ["baseline"]\nnot_illegal = ["not_baseline"]\n'
        '[dsa]\ncountries = ["NL"]\n'
    )
    try:
        law = gather_one(case).law
        notice = drafted(NoticeKind.TAKEDOWN, case)
    finally:
        own.unlink()
    assert law.illegal is False and "terms of service" in law.words
    assert "is not criminal there" in notice.words and "terms of service" in notice.words
    assert set(files_of(notice)) == {"addresses.txt", "preservation-request.json"}
    assert "Article 16" not in notice.words


def test_in_our_own_country_the_letter_names_the_provision(ana: User) -> None:
    notice = drafted(NoticeKind.TAKEDOWN, found_at("https://img.example.org/1", GB, ana))
    assert "Protection of Children Act 1978, s. 1" in notice.words


def test_a_model_file_is_told_by_its_hashes_only(ana: User) -> None:
    case = found_at("https://models.example.org/file", NL, ana)
    report = Report.objects.create(
        kind=Report.Kind.PARTNER,
        source="somebody else",
        origin_digest="0" * 64,
        received_on=NOON.date(),
        created_at=NOON,
    )
    FileRecord.objects.create(
        kind=FileRecord.Kind.GENERATOR, report=report, address=case.address, file_name="model.bin",
        sha256="ab" * 32, recorded_by="test", recorded_at=NOON,
    )  # fmt: skip
    document = json.loads(files_of(drafted(NoticeKind.DELISTING, case))["delisting.json"])
    [told] = document["addresses"]
    assert told["files"] == [
        {"kind": "generator", "name": "model.bin", "sha256": "ab" * 32, "sha1": "", "md5": "", "size": None}
    ]


SECRETS = (
    "reporter-words-0815",
    "rita-0815@example.org",
    "stated-0815",
    "delivery-0815",
    "source-0815",
    "note-0815",
)


@pytest.mark.parametrize("kind", KINDS)
def test_no_imagery_and_nothing_of_a_report_is_ever_in_a_notice(
    ana: User, mia: User, kind: NoticeKind
) -> None:
    address = GivenAddress("https://img.example.org/1#x", stated={"severity": SECRETS[2]})
    given = Given(
        [address], words=f"{SECRETS[0]} https://img.example.org/1", contact=SECRETS[1], language="pl"
    )
    taken = take_report(
        kind=Report.Kind.FORM, source=SECRETS[4], given=given, received_on=NOON.date(), origin=SECRETS[3],
        actor="public", at=NOON,
    )  # fmt: skip
    [case] = open_or_join(mentions=taken.mentions, at=NOON).opened
    traced(case, GB)
    assessed(case, ana)
    AddressAssessment.objects.update(note=SECRETS[5])
    contact = a_contact(WHO[kind], mia, domains=("example.org",), countries=("GB",))
    notice = make(
        kind=kind, recipient=of_contact(contact, "a test"), told=[gather_one(case)], person=ana, at=NOON
    )
    sent = f"{everything([notice])}\n{compose(notice)}"
    assert case.address.normal in sent
    for never in (*SECRETS, "data:image", "image/", str(taken.report.code), str(ana.code), "Ana"):
        assert never not in sent, never
    assert {file["media_type"] for file in notice.attachments} <= {"text/plain", "application/json"}
