"""A list that changed, against everything held: old items are found, cases are seen to, withdrawals are felt."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult
from tests.conftest import NOON
from tests.desk_of import NOT_INDECENT, PSEUDO_B, answered
from tests.lists.lists_cast import a_list, fed
from tests.pipeline.matching_cast import (
    FIVE,
    FOUR,
    ONE,
    THREE,
    TWO,
    case_of,
    held,
    listed,
    off,
    only_match,
    reasons,
    unlisted,
)

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline.hashlists import Row
from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import Assessment
from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import DEFAULT_POLICY, ReviewPolicy, find_assessment
from openhotline_server.findings.models import KnownMatch, MatchRun
from openhotline_server.findings.queries import matches_for
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.queries import search
from openhotline_server.lists.models import Edition, HashList
from openhotline_server.lists.operations import NewEntry, ensure_own_list, load_edition, set_aside
from openhotline_server.lists.queries import entries_in_force, list_not_compared
from openhotline_server.pipeline import new_entries
from openhotline_server.pipeline.lists_again import put_back_and_compare
from openhotline_server.pipeline.regrading import GONE
from openhotline_server.pipeline.retro_matching import Compared, compare
from openhotline_server.pipeline.retro_tasks import compare_list, compare_what_waits
from openhotline_server.triage.models import Case
from openhotline_server.triage.operations import leave_out

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_samples(db: None) -> None:
    policy = {**DEFAULT_POLICY, "second_vote_percent": 0, "automatic_check_percent": 0, "last_hour": 24}
    set_policy(policy=ReviewPolicy(**policy), actor="system", at=NOON)


def _compared(hash_list: HashList) -> Compared:
    hash_list.refresh_from_db()
    return compare(hash_list=hash_list, clock=lambda: NOON)


def _ours(*values: str) -> HashList:
    own = ensure_own_list(at=NOON)
    entries = [NewEntry("pdq", value, 90, facts=PSEUDO_B, ai="wholly_generated") for value in values]
    load_edition(hash_list=own, add=entries, withdraw=[], actor="system", at=NOON)
    return own


def test_a_new_edition_finds_what_is_held_and_twice_is_once() -> None:
    one, two = held(ONE, TWO)
    partner = a_list()
    listed(partner, off(ONE, 7), THREE)
    assert _compared(partner) == Compared(held=2, found=1, lapsed=0, cases=1)
    assert (only_match().item, only_match().distance) == (one, 7)
    assert "listed" in reasons(case_of(one))
    assert "listed" not in reasons(case_of(two))
    assert Edition.objects.get().compared_at == NOON
    run = MatchRun.objects.get()
    assert (run.report, run.looked, run.matched) == (None, 2, 1)
    before = search().count()
    assert _compared(partner) == Compared()
    Edition.objects.update(compared_at=None)
    assert _compared(partner).found == 1
    assert (KnownMatch.objects.count(), search().count()) == (
        1,
        before + 1,
    )  # one line: it was compared again


def test_only_what_is_new_is_compared() -> None:
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    held(ONE, run=False)  # not yet the machine's way: only the comparison could find it
    listed(partner, TWO)
    assert _compared(partner).found == 0


@pytest.mark.parametrize("few", [0, 50_000])
def test_many_new_entries_are_asked_of_the_index_and_few_one_by_one(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(new_entries, "FEW", few)
    partner = a_list()
    listed(partner, FOUR)
    _compared(partner)
    one, *_ = held(ONE, TWO, off(FOUR, 2), run=False)
    listed(partner, off(ONE, 31), off(TWO, 32))
    assert _compared(partner).found == 1
    assert only_match().item == one


def test_digests_are_found_too() -> None:
    one, two = held(ONE, None)
    assert two.sha256
    partner = a_list()
    fed(partner, [Row("md5", one.md5, 1), Row("file_sha256", two.sha256, 2), Row("sha1", "ab" * 20, 3)])
    assert _compared(partner).found == 2
    assert {m.item_id: m.entry.algorithm for m in KnownMatch.objects.all()} == {
        one.pk: "md5",
        two.pk: "file_sha256",
    }


def test_our_own_list_grades_what_is_held_unseen() -> None:
    one, _ = held(ONE, TWO)
    assert _compared(_ours(off(ONE, 2))).cases == 1
    case = case_of(one)
    assert case.state == Case.State.DECIDED
    standing = find_assessment(case)
    assert standing is not None
    assert (standing.basis, standing.facts) == (Assessment.Basis.KNOWN, PSEUDO_B)


def test_a_grade_that_rested_on_a_withdrawn_entry_goes_to_a_reader() -> None:
    (one,) = held(ONE)
    own = _ours(ONE)
    _compared(own)
    load_edition(hash_list=own, add=[], withdraw=list(entries_in_force(own)), actor="system", at=NOON)
    assert _compared(own) == Compared(held=1, found=0, lapsed=1, cases=1)
    assert only_match().lapsed_at == NOON
    assert case_of(one).state == Case.State.SECOND
    assert search(event=Event.MATCH_LAPSED).count() == 1
    assert search(event=Event.SECOND_VOTE_ASKED).get().details["why"] == GONE


def test_reasons_that_rested_on_a_withdrawn_entry_are_given_anew_and_the_place_stays() -> None:
    (one,) = held(ONE)
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    placed = case_of(one).urgency
    unlisted(partner, ONE)
    _compared(partner)
    case = case_of(one)
    assert case.urgency == placed
    assert "listed" not in reasons(case)
    assert reasons(case)["kept"] + reasons(case)["not_known"] == placed


def test_what_comes_back_matches_again() -> None:
    (one,) = held(ONE)
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    unlisted(partner, ONE)
    listed(partner, ONE)
    _compared(partner)
    assert len(matches_for([one.pk])[one.pk]) == 1
    assert KnownMatch.objects.exclude(lapsed_at=None).count() == 1
    assert "listed" in reasons(case_of(one))


def test_what_one_reader_found_not_criminal_is_read_again(ana: User) -> None:
    (one,) = held(ONE)
    answered(case_of(one), (ana, NOT_INDECENT))
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    assert case_of(one).state == Case.State.SECOND


def test_what_two_readers_found_not_criminal_is_written_down(ana: User, ben: User) -> None:
    (one,) = held(ONE)
    answered(case_of(one), (ana, NOT_INDECENT), (ben, NOT_INDECENT))
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    assert case_of(one).state == Case.State.DECIDED
    assert search(event=Event.CASE_CONTRADICTED).count() == 1


def test_what_readers_found_criminal_stays_as_it_is(ana: User) -> None:
    (one,) = held(ONE)
    answered(case_of(one), (ana, PSEUDO_B))
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    assert case_of(one).state == Case.State.DECIDED


def test_a_case_that_was_left_out_is_opened_again() -> None:
    one, two = held(ONE, TWO)
    leave_out(cases=[case_of(one), case_of(two)], reason="a sample", actor="system", at=NOON)
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    assert (case_of(one).state, case_of(two).state) == (Case.State.OPEN, Case.State.LEFT_OUT)
    assert search(event=Event.CASE_REOPENED).count() == 1
    assert "listed" in reasons(case_of(one))


def test_a_flood_stops_the_comparison_and_a_person_puts_the_list_back(mia: User, ana: User) -> None:
    one, *_ = held(ONE, TWO, THREE, FOUR, FIVE)
    partner = a_list(flood_least_items=5, flood_least_percent=50)
    listed(partner, ONE, TWO, THREE)
    done = _compared(partner)
    assert done.set_aside
    assert Edition.objects.get().compared_at is None
    assert "listed" not in reasons(case_of(one))
    partner.refresh_from_db()
    with pytest.raises(NotAllowed):
        put_back_and_compare(hash_list=partner, reason="all in order", person=ana, at=NOON)
    with pytest.raises(BadInput, match="reason"):
        put_back_and_compare(hash_list=partner, reason=" ", person=mia, at=NOON)
    put_back_and_compare(hash_list=partner, reason="a batch of known material", person=mia, at=NOON)
    with pytest.raises(Conflict):
        put_back_and_compare(hash_list=partner, reason="a batch of known material", person=mia, at=NOON)
    assert _compared(partner) == Compared(held=5, found=3, lapsed=0, cases=3)
    assert "listed" in reasons(case_of(one))
    assert search(event=Event.LIST_PUT_BACK, actor=str(mia.code)).count() == 1


def test_what_came_while_a_list_was_set_aside_is_found_once_it_is_back(mia: User) -> None:
    partner = a_list()
    listed(partner, ONE)
    _compared(partner)
    set_aside(hash_list=partner, reason="asked by the sender", actor="command-line", at=NOON)
    (one,) = held(ONE)
    partner.refresh_from_db()
    put_back_and_compare(hash_list=partner, reason="the sender looked", person=mia, at=NOON)
    assert _compared(partner).found == 1
    assert "listed" in reasons(case_of(one))


def test_a_new_false_positive_takes_old_matches_back_and_its_withdrawal_frees_them() -> None:
    partner, false = a_list(), a_list("false", suppresses=True)
    listed(partner, off(ONE, 9), TWO)
    one, two = held(ONE, TWO)
    listed(false, off(ONE, 2))
    assert _compared(false).found == 1
    taken = KnownMatch.objects.get(item=one)
    assert taken.suppressed_by is not None
    assert KnownMatch.objects.get(item=two).suppressed_by is None
    assert "listed" not in reasons(case_of(one))
    unlisted(false, off(ONE, 2))
    _compared(false)
    assert KnownMatch.objects.get(item=one).suppressed_by is None
    assert "listed" in reasons(case_of(one))


def test_what_a_withdrawn_false_positive_gives_back_is_read_again(ana: User) -> None:
    partner, false = a_list(), a_list("false", suppresses=True)
    listed(partner, off(ONE, 9))
    listed(false, off(ONE, 2))
    (one,) = held(ONE)
    answered(case_of(one), (ana, NOT_INDECENT))
    _compared(partner)
    assert case_of(one).state == Case.State.DECIDED
    unlisted(false, off(ONE, 2))
    _compared(false)
    assert case_of(one).state == Case.State.SECOND


def test_a_false_positive_that_was_there_first_takes_back_what_a_new_edition_finds() -> None:
    (one,) = held(ONE)
    listed(a_list("false", suppresses=True), off(ONE, 2))
    partner = a_list()
    listed(partner, off(ONE, 9))
    _compared(partner)
    assert only_match().suppressed_by is not None
    assert "listed" not in reasons(case_of(one))


@pytest.mark.django_db(transaction=True)
def test_the_worker_compares_what_was_loaded_and_what_waits() -> None:
    one, two = held(ONE, TWO)
    partner = a_list()
    listed(partner, ONE)
    compare_list.enqueue(partner.pk)
    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert only_match().item == one
    listed(partner, TWO)  # by a process that dies before it queues anything
    DBTaskResult.objects.all().delete()
    compare_what_waits()
    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert set(KnownMatch.objects.values_list("item_id", flat=True)) == {one.pk, two.pk}
    assert not list_not_compared().exists()
