"""From an assessment to a letter in the outbox: the police first at home, others abroad, nobody for what is legal."""

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
    a_new_case,
    an_address,
    assessed,
    found_at,
    traced,
)
from tests.pipeline.acting_cast import MadeUp

from openhotline.errors import Conflict, NotAllowed
from openhotline.trace.asking import ONLINE
from openhotline_server.accounts.models import User
from openhotline_server.findings.traces import newest_trace, override
from openhotline_server.intake.models import Address
from openhotline_server.notices.choosing import draft_chosen
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress, Outgoing, PoliceAnswer
from openhotline_server.pipeline.acting import (
    after_assessment,
    approve_and_queue,
    draft_due,
    note_gone_before,
    police_answered,
    police_answered_all,
    trace_again,
)
from openhotline_server.pipeline.routing import after_trace
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State, Answer = AddressCase.State, PoliceAnswer.Answer
OFF_REMIT = {"child": "no", "discount_reason": "off_remit"}


@pytest.fixture(autouse=True)
def a_site(settings: object) -> None:
    settings.COUNTRY, settings.MAIL_FROM = GB, MAIL_FROM  # type: ignore[attr-defined]


@pytest.fixture
def book(mia: User) -> None:
    a_contact(ContactKind.POLICE, mia, countries=("GB",))
    a_contact(ContactKind.HOTLINE, mia, countries=("NL",))
    a_contact(ContactKind.AGENCY, mia)
    a_contact(ContactKind.MEMBER, mia, asns=(64500,))


def led(case: AddressCase, person: User) -> str:
    return after_assessment(case=case, person=person, at=NOON).state


def kinds() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def test_what_is_not_criminal_ends_without_a_notice(ana: User, book: None) -> None:
    legal = found_at("https://img.example.org/1", GB, ana, NOT_INDECENT | {"sex": "girl", "ai": "none"})
    other = found_at("https://img.example.org/2", GB, ana, OFF_REMIT)
    assert (led(legal, ana), led(other, ana)) == (State.NOT_ILLEGAL, State.OFF_REMIT)
    assert not draft_due(at=NOON, person=ana).notices


def test_nothing_follows_before_somebody_has_looked(ana: User) -> None:
    case = a_new_case()
    with pytest.raises(Conflict):
        led(case, ana)


def test_at_home_the_police_are_first_and_their_word_leads_on(ana: User, mia: User, book: None) -> None:
    case = found_at("https://img.example.org/1", GB, ana)
    assert led(case, ana) == State.REFERRED
    draft_due(at=NOON, person=ana)
    assert kinds() == [NoticeKind.POLICE_REFERRAL]
    on_hold = police_answered(case=case, answer=Answer.HOLD, reference="P-1", person=ana, at=NOON)
    assert on_hold.state == State.ON_HOLD
    assert not draft_due(at=NOON, person=ana).notices
    told = police_answered(case=case, answer=Answer.AUTHORISED, reference="P-1", person=ana, at=NOON)
    assert told.state == State.TO_TELL
    draft_due(at=NOON, person=ana)
    assert kinds() == [NoticeKind.POLICE_REFERRAL, NoticeKind.TAKEDOWN]


def test_a_hold_of_the_police_holds_abroad_too(ana: User, book: None) -> None:
    case = found_at("https://img.example.org/1", NL, ana)
    led(case, ana)
    held = police_answered(case=case, answer=Answer.HOLD, reference="", person=ana, at=NOON)
    assert held.state == State.ON_HOLD
    assert not draft_due(at=NOON, person=ana).notices


def test_one_answer_of_the_police_is_for_a_whole_referral(ana: User, mia: User, book: None) -> None:
    cases = [found_at(f"https://img.example.org/{n}", GB, ana) for n in range(3)]
    assert {led(case, ana) for case in cases} == {State.REFERRED}
    [notice] = draft_due(at=NOON, person=ana).notices
    done = police_answered_all(notice=notice, answer=Answer.AUTHORISED, reference="", person=ana, at=NOON)
    assert done == 3
    assert set(AddressCase.objects.values_list("state", flat=True)) == {State.TO_TELL}


def test_abroad_it_is_told_without_the_police(ana: User, book: None) -> None:
    partner = found_at("https://img.example.org/1", NL, ana)
    nobody = found_at("https://img.example.org/2", US, ana)
    assert {led(partner, ana), led(nobody, ana)} == {State.TO_TELL}
    draft_due(at=NOON, person=ana)
    assert sorted(kinds()) == sorted(
        [NoticeKind.HOTLINE_FORWARD, NoticeKind.ALERT, NoticeKind.NATIONAL_AGENCY, NoticeKind.ALERT]
    )


def test_an_onion_service_has_no_host_to_tell(ana: User, book: None) -> None:
    address = an_address()
    Address.objects.filter(pk=address.pk).update(network="onion", host="x.onion", domain="")
    case = AddressCase.objects.create(
        address=Address.objects.get(), rules_edition="test", opened_at=NOON, turn_at=NOON, due_at=NOON
    )
    assert led(assessed(case, ana), ana) == State.UNTRACEABLE
    assert not draft_due(at=NOON, person=ana).notices


