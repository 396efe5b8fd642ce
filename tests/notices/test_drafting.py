"""What is due is drafted once, grouped by mailbox; the police come first; whoever may not is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.conftest import NOON
from tests.desk_of import NOT_INDECENT
from tests.notices.notice_cast import GB, NL, US, a_contact, a_new_case, assessed, found_at, traced

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.notices import planning
from openhotline_server.notices.choosing import draft_chosen, list_offers
from openhotline_server.notices.drafting import draft_planned
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress, PoliceAnswer, Removal
from openhotline_server.notices.police import record_police_answer
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State = AddressCase.State


@pytest.fixture(autouse=True)
def our_country(settings: object) -> None:
    settings.COUNTRY = GB  # type: ignore[attr-defined]


def to_tell(text: str, country: str, person: User) -> AddressCase:
    case = found_at(text, country, person)
    move(case=case, to=State.TO_TELL, actor="test", at=NOON)
    return case


def released(text: str, person: User) -> AddressCase:
    """Hosted at home, and the police have said that the notice may go."""
    case = to_tell(text, GB, person)
    said = PoliceAnswer.Answer.AUTHORISED
    record_police_answer(case=case, answer=said, reference="P-1", person=person, at=NOON)
    return case


def told_by(notice: Notice) -> list[int]:
    return list(NoticeAddress.objects.filter(notice=notice).order_by("pk").values_list("case", flat=True))


def test_many_addresses_of_one_abuse_contact_are_one_notice(ana: User) -> None:
    cases = [released(f"https://img.example.org/{n}", ana) for n in range(3)]
    [notice] = draft_planned(cases=cases, person=ana, at=NOON).notices
    assert (notice.kind, notice.email) == (NoticeKind.TAKEDOWN, "abuse@example.net")
    assert told_by(notice) == [case.pk for case in cases]
    assert "Addresses in this notice: 3." in notice.words
    assert ledger.search(event=Event.NOTICE_DRAFTED, subject=notice.subject).count() == 1


def test_two_mailboxes_are_two_notices_and_the_capital_letters_of_one_are_not(ana: User) -> None:
    first, second, third = (a_new_case(f"https://img.example.org/{n}") for n in range(3))
    for case, mail in (
        (first, "abuse@example.net"),
        (second, "Abuse@example.net"),
        (third, "noc@example.org"),
    ):
        traced(case, GB, abuse=[{"email": mail, "source": "rdap"}])
        assessed(case, ana)
        move(case=case, to=State.TO_TELL, actor="test", at=NOON)
        record_police_answer(
            case=case, answer=PoliceAnswer.Answer.AUTHORISED, reference="", person=ana, at=NOON
        )
    made = draft_planned(cases=[first, second, third], person=ana, at=NOON)
    assert [told_by(notice) for notice in made.notices] == [[first.pk, second.pk], [third.pk]]


def test_more_addresses_than_fit_become_several_notices(ana: User, settings: object) -> None:
    own = Path(settings.DATA.root) / "deadlines.toml"  # type: ignore[attr-defined]
    own.write_text(
        "fresh_trace_hours = 6\naddresses_in_a_notice = 2\npolice_answer_hours = 1\nanswer_hours = 1\n"
    )
    try:
        made = draft_planned(
            cases=[released(f"https://img.example.org/{n}", ana) for n in range(5)], person=ana, at=NOON
        )
    finally:
        own.unlink()
    assert [len(told_by(notice)) for notice in made.notices] == [2, 2, 1]


def test_drafting_twice_is_drafting_once_until_the_draft_is_dropped(ana: User) -> None:
    case = released("https://img.example.org/1", ana)
    [notice] = draft_planned(cases=[case], person=ana, at=NOON).notices
    assert not draft_planned(cases=[case], person=ana, at=NOON).notices
    Notice.objects.filter(pk=notice.pk).update(dropped_at=NOON)
    assert len(draft_planned(cases=[case], person=ana, at=NOON).notices) == 1


def test_a_host_is_told_again_of_what_came_back(ana: User) -> None:
    case = released("https://img.example.org/1", ana)
    [notice] = draft_planned(cases=[case], person=ana, at=NOON).notices
    Notice.objects.filter(pk=notice.pk).update(delivered_at=NOON)
    assert not draft_planned(cases=[case], person=ana, at=NOON).notices
    ended = NOON + timedelta(hours=5)
    Removal.objects.create(case=case, began_at=NOON, ended_at=ended, ending=Removal.Ending.REMOVED)
    assert len(draft_planned(cases=[case], person=ana, at=ended + timedelta(days=1)).notices) == 1


def test_the_police_are_told_first_in_our_own_country(ana: User, mia: User) -> None:
    case = found_at("https://img.example.org/1", GB, ana)
    move(case=case, to=State.REFERRED, actor="test", at=NOON)
    assert [left.why for left in draft_planned(cases=[case], person=ana, at=NOON).left] == [
        planning.NO_POLICE
    ]
    a_contact(ContactKind.POLICE, mia, countries=("GB",))
    [notice] = draft_planned(cases=[case], person=ana, at=NOON).notices
    assert notice.kind == NoticeKind.POLICE_REFERRAL
    assert "Nobody else has been told" in notice.words


def test_no_host_at_home_is_told_without_the_police(ana: User) -> None:
    case = to_tell("https://img.example.org/1", GB, ana)
    made = draft_planned(cases=[case], person=ana, at=NOON)
    assert (made.notices, [left.why for left in made.left]) == ((), [planning.NOT_AUTHORISED])
    for answer in (PoliceAnswer.Answer.AUTHORISED, PoliceAnswer.Answer.HOLD):
        record_police_answer(case=case, answer=answer, reference="", person=ana, at=NOON)
    assert not draft_planned(cases=[case], person=ana, at=NOON).notices  # the last word counts


def test_abroad_a_partner_hotline_is_told_and_a_member_is_alerted(ana: User, mia: User) -> None:
    case = to_tell("https://img.example.org/1", NL, ana)
    assert [left.why for left in draft_planned(cases=[case], person=ana, at=NOON).left] == [
        planning.NO_AGENCY
    ]
    a_contact(ContactKind.AGENCY, mia)
    a_contact(ContactKind.HOTLINE, mia, countries=("NL",))
    a_contact(ContactKind.MEMBER, mia, domains=("example.org",))
    made = draft_planned(cases=[case], person=ana, at=NOON).notices
    assert [notice.kind for notice in made] == [NoticeKind.HOTLINE_FORWARD, NoticeKind.ALERT]


def test_abroad_without_a_hotline_the_national_agency_is_told(ana: User, mia: User) -> None:
    a_contact(ContactKind.AGENCY, mia)
    a_contact(ContactKind.HOTLINE, mia, countries=("NL",))
    [notice] = draft_planned(
        cases=[to_tell("https://img.example.org/1", US, ana)], person=ana, at=NOON
    ).notices
    assert notice.kind == NoticeKind.NATIONAL_AGENCY


def test_a_notice_needs_agreement_or_a_supervisors_word(ana: User, mia: User) -> None:
    a_contact(ContactKind.AGENCY, mia)
    case = a_new_case()
    traced(case, "", agreed=False)
    assessed(case, ana)
    move(case=case, to=State.TO_TELL, actor="test", at=NOON)
    assert [left.why for left in draft_planned(cases=[case], person=ana, at=NOON).left] == [
        planning.NOT_SETTLED
    ]
    traced(case, US, agreed=False, overridden_by=mia, override_reason="the provider said so")
    assert len(draft_planned(cases=[case], person=ana, at=NOON).notices) == 1


def test_nothing_is_drafted_about_what_is_not_criminal(ana: User, mia: User) -> None:
    a_contact(ContactKind.AGENCY, mia)
    case = found_at("https://img.example.org/1", US, ana, NOT_INDECENT | {"sex": "girl", "ai": "none"})
    move(case=case, to=State.TO_TELL, actor="test", at=NOON)
    made = draft_planned(cases=[case], person=ana, at=NOON)
    assert (made.notices, made.left) == ((), ())
    with pytest.raises(Conflict):
        draft_chosen(kind=NoticeKind.DOMAIN_ALERT, case=case, contact=None, person=ana, at=NOON)


def test_drafting_needs_the_permission(ana: User, ben: User) -> None:
    case = released("https://img.example.org/1", ana)
    with pytest.raises(NotAllowed):
        draft_planned(cases=[case], person=ben, at=NOON)
    with pytest.raises(NotAllowed):
        record_police_answer(case=case, answer=PoliceAnswer.Answer.HOLD, reference="", person=ben, at=NOON)


def test_a_search_service_is_chosen_and_told_once(ana: User, mia: User) -> None:
    case = found_at("https://x.example.org/", US, ana)
    search = a_contact(ContactKind.SEARCH, mia)
    with pytest.raises(BadInput):
        draft_chosen(kind=NoticeKind.PAYMENT_ALERT, case=case, contact=search, person=ana, at=NOON)
    notice = draft_chosen(kind=NoticeKind.DELISTING, case=case, contact=search, person=ana, at=NOON)
    assert notice.kind == NoticeKind.DELISTING
    with pytest.raises(Conflict):
        draft_chosen(kind=NoticeKind.DELISTING, case=case, contact=search, person=ana, at=NOON)


def test_what_the_way_asks_for_cannot_be_chosen(ana: User, mia: User) -> None:
    police = a_contact(ContactKind.POLICE, mia)
    case = found_at("https://x.example.org/", GB, ana)
    with pytest.raises(BadInput):
        draft_chosen(kind=NoticeKind.POLICE_REFERRAL, case=case, contact=police, person=ana, at=NOON)


def test_what_is_offered_can_be_drafted_and_the_agency_is_for_abroad(ana: User, mia: User) -> None:
    agency = a_contact(ContactKind.AGENCY, mia)
    a_contact(ContactKind.REGISTRAR, mia, domains=("org",))
    home, abroad = found_at("https://a.example.org/", GB, ana), found_at("https://b.example.org/", US, ana)
    assert {offer.kind for offer in list_offers(home)} == {NoticeKind.TAKEDOWN, NoticeKind.DOMAIN_ALERT}
    assert NoticeKind.NATIONAL_AGENCY in {offer.kind for offer in list_offers(abroad)}
    with pytest.raises(Conflict, match="abroad"):
        draft_chosen(kind=NoticeKind.NATIONAL_AGENCY, case=home, contact=agency, person=ana, at=NOON)
    for offer in list_offers(abroad):
        who = offer.recipient.contact
        draft_chosen(kind=offer.kind, case=abroad, contact=who, person=ana, at=NOON)
    assert list_offers(abroad) == []
    assert list_offers(a_new_case("https://c.example.org/")) == []


def test_what_is_drafted_is_not_due_any_more(ana: User, mia: User) -> None:
    a_contact(ContactKind.POLICE, mia)
    first, second = released("https://img.example.org/1", ana), found_at("https://img.example.org/2", GB, ana)
    move(case=second, to=State.REFERRED, actor="test", at=NOON)
    due = planning.list_due(limit=10)
    assert {case.pk for case in due} == {first.pk, second.pk}
    draft_planned(cases=due, person=ana, at=NOON)
    assert planning.list_due(limit=10) == []
