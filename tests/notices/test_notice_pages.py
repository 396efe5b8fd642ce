"""The console's pages about notices and contacts: what is shown is what leaves, and who may do what."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.desk_of import PSEUDO_B, answered
from tests.desk_of import a_case as a_picture_case
from tests.notices.notice_cast import GB, MAIL_FROM, a_contact, a_new_case, assessed, mail_of, traced

from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Trace
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Contact, Notice, Outgoing, ProviderAnswer
from openhotline_server.pipeline.acting import after_assessment
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_site(settings: object) -> None:
    settings.COUNTRY, settings.MAIL_FROM = GB, MAIL_FROM  # type: ignore[attr-defined]


@pytest.fixture
def case(ana: User, mia: User) -> AddressCase:
    """Traced to our own country, found criminal a moment ago, and led on."""
    now = timezone.now()
    a_contact(ContactKind.POLICE, mia, countries=("GB",))
    case = a_new_case("https://img.example.org/page?id=1")
    traced(case, GB, at=now)
    assessed(case, ana, at=now)
    return after_assessment(case=case, person=ana, at=now)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def drafted(client: Client) -> Notice:
    client.post("/console/notices/draft-due/")
    return Notice.objects.latest("pk")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_whole_way_in_the_pages(ana: User, mia: User, case: AddressCase) -> None:
    hers, managers = signed_in(ana), signed_in(mia)
    assert "Referral to the police" in page(hers, "/console/notices/?tab=due")
    referral = drafted(hers)
    assert referral.drafted_by == ana
    own = f"/console/notices/{referral.code}/"
    managers.post(f"{own}approve/")
    assert Outgoing.objects.get().notice == referral
    hers.post(f"{own}police/", {"answer": "authorised", "reference": "P-1"})
    case.refresh_from_db()
    assert case.state == AddressCase.State.TO_TELL
    takedown = drafted(hers)
    assert takedown.kind == NoticeKind.TAKEDOWN
    own = f"/console/notices/{takedown.code}/"
    shown = page(managers, own)
    for words in (
        takedown.title,
        "hxxps://img[.]example[.]org/page?id=1",
        "xarf-001.json",
        "Approve and send",
    ):
        assert words in shown
    assert 'href="https://img' not in shown
    managers.post(f"{own}approve/")
    mail = mail_of(Outgoing.objects.get(notice=takedown))
    assert mail["To"] == "abuse@example.net"
    hers.post(f"{own}answer/", {"kind": "removed", "words": "Gone since noon."})
    assert ProviderAnswer.objects.get().words == "Gone since noon."
    assert "Gone since noon." in page(hers, own)


def test_the_letter_on_the_page_is_the_letter_that_leaves(mia: User, case: AddressCase) -> None:
    notice = drafted(signed_in(mia))
    shown = page(signed_in(mia), f"/console/notices/{notice.code}/")
    assert notice.words in unescape(shown)
    for file in notice.attachments:
        assert str(file["text"]) in unescape(shown)


def test_an_analyst_sees_no_button_to_send_and_is_refused(ana: User, case: AddressCase) -> None:
    hers = signed_in(ana)
    notice = drafted(hers)
    assert "Approve and send" not in page(hers, f"/console/notices/{notice.code}/")
    assert hers.post(f"/console/notices/{notice.code}/approve/").status_code == 403
    assert hers.get("/console/contacts/").status_code == 403


def test_why_it_may_not_leave_stands_on_its_page(ana: User, mia: User, case: AddressCase) -> None:
    notice = drafted(signed_in(ana))
    case.refresh_from_db()
    traced(case, "", agreed=False, at=timezone.now())
    managers = signed_in(mia)
    assert "It may not leave now" in page(managers, f"/console/notices/{notice.code}/")
    answer = managers.post(f"/console/notices/{notice.code}/approve/", follow=True)
    assert "do not agree" in answer.content.decode()
    assert not Outgoing.objects.exists()


def test_an_old_trace_offers_to_trace_again(mia: User, case: AddressCase) -> None:
    notice = drafted(signed_in(mia))
    Trace.objects.update(traced_at=timezone.now() - timedelta(days=1))
    assert "Trace again and approve" in page(signed_in(mia), f"/console/notices/{notice.code}/")


def test_a_draft_is_dropped_and_drafted_anew(ana: User, case: AddressCase) -> None:
    hers = signed_in(ana)
    first = drafted(hers)
    hers.post(f"/console/notices/{first.code}/drop/", {"reason": "a mistake"})
    first.refresh_from_db()
    assert first.dropped_at is not None
    assert drafted(hers).pk != first.pk
    assert first.recipient in page(hers, "/console/notices/?tab=dropped")


def test_what_readers_of_pictures_answered_is_not_for_analysts(ana: User, ben: User, mia: User) -> None:
    pictures = answered(a_picture_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    form = {"kind": "police_referral", "recipient": "the national unit"}
    assert signed_in(ana).post(f"/console/cases/{pictures.code}/notice/", form).status_code == 403
    signed_in(mia).post(f"/console/cases/{pictures.code}/notice/", form)
    notice = Notice.objects.get()
    assert "the national unit" in page(signed_in(mia), "/console/notices/?tab=by_hand")
    assert "the national unit" not in page(signed_in(ana), "/console/notices/?tab=by_hand")
    document = f"/console/notices/{notice.code}/document/"
    assert signed_in(mia).get(document).json()["imagery"] == "none enclosed"
    assert signed_in(ana).get(document).status_code == 403
    assert signed_in(ana).get(f"/console/notices/{notice.code}/").status_code == 403


@pytest.mark.parametrize("tab", ["due", "waiting", "sent", "answers", "by_hand", "dropped", "nonsense"])
def test_every_tab_opens(ana: User, case: AddressCase, tab: str) -> None:
    hers = signed_in(ana)
    page(hers, f"/console/notices/?tab={tab}")
    drafted(hers)
    page(hers, f"/console/notices/?tab={tab}")


def test_another_notice_is_chosen_from_the_contact_book(ana: User, mia: User, case: AddressCase) -> None:
    search = a_contact(ContactKind.SEARCH, mia)
    hers = signed_in(ana)
    place = f"/console/notices/about/{case.code}/"
    assert search.name in page(hers, place)
    hers.post(f"{place}draft/", {"kind": "delisting", "contact": str(search.code)})
    assert Notice.objects.get().kind == NoticeKind.DELISTING
    hers.post(f"{place}draft/", {"kind": "police_referral", "contact": str(search.code)})
    hers.post(f"{place}draft/", {"kind": "delisting", "contact": str(uuid4())})
    assert Notice.objects.count() == 1


def test_the_contact_book_is_kept_in_its_pages(mia: User) -> None:
    managers = signed_in(mia)
    form = {
        "kind": "host",
        "name": "Example Hosting",
        "email": "abuse@example.net",
        "domains": "example.org, example.net",
        "asns": "AS64500 64501",
        "language": "de",
        "rests_on": ["5", "6"],
    }
    for wrong in ({"email": "abuse"}, {"asns": "many"}, {"kind": "friend"}):
        answer = managers.post("/console/contacts/new/", {**form, **wrong})
        assert answer.status_code == 200 and "Example Hosting" in answer.content.decode()
    assert not Contact.objects.exists()
    assert managers.post("/console/contacts/new/", form).status_code == 302
    contact = Contact.objects.get()
    assert (contact.domains, contact.asns) == (["example.net", "example.org"], [64500, 64501])
    assert (contact.rests_on, contact.wants_json, contact.language) == ([5, 6], False, "de")
    shown = page(managers, "/console/contacts/")
    assert "Saturday, Sunday" in shown and "AS64501" in shown
    own = f"/console/contacts/{contact.code}/"
    assert "abuse@example.net" in page(managers, own)
    managers.post(own, {**form, "email": "noc@example.net"})
    contact.refresh_from_db()
    assert contact.email == "noc@example.net"
    managers.post(f"{own}end/")
    contact.refresh_from_db()
    assert contact.ended_at is not None
    assert "Nobody yet" in page(managers, "/console/contacts/")
