"""Address cases: opened once, joined by sightings, held by one, and none is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.conftest import NOON
from tests.lists.lists_cast import a_list, loaded
from tests.triage.address_cast import HOUR, codes, joined, mentioned, next_for, opened

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Trace
from openhotline_server.intake.models import Report
from openhotline_server.ledger import queries as ledger
from openhotline_server.triage.address_cases import (
    CLAIM_LASTS,
    claim,
    hand_over,
    move,
    open_or_join,
    place_again,
    release,
    skip,
)
from openhotline_server.triage.address_placing import grow_older
from openhotline_server.triage.address_queries import (
    counts,
    get_address_case,
    held_by,
    overdue,
    waiting_for,
)
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State = AddressCase.State


def fresh(case: AddressCase) -> AddressCase:
    return get_address_case(case.code)


def test_an_address_gets_one_case_with_reasons_and_a_deadline() -> None:
    case = opened(at_risk_now=True)
    assert fresh(case).urgency == sum(one["points"] for one in case.reasons) >= 500
    assert case.due_at == NOON + HOUR and case.rules_edition
    (line,) = ledger.search(event="address_case.opened")
    assert line.subject == case.subject and line.details["urgency"] == case.urgency
    assert "example" not in str(line.details)


def test_a_known_address_is_joined_as_a_sighting() -> None:
    case = opened()
    result = joined("https://example.org/", "https://example.net/")
    assert [c.pk for c in result.joined] == [case.pk] and len(result.opened) == 1
    again = fresh(case)
    assert again.reported_times == 2 and "sightings" in codes(case) and again.urgency > case.urgency
    assert ledger.search(event="address_case.placed")[0].details["reported"] == 2


def test_danger_that_is_said_later_counts_at_once() -> None:
    case = opened()
    joined("https://example.org/", at_risk_now=True, at=NOON + 2 * HOUR)
    assert "at_risk" in codes(case) and fresh(case).due_at == NOON + 3 * HOUR


def test_partners_statements_are_read_and_the_publics_are_not() -> None:
    stated = {
        "severity": "A1",
        "scheme": "theirs",
        "list": "Their list",
        "known_series": True,
        "ai": "generated",
    }
    partner = opened("https://a.example.org/", kind=Report.Kind.PARTNER, stated=stated)
    assert {"stated_severity", "listed", "known_series", "stated_ai"} <= codes(partner)
    public = opened("https://b.example.org/", stated=stated)
    assert codes(public) == {"not_seen", "stated_ai"}
    assert fresh(partner).urgency > fresh(public).urgency


def test_what_is_set_aside_opens_nothing() -> None:
    mentions = mentioned("https://example.org/", standing=Report.Standing.QUARANTINED)
    assert not open_or_join(mentions=mentions, at=NOON).opened and not AddressCase.objects.exists()


@pytest.mark.parametrize(
    "state", [State.REFERRED, State.ON_HOLD, State.TO_TELL, State.WATCHED, State.NOT_ILLEGAL, State.OFF_REMIT]
)
def test_a_sighting_reopens_nothing(state: AddressCase.State) -> None:
    case = opened()
    move(case=case, to=state, actor="system", at=NOON)
    assert not joined("https://example.org/").came_back
    assert fresh(case).state == state and fresh(case).reported_times == 2


@pytest.mark.parametrize("state", [State.REMOVED, State.GONE_BEFORE])
def test_what_was_gone_and_is_reported_again_is_looked_at_again(state: AddressCase.State) -> None:
    case = opened()
    move(case=case, to=state, actor="system", at=NOON)
    assert fresh(case).closed_at == NOON
    later = NOON + 30 * HOUR
    (back,) = joined("https://example.org/", at=later).came_back
    assert back == case
    again = fresh(case)
    assert (again.state, again.closed_at, again.due_at) == (State.NEW, None, later + 24 * HOUR)
    assert "came_back" in codes(case)
    joined("https://example.org/", at=later + HOUR)
    assert "came_back" in codes(case)
    lines = ledger.search(event="address_case.moved")
    assert lines[0].details == {"from": state.value, "to": "new", "why": "reported again"}


def test_no_place_falls_while_it_waits() -> None:
    case = opened(at_risk_now=True)
    AddressCase.objects.filter(pk=case.pk).update(urgency=900)
    place_again(case=fresh(case), at=NOON)
    assert fresh(case).urgency == 900 and "kept" in codes(case)


def test_our_own_country_counts_once_it_is_traced(settings: object) -> None:
    settings.COUNTRY = "GB"  # type: ignore[attr-defined]
    home, abroad = opened("https://a.example.org/"), opened("https://b.example.org/")
    for case, country in ((home, "GB"), (abroad, "NL")):
        Trace.objects.create(
            address=case.address, country=country, agreeing=2, against=0, asked=3, agreed=True, traced_at=NOON
        )
        place_again(case=case, at=NOON)
    assert "own_country" in codes(home) and "own_country" not in codes(abroad)


def test_who_waits_longer_rises_by_the_clock() -> None:
    case = opened()
    assert grow_older(at=NOON + 23 * HOUR) == 0
    assert grow_older(at=NOON + 25 * HOUR) == 1
    assert grow_older(at=NOON + 26 * HOUR) == 0
    assert "age" in codes(case) and fresh(case).due_at == NOON + 24 * HOUR
    assert grow_older(at=NOON + timedelta(days=3, hours=1)) == 1
    claimed = [line.details["urgency"] for line in ledger.search(event="address_case.placed")]
    assert claimed == sorted(claimed, reverse=True)


def test_two_analysts_never_have_the_same_one(ana: User, ben: User) -> None:
    case = opened()
    claim(case=case, person=ana, at=NOON)
    with pytest.raises(Conflict):
        claim(case=case, person=ben, at=NOON)
    claim(case=case, person=ana, at=NOON + HOUR / 6)
    assert next_for(ben, at=NOON) is None and next_for(ana, at=NOON) == case
    assert list(held_by(ana, at=NOON)) == [case]
    claim(case=case, person=ben, at=NOON + HOUR / 6 + CLAIM_LASTS)
    assert not held_by(ana, at=NOON + HOUR / 6 + CLAIM_LASTS)


def test_what_somebody_decided_meanwhile_cannot_be_taken(ana: User, ben: User) -> None:
    opened()
    seen_by_ben = next_for(ben, at=NOON)
    assert seen_by_ben is not None
    case = claim(case=fresh(seen_by_ben), person=ana, at=NOON)
    move(case=case, to=State.OFF_REMIT, actor=str(ana.code), at=NOON)
    with pytest.raises(Conflict):
        claim(case=seen_by_ben, person=ben, at=NOON)
    assert not held_by(ben, at=NOON)


def test_what_is_given_back_others_can_take(ana: User, ben: User) -> None:
    case = opened()
    claim(case=case, person=ana, at=NOON)
    release(person=ben, case=case, at=NOON)
    assert next_for(ben, at=NOON) is None
    release(person=ana, at=NOON)
    assert next_for(ben, at=NOON) == case


def test_the_most_urgent_comes_first_then_the_longest_waiting(ana: User) -> None:
    second, third = opened("https://b.example.org/"), opened("https://c.example.org/", at=NOON + HOUR)
    first = opened("https://a.example.org/", at=NOON + HOUR, about_self=True)
    assert list(waiting_for(ana, at=NOON + HOUR)) == [first, second, third]


def test_a_skipped_one_waits_behind_its_equals(ana: User) -> None:
    first, second = opened("https://a.example.org/"), opened("https://b.example.org/")
    with pytest.raises(NotAllowed):
        skip(case=first, person=ana, reason="Not mine.", at=NOON)
    claim(case=first, person=ana, at=NOON)
    with pytest.raises(BadInput):
        skip(case=first, person=ana, reason="  ", at=NOON)
    skip(case=first, person=ana, reason="Needs another language.", at=NOON + HOUR)
    assert list(waiting_for(ana, at=NOON + HOUR)) == [second, first]
    assert ledger.search(event="address_case.placed")[0].details == {"skipped": "Needs another language."}


def test_what_is_handed_over_only_she_can_take(ana: User, ben: User, mia: User, add_person: object) -> None:
    eva = add_person("eva", "analyst")  # type: ignore[operator]
    case = opened()
    claim(case=case, person=ana, at=NOON)
    with pytest.raises(BadInput):
        hand_over(case=case, person=ana, to=ben, reason="She speaks it.", at=NOON)
    hand_over(case=case, person=ana, to=eva, reason="She speaks it.", at=NOON)
    assert next_for(ana, at=NOON) is None and next_for(eva, at=NOON) == case
    with pytest.raises(Conflict):
        claim(case=case, person=ana, at=NOON)
    with pytest.raises(NotAllowed):
        hand_over(case=case, person=ana, to=ana, reason="Back.", at=NOON)
    hand_over(case=case, person=mia, to=None, reason="She is away.", at=NOON)
    assert next_for(ana, at=NOON) == case
    lines = ledger.search(event="address_case.handed_over")
    assert [line.details["to"] for line in lines] == ["", str(eva.code)]


def test_what_she_was_handed_comes_before_the_queue(ana: User, mia: User) -> None:
    opened("https://a.example.org/", at_risk_now=True)
    mine = opened("https://b.example.org/")
    hand_over(case=mine, person=mia, to=ana, reason="Hers before.", at=NOON)
    assert next_for(ana, at=NOON) == mine


def test_a_move_sets_clock_and_closure_and_frees_it(ana: User) -> None:
    case = opened()
    claim(case=case, person=ana, at=NOON)
    move(case=case, to=State.TO_TELL, actor=str(ana.code), at=NOON)
    assert fresh(case).due_at == NOON + 24 * HOUR and not held_by(ana, at=NOON)
    move(case=case, to=State.WATCHED, actor="system", at=NOON, due_at=NOON + HOUR)
    assert list(overdue(at=NOON + HOUR)) == [case] and not overdue(at=NOON)
    move(case=case, to=State.REMOVED, actor="system", at=NOON + HOUR)
    assert fresh(case).closed_at == NOON + HOUR and not overdue(at=NOON + 999 * HOUR)
    assert counts()["removed"] == 1 and counts()["new"] == 0
    assert ledger.search(event="address_case.moved").count() == 3


def test_a_report_of_late_evening_has_not_waited_for_a_day_in_the_morning() -> None:
    evening = NOON + 11 * HOUR
    case = opened(at=evening)
    place_again(case=case, at=evening + 10 * HOUR)
    assert "age" not in codes(case)
    place_again(case=fresh(case), at=evening + 25 * HOUR)
    assert "age" in codes(case)


@pytest.mark.parametrize("as_rows", [True, False])
def test_a_file_that_a_partner_names_counts_where_a_list_has_it(as_rows: bool, tmp_path: Path) -> None:
    known, other = "a1" * 16, "b2" * 16
    listing = tmp_path / "list.csv"
    listing.write_text(f"algorithm,value\nmd5,{known}\n")
    loaded(a_list("partner"), listing)
    hashes = [{"algorithm": "md5", "value": known.upper()}] if as_rows else {"md5": known.upper()}
    partner = Report.Kind.PARTNER
    named = opened("https://a.example.org/", kind=partner, stated={"hashes": hashes})
    unknown = opened("https://b.example.org/", kind=partner, stated={"hashes": {"md5": other}})
    public = opened("https://c.example.org/", stated={"hashes": {"md5": known}})
    assert "listed_files" in codes(named)
    assert "listed_files" not in codes(unknown) | codes(public)