def test_a_trace_that_is_settled_later_leads_on(ana: User, mia: User, book: None) -> None:
    case = a_new_case()
    traced(case, "", agreed=False)
    assert led(assessed(case, ana), ana) == State.UNTRACEABLE
    override(address=case.address, country="NL", reason="the provider said so", person=mia, at=NOON)
    moved = after_trace(address=case.address, at=NOON)
    assert moved is not None and moved.state == State.TO_TELL
    assert after_trace(address=an_address("https://other.example.org/"), at=NOON) is None


def test_drafting_leads_on_what_nobody_led_on(ana: User, mia: User, book: None) -> None:
    """An address whose trace came later, and one that moved into our own country: the police are first there."""
    late = a_new_case("https://img.example.org/1")
    led(assessed(late, ana), ana)
    traced(late, NL)
    moved = found_at("https://img.example.org/2", NL, ana)
    led(moved, ana)
    traced(moved, GB)
    draft_due(at=NOON)
    late.refresh_from_db()
    moved.refresh_from_db()
    assert (late.state, moved.state) == (State.TO_TELL, State.REFERRED)
    told = NoticeAddress.objects.filter(case=moved).values_list("notice__kind", flat=True)
    assert list(told) == [NoticeKind.POLICE_REFERRAL]


def test_approving_traces_once_more_and_tells_whoever_is_right_then(ana: User, mia: User, book: None) -> None:
    case = found_at("https://img.example.org/1", NL, ana)
    led(case, ana)
    notice = draft_due(at=NOON, person=ana).notices[0]
    later = NOON + timedelta(hours=7)
    asking = MadeUp(country="NL")
    approve_and_queue(notice=notice, person=mia, at=later, asking=asking)
    assert asking.asked == [case.address.normal]
    trace = newest_trace(case.address)
    assert trace is not None and trace.traced_at == later
    assert Outgoing.objects.get().notice == notice


def test_approving_a_notice_whose_address_moved_is_refused_and_the_case_is_led_on(
    ana: User, mia: User, book: None
) -> None:
    case = found_at("https://img.example.org/1", NL, ana)
    led(case, ana)
    notice = draft_due(at=NOON, person=ana).notices[0]
    with pytest.raises(Conflict):
        approve_and_queue(
            notice=notice, person=mia, at=NOON + timedelta(hours=7), asking=MadeUp(country="GB")
        )
    case.refresh_from_db()
    assert case.state == State.REFERRED
    assert not Outgoing.objects.exists()


def test_where_asking_is_switched_off_an_old_trace_keeps_the_notice_here(
    ana: User, mia: User, book: None, settings: object
) -> None:
    settings.ASK_NETWORK, settings.RECORDED_ANSWERS = False, ""  # type: ignore[attr-defined]
    case = found_at("https://img.example.org/1", NL, ana)
    led(case, ana)
    notice = draft_due(at=NOON, person=ana).notices[0]
    with pytest.raises(Conflict, match="Trace them again"):
        approve_and_queue(notice=notice, person=mia, at=NOON + timedelta(hours=7))
    assert trace_again(cases=[case], person=ana, at=NOON) == 0


def test_an_analyst_who_may_not_send_asks_nobody(ana: User, book: None) -> None:
    led(found_at("https://img.example.org/1", NL, ana), ana)
    notice = draft_due(at=NOON, person=ana).notices[0]
    asking = MadeUp()
    with pytest.raises(NotAllowed):
        approve_and_queue(notice=notice, person=ana, at=NOON + timedelta(hours=7), asking=asking)
    assert asking.asked == []


def test_what_was_gone_before_anybody_was_told_is_closed_by_a_look(ana: User, mia: User, book: None) -> None:
    case = found_at("https://img.example.org/1", GB, ana)
    led(case, ana)
    case.refresh_from_db()
    with pytest.raises(Conflict, match="still there"):
        note_gone_before(case=case, person=ana, at=NOON, asking=MadeUp(outcome=ONLINE))
    gone = note_gone_before(case=case, person=ana, at=NOON, asking=MadeUp())
    assert gone.state == State.GONE_BEFORE
    with pytest.raises(Conflict):
        note_gone_before(case=gone, person=ana, at=NOON, asking=MadeUp())


def test_a_generators_address_may_be_taken_out_of_search_results(ana: User, mia: User, book: None) -> None:
    case = found_at("https://models.example.org/file", US, ana)
    led(case, ana)
    search = a_contact(ContactKind.SEARCH, mia)
    notice = draft_chosen(kind=NoticeKind.DELISTING, case=case, contact=search, person=ana, at=NOON)
    approve_and_queue(
        notice=notice, person=mia, at=NOON + timedelta(days=30)
    )  # where it lies does not matter
    assert Outgoing.objects.get().notice == notice


def test_drafting_what_is_due_needs_the_permission(ben: User) -> None:
    with pytest.raises(NotAllowed):
        draft_due(at=NOON, person=ben)
