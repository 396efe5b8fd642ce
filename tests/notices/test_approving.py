"""A person's word lets a notice leave as it was shown; everything it rests on is looked at once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import NOON
from tests.desk_of import NOT_INDECENT
from tests.notices.notice_cast import (
    GB,
    MAIL_FROM,
    NL,
    US,
    a_contact,
    assessed,
    files_of,
    found_at,
    mail_of,
    traced,
)

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.notices.answers import list_answers, record_answer
from openhotline_server.notices.approving import approve_and_queue, drop
from openhotline_server.notices.contact_rules import Entry
from openhotline_server.notices.contacts import change_contact
from openhotline_server.notices.drafting import draft_planned
from openhotline_server.notices.kinds import ContactKind
from openhotline_server.notices.models import Notice, Outgoing, PoliceAnswer, ProviderAnswer
from openhotline_server.notices.police import record_police_answer
from openhotline_server.notices.queries import list_answers_due
from openhotline_server.notices.standing import list_objections, list_to_trace, rests_until
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State = AddressCase.State


@pytest.fixture(autouse=True)
def a_sender(settings: object) -> None:
    settings.COUNTRY, settings.MAIL_FROM = GB, MAIL_FROM  # type: ignore[attr-defined]


@pytest.fixture
def case(ana: User) -> AddressCase:
    """Released by the police, at home."""
    case = found_at("https://img.example.org/1", GB, ana)
    move(case=case, to=State.TO_TELL, actor="test", at=NOON)
    said = PoliceAnswer.Answer.AUTHORISED
    record_police_answer(case=case, answer=said, reference="P-1", person=ana, at=NOON)
    return case


@pytest.fixture
def notice(case: AddressCase, ana: User) -> Notice:
    [notice] = draft_planned(cases=[case], person=ana, at=NOON).notices
    return notice


def test_what_leaves_is_what_was_shown(notice: Notice, mia: User) -> None:
    mail = mail_of(approve_and_queue(notice=notice, person=mia, at=NOON))
    subject = str(mail["Subject"]).strip()  # folding leaves a space before a long one
    assert (mail["To"], subject) == ("abuse@example.net", notice.title)
    body = mail.get_body()
    assert body is not None and body.get_content().replace("\r\n", "\n") == notice.words
    left = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert {name: data.decode() for name, data in left.items() if isinstance(data, bytes)} == files_of(notice)
    line = ledger.search(event=Event.NOTICE_APPROVED, subject=notice.subject).get()
    assert (line.actor, line.details["own_draft"]) == (str(mia.code), "no")


def test_whoever_drafted_it_may_approve_it_and_the_ledger_says_so(case: AddressCase, mia: User) -> None:
    [notice] = draft_planned(cases=[case], person=mia, at=NOON).notices
    approve_and_queue(notice=notice, person=mia, at=NOON)
    assert (
        ledger.search(event=Event.NOTICE_APPROVED, subject=notice.subject).get().details["own_draft"] == "yes"
    )


def test_twice_is_once(notice: Notice, mia: User) -> None:
    approve_and_queue(notice=notice, person=mia, at=NOON)
    with pytest.raises(Conflict):
        approve_and_queue(notice=notice, person=mia, at=NOON)
    with pytest.raises(Conflict):
        drop(notice=notice, person=mia, at=NOON)
    assert Outgoing.objects.count() == 1


def test_an_analyst_drafts_and_does_not_send(notice: Notice, ana: User, ben: User) -> None:
    with pytest.raises(NotAllowed):
        approve_and_queue(notice=notice, person=ana, at=NOON)
    with pytest.raises(NotAllowed):
        drop(notice=notice, person=ben, at=NOON)
    assert not Outgoing.objects.exists()


def test_without_a_sender_nothing_leaves(notice: Notice, mia: User, settings: object) -> None:
    settings.MAIL_FROM = ""  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match="MAIL_FROM"):
        approve_and_queue(notice=notice, person=mia, at=NOON)


def refused(notice: Notice, person: User, words: str, *, hours: int = 0) -> None:
    with pytest.raises(Conflict, match=words):
        approve_and_queue(notice=notice, person=person, at=NOON + timedelta(hours=hours))
    notice.refresh_from_db()
    assert notice.approved_at is None
    assert not Outgoing.objects.exists()


def test_an_old_trace_keeps_it_here_until_it_is_traced_again(
    notice: Notice, case: AddressCase, mia: User
) -> None:
    refused(notice, mia, "Trace them again", hours=7)
    later = NOON + timedelta(hours=7)
    assert [one.pk for one in list_to_trace(notice, at=later)] == [case.pk]
    traced(case, GB, at=later)
    assert list_to_trace(notice, at=later) == []
    approve_and_queue(notice=notice, person=mia, at=later)


def test_an_address_that_moved_is_not_told_to_the_old_host(
    notice: Notice, case: AddressCase, mia: User
) -> None:
    traced(case, NL)
    refused(notice, mia, "lie elsewhere")


def test_sources_that_do_not_agree_any_more_keep_it_here(
    notice: Notice, case: AddressCase, mia: User
) -> None:
    traced(case, "", agreed=False)
    refused(notice, mia, "do not agree")


def test_another_abuse_contact_at_the_same_country_keeps_it_here(
    notice: Notice, case: AddressCase, mia: User
) -> None:
    traced(case, GB, abuse=[{"email": "other@example.net", "source": "rdap"}])
    refused(notice, mia, "somebody else")


def test_a_hold_of_the_police_keeps_it_here(notice: Notice, case: AddressCase, ana: User, mia: User) -> None:
    record_police_answer(case=case, answer=PoliceAnswer.Answer.HOLD, reference="", person=ana, at=NOON)
    refused(notice, mia, "police")


def test_another_assessment_keeps_it_here(notice: Notice, case: AddressCase, ana: User, mia: User) -> None:
    assessed(case, ana, NOT_INDECENT | {"sex": "girl", "ai": "none"}, at=NOON)
    refused(notice, mia, "assessed differently")


def test_what_is_gone_is_not_told(notice: Notice, case: AddressCase, mia: User) -> None:
    move(case=case, to=State.GONE_BEFORE, actor="test", at=NOON)
    refused(notice, mia, "gone by now")


def test_a_changed_contact_keeps_it_here(case: AddressCase, ana: User, mia: User) -> None:
    host = a_contact(ContactKind.HOST, mia, domains=("example.org",))
    [notice] = draft_planned(cases=[case], person=ana, at=NOON).notices
    entry = Entry("Host", "new@example.net", ("example.org",))
    change_contact(contact=host, entry=entry, person=mia, at=NOON)
    refused(notice, mia, "contact book")


def test_a_day_of_rest_is_told_before_it_is_approved(case: AddressCase, ana: User, mia: User) -> None:
    tuesday = NOON.weekday()
    a_contact(ContactKind.HOST, mia, domains=("example.org",), rests_on=(tuesday, tuesday + 1))
    [notice] = draft_planned(cases=[case], person=ana, at=NOON).notices
    assert rests_until(notice, at=NOON) == "Thursday"
    assert rests_until(notice, at=NOON + timedelta(days=2)) == ""
    assert list_objections(notice, at=NOON) == []  # it waits in the outbox for that day


def test_what_moved_into_our_country_goes_to_the_police_first(ana: User, mia: User) -> None:
    a_contact(ContactKind.AGENCY, mia)
    case = found_at("https://img.example.org/2", US, ana)
    move(case=case, to=State.TO_TELL, actor="test", at=NOON)
    [notice] = draft_planned(cases=[case], person=ana, at=NOON).notices
    traced(case, GB)
    refused(notice, mia, "police have not said")


def test_a_dropped_draft_cannot_be_approved(notice: Notice, ana: User, mia: User) -> None:
    drop(notice=notice, reason="a mistake", person=ana, at=NOON)
    with pytest.raises(Conflict, match="dropped"):
        approve_and_queue(notice=notice, person=mia, at=NOON)
    assert ledger.search(event=Event.NOTICE_DROPPED).get().details["reason"] == "a mistake"


def test_an_answer_is_kept_and_takes_the_notice_off_the_overdue_ones(
    notice: Notice, ana: User, mia: User
) -> None:
    kind = ProviderAnswer.Kind.REMOVED
    with pytest.raises(Conflict):
        record_answer(notice=notice, kind=kind, words="", person=ana, at=NOON)
    approve_and_queue(notice=notice, person=mia, at=NOON)
    Notice.objects.update(delivered_at=NOON)
    later = NOON + timedelta(hours=49)
    assert not list_answers_due(at=NOON + timedelta(hours=47)).exists()
    assert list_answers_due(at=later).get() == notice
    record_answer(
        notice=notice, kind=ProviderAnswer.Kind.BOUNCE, words="", person=None, at=later, automatic=True
    )
    assert list_answers_due(at=later).exists()  # a bounce is no answer
    with pytest.raises(BadInput):
        record_answer(notice=notice, kind=kind, words="x" * 1001, person=ana, at=later)
    record_answer(notice=notice, kind=kind, words="It is gone.", person=ana, at=later)
    assert not list_answers_due(at=later).exists()
    assert [one.kind for one in list_answers(notice)] == ["removed", "bounce"]
    assert "It is gone." not in str(ledger.search(event=Event.PROVIDER_ANSWERED).values_list("details"))


def test_a_member_is_alerted_when_the_hotline_is_told_and_not_before(ana: User, mia: User) -> None:
    a_contact(ContactKind.HOTLINE, mia, countries=("NL",))
    a_contact(ContactKind.MEMBER, mia, asns=(64500,))
    case = found_at("https://img.example.org/2", NL, ana)
    move(case=case, to=State.TO_TELL, actor="test", at=NOON)
    forward, alert = draft_planned(cases=[case], person=ana, at=NOON).notices
    refused(alert, mia, "Approve that notice first")
    approve_and_queue(notice=forward, person=mia, at=NOON)
    approve_and_queue(notice=alert, person=mia, at=NOON)
