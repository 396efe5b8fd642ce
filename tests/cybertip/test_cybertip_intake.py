"""A provider's reporter pointed at the site: the life of a report, every refusal, and what becomes of it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cybertip.provider import PLACE, Provider, a_report, code_of, said
from tests.gate.gate_cast import drawn, encoded

from openhotline.exchange import cybertip
from openhotline_server.accounts.models import User
from openhotline_server.evidence.models import FailedSighting, Item, Sighting
from openhotline_server.evidence.queries import original
from openhotline_server.evidence.store import vault
from openhotline_server.findings.models import Examination
from openhotline_server.intake.forgetting import forget_particulars
from openhotline_server.intake.models import Draft, DraftFile, Mention, Particulars, Report
from openhotline_server.intake.without_address import list_without_address
from openhotline_server.ledger import queries as ledger
from openhotline_server.pipeline import cybertip_files, cybertip_intake, steps
from openhotline_server.triage.models import AddressCase

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(paul: User) -> Provider:
    return Provider(paul)


def some_bytes() -> bytes:
    """Bytes that were never here: the vault outlives a test."""
    return uuid.uuid4().bytes


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_who_is_not_known_gets_401_with_an_empty_body(provider: Provider) -> None:
    for wrong in ({}, {"Authorization": "Basic cGF1bDp3cm9uZw=="}, {"Authorization": "Basic !"}):
        for name in ("status", "xsd"):
            answer = provider.client.get(f"/api/1/ispws/{name}", headers=wrong)
            assert (answer.status_code, answer.content) == (401, b"") and answer["Request-ID"]
        answer = provider.client.post("/api/1/ispws/submit", b"x", content_type="text/xml", headers=wrong)
        assert (answer.status_code, answer.content) == (401, b"")


def test_the_key_opens_nothing_under_another_name(provider: Provider, mia: User) -> None:
    other = Provider(mia, key="ohl_other")
    other.partner = provider.partner
    assert other.get("status").status_code == 401


def test_who_may_not_report_is_told_so_by_the_call(mia: User) -> None:
    outsider = Provider(mia, key="ohl_mia")
    assert code_of(outsider.get("status")) == 3000
    assert code_of(outsider.post("submit", b"x")) == 3100
    assert code_of(outsider.finish(1)) == 3300


def test_the_status_has_no_reports_number(provider: Provider) -> None:
    answer = said(provider.get("status"))
    assert (answer.response_code, answer.report_id) == (0, None)


def test_the_description_that_is_served_takes_what_we_write(provider: Provider) -> None:
    from lxml import etree

    served = etree.XMLSchema(etree.fromstring(provider.get("xsd").content))
    served.assertValid(etree.fromstring(cybertip.write(a_report())))


def test_a_report_becomes_a_report_with_its_addresses(provider: Provider) -> None:
    number = provider.submit(a_report(PLACE, "https://other.example.org/x", escalate_to_high_priority="Now."))
    done = cybertip.read_done(provider.finish(number).content)
    assert (done.response_code, done.report_id, done.files.file_id) == (0, number, ())
    report = Report.objects.get(kind=Report.Kind.CYBERTIP)
    assert {m.address.normal for m in Mention.objects.filter(report=report)} == {
        PLACE,
        "https://other.example.org/x",
    }
    assert AddressCase.objects.count() == 2
    words = Particulars.objects.get(report=report)
    assert words.at_risk_now and "Now." in words.words


def test_what_a_provider_says_of_the_material_stays_its_own_word(provider: Provider) -> None:
    number = provider.submit()
    name = said(provider.upload(number, some_bytes())).file_id
    assert name
    told: dict[str, Any] = {
        "location_of_file": PLACE,
        "file_relevance": cybertip.FileRelevance.REPORTED,
        "industry_classification": cybertip.IndustryClassification.A1,
        "file_annotations": cybertip.FileAnnotations(generative_ai=True, infant=True),
    }
    assert code_of(provider.describe(number, name, **told)) == 0
    provider.finish(number)
    stated = Mention.objects.get().stated
    assert stated["severity"] == "A1" and stated["scheme"] == "cybertip-industry"
    assert stated["file_annotations"] == ["generative_ai", "infant"] and stated["ai"] == "generative_ai"


def test_without_an_address_it_waits_for_a_person_unless_files_came_with_it(provider: Provider) -> None:
    nowhere = replace(a_report(), internet_details=())
    words_alone, with_file = provider.submit(nowhere), provider.submit(nowhere)
    provider.upload(with_file, some_bytes())
    for number in (words_alone, with_file):
        provider.finish(number)
    assert not Mention.objects.exists()
    assert list(list_without_address()) == [Draft.objects.get(pk=words_alone).report]


def test_a_file_is_sealed_on_arrival_and_becomes_an_item_as_in_an_import(
    provider: Provider, django_capture_on_commit_callbacks: Any
) -> None:
    picture = encoded(drawn(int(uuid.uuid4()) % 10**6))
    number = provider.submit()
    answer = said(provider.upload(number, picture, name="../../x.png"))
    assert answer.hash == hashlib.md5(picture).hexdigest()
    assert vault().read(sha256(picture)) == picture and not Item.objects.exists()
    done = cybertip.read_done(provider.finish(number).content)
    assert done.files.file_id == (answer.file_id,)
    draft = Draft.objects.get(pk=number)
    assert draft.report
    cybertip_files.capture(draft, draft.report, clock=timezone.now)
    cybertip_files.capture(draft, draft.report, clock=timezone.now)  # twice is once
    item = Item.objects.get()
    assert (item.sha256, item.md5, original(item)) == (sha256(picture), answer.hash, picture)
    assert Sighting.objects.get().path == f"{answer.file_id}/x.png"
    assert Examination.objects.get(item=item).has_preview
    steps.run_here(draft.report, clock=timezone.now)
    assert [line.event for line in ledger.search(subject=item.subject)][-1] == "item.captured"


def test_the_worker_takes_the_files_in_after_the_finish(
    provider: Provider, django_capture_on_commit_callbacks: Any
) -> None:
    number = provider.submit()
    provider.upload(number, some_bytes())
    with django_capture_on_commit_callbacks() as callbacks:
        provider.finish(number)
    assert callbacks
    cybertip_files.take_in_files.func(number)
    assert Item.objects.count() == 1


def test_files_whose_task_was_lost_are_queued_again(provider: Provider) -> None:
    number = provider.submit()
    provider.upload(number, some_bytes())
    provider.finish(number)
    now = timezone.now()
    assert cybertip_files.take_in_what_waits(at=now) == 0  # the worker may be at it
    assert cybertip_files.take_in_what_waits(at=now + HOUR) == 1
    cybertip_files.take_in_files.func(number)
    assert cybertip_files.take_in_what_waits(at=now + HOUR) == 0


def test_a_file_that_is_an_item_already_is_only_sighted(provider: Provider) -> None:
    data = some_bytes()
    for _ in range(2):
        number = provider.submit()
        provider.upload(number, data)
        provider.finish(number)
        draft = Draft.objects.get(pk=number)
        assert draft.report
        cybertip_files.capture(draft, draft.report, clock=timezone.now)
    assert (Item.objects.count(), Sighting.objects.count(), FailedSighting.objects.count()) == (1, 2, 0)


def test_what_was_destroyed_by_order_stays_destroyed(provider: Provider) -> None:
    data = some_bytes()
    number = provider.submit()
    provider.upload(number, data)
    provider.finish(number)
    draft = Draft.objects.get(pk=number)
    assert draft.report
    cybertip_files.capture(draft, draft.report, clock=timezone.now)
    from openhotline_server.evidence.operations import destroy

    destroy(item=Item.objects.get(), reason="ordered", actor="system", at=timezone.now())
    again = provider.submit()
    assert code_of(provider.upload(again, data)) == 0
    assert not vault().contains(sha256(data))
    provider.finish(again)
    draft = Draft.objects.get(pk=again)
    assert draft.report
    cybertip_files.capture(draft, draft.report, clock=timezone.now)
    assert Sighting.objects.count() == 2 and not vault().contains(sha256(data))


def test_a_retracted_draft_leaves_nothing_and_may_be_sent_anew(provider: Provider) -> None:
    data = some_bytes()
    number = provider.submit()
    provider.upload(number, data)
    assert code_of(provider.retract(number)) == 0
    assert not vault().contains(sha256(data))
    assert Draft.objects.get(pk=number).document == "" and not DraftFile.objects.exists()
    assert code_of(provider.retract(number)) == 5101 and code_of(provider.finish(number)) == 5101
    again = provider.submit()
    assert code_of(provider.upload(again, data)) == 0
    assert vault().contains(sha256(data)) and not Report.objects.exists()


def test_bytes_that_another_draft_holds_stay(provider: Provider) -> None:
    data = some_bytes()
    first, second = provider.submit(), provider.submit()
    provider.upload(first, data)
    provider.upload(second, data)
    provider.retract(first)
    assert vault().contains(sha256(data))
    provider.retract(second)
    assert not vault().contains(sha256(data))


def _age(number: int, *, opened: timedelta, changed: timedelta) -> None:
    now = timezone.now()
    Draft.objects.filter(pk=number).update(opened_at=now - opened, changed_at=now - changed)


def test_a_draft_ends_when_its_time_is_over_and_its_bytes_with_it(provider: Provider) -> None:
    data = some_bytes()
    number = provider.submit()
    provider.upload(number, data)
    _age(number, opened=DAY + HOUR, changed=HOUR * 2)
    assert code_of(provider.finish(number)) == 5001
    assert cybertip_intake.end_expired(at=timezone.now()) == 1
    assert not Draft.objects.exists() and not vault().contains(sha256(data))
    ended = ledger.search(subject=f"draft:{number}")[0]
    assert (ended.event, ended.details["why"]) == ("draft.ended", "expired")
    assert provider.submit() > number  # a number is never given twice


@pytest.mark.parametrize(
    ("opened", "changed"),
    [(DAY - HOUR, HOUR * 5), (DAY * 3, timedelta(minutes=59))],
    ids=["young", "changed"],
)
def test_the_later_of_two_times_counts(provider: Provider, opened: timedelta, changed: timedelta) -> None:
    number = provider.submit()
    _age(number, opened=opened, changed=changed)
    assert cybertip_intake.end_expired(at=timezone.now()) == 0
    assert provider.finish(number).content.startswith(b"<?xml")
    assert Report.objects.exists()


def test_a_finished_report_is_not_changed(provider: Provider) -> None:
    number = provider.submit()
    provider.finish(number)
    for answer in (
        provider.finish(number),
        provider.retract(number),
        provider.upload(number, some_bytes()),
        provider.describe(number, "f" * 32),
    ):
        assert code_of(answer) == 5102
    assert cybertip_intake.end_expired(at=timezone.now() + DAY * 9) == 0
    assert Report.objects.count() == 1


def test_nobody_sees_anothers_draft(provider: Provider, add_person: Any) -> None:
    other = Provider(add_person("pia", "partner"), key="ohl_pia")
    number = provider.submit()
    assert code_of(other.finish(number)) == 5001 and code_of(other.upload(number, some_bytes())) == 5001


REFUSED = [
    ("submit", b"", 4110),
    ("submit", b"<report>", 4110),
    ("submit", b'<!DOCTYPE r [<!ENTITY a "b">]><report>&a;</report>', 4110),
    ("submit", b"<report/>", 4100),
    ("submit", b"<fileDetails/>", 4100),
    ("submit", b" " * (cybertip.LARGEST_DOCUMENT + 1), 4000),
    ("fileinfo", b"<report/>", 4100),
    ("finish", b"id=x", 4000),
    ("finish", b"", 4000),
    ("finish", b"id=99999999999999999999999", 4000),
    ("finish", b"id=123456", 5001),
    ("retract", b"id=123456", 5001),
    ("upload", b"no form", 4000),
]


@pytest.mark.parametrize(("name", "body", "code"), REFUSED)
def test_each_mistake_has_its_code(provider: Provider, name: str, body: bytes, code: int) -> None:
    kinds = {"upload": "multipart/form-data; boundary=b", "submit": "text/xml", "fileinfo": "text/xml"}
    answer = provider.post(name, body, kinds.get(name, "application/x-www-form-urlencoded"))
    assert code_of(answer) == code and not Draft.objects.exists()


def test_files_are_named_counted_and_bounded(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    number = provider.submit()
    assert code_of(provider.describe(number, "f" * 32)) == 5002
    assert code_of(provider.describe(number, "no-name")) == 5002
    assert code_of(provider.upload(number, b"")) == 4000
    assert code_of(provider.upload(number, some_bytes(), files=2)) == 4000
    monkeypatch.setattr(cybertip_intake, "LARGEST_FILE", 10)
    assert code_of(provider.upload(number, some_bytes())) == 4000
    monkeypatch.setattr(cybertip_intake, "MOST_FILES", 1)
    assert code_of(provider.upload(number, b"small")) == 0
    assert code_of(provider.upload(number, b"other")) == 4000
    assert DraftFile.objects.count() == 1


def test_a_refusal_repeats_nothing_of_what_was_sent(provider: Provider) -> None:
    secret = cybertip.write(a_report()).replace(b"Child Pornography", b"SECRET")
    answer = provider.post("submit", secret)
    assert code_of(answer) == 4100 and b"SECRET" not in answer.content


def test_a_flood_of_reports_is_asked_to_wait(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    from openhotline_server.api import report_limits

    monkeypatch.setattr(report_limits, "REPORTS_A_MINUTE", 2)
    provider.submit()
    provider.submit()
    answer = provider.post("submit", cybertip.write(a_report()))
    assert (answer.status_code, code_of(answer)) == (429, 1000) and int(answer["Retry-After"]) <= 60


def test_an_upload_in_another_encoding_of_xml_is_read(provider: Provider) -> None:
    document = cybertip.write(a_report(platform="Größe")).decode().replace("utf-8", "iso-8859-1")
    number = said(provider.post("submit", document.encode("iso-8859-1"))).report_id
    assert number and "Größe" in Draft.objects.get(pk=number).document
    assert provider.finish(number).status_code == 200
    assert "Größe" in Particulars.objects.get().words


def test_a_providers_document_is_forgotten_with_the_words_of_its_report(provider: Provider) -> None:
    number = provider.submit()
    name = said(provider.upload(number, some_bytes())).file_id
    assert name
    provider.describe(number, name, location_of_file=PLACE)
    provider.finish(number)
    assert Draft.objects.get().document
    assert DraftFile.objects.get().document
    forget_particulars(reports=[Report.objects.get().pk], at=timezone.now())
    assert Draft.objects.get().document == DraftFile.objects.get().document == ""
