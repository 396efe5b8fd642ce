"""Whether an item is known: by every list in force, by that list's own rules, and never silently not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from tests.conftest import NOON
from tests.lists.lists_cast import a_list, fed
from tests.pipeline.conftest import draw
from tests.pipeline.matching_cast import (
    FIVE,
    FOUR,
    ONE,
    THREE,
    TWO,
    batch,
    case_of,
    held,
    item_at,
    listed,
    off,
    only_match,
    reasons,
    report_of,
    strict,
    unlisted,
)

from openhotline.errors import Damaged
from openhotline.hashlists import Row
from openhotline_server.findings.models import Fingerprint, KnownMatch, MatchRun, Unmatchable
from openhotline_server.findings.queries import known_among, matches_for
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.queries import search
from openhotline_server.lists import index
from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import NewEntry, ensure_own_list, load_edition, set_aside
from openhotline_server.lists.queries import entries_in_force
from openhotline_server.pipeline.importing import Imported
from openhotline_server.pipeline.matching import match
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
TakeIn = Callable[..., Imported]


def test_a_match_says_everything_that_explains_it() -> None:
    done = listed(a_list(), off(ONE, 12), THREE)
    one, _ = held(ONE, TWO)
    found = only_match()
    assert (found.item, found.edition, found.entry.value) == (one, done.edition, off(ONE, 12))
    assert (found.distance, found.threshold, found.quality) == (12, 31, 90)
    assert (found.variant, found.compared, found.sources) == ("original", ONE, 1)
    run = MatchRun.objects.get()
    assert (run.looked, run.matched, run.too_poor, run.edition) == (2, 1, 0, done.edition)
    asked = search(event=Event.LISTS_ASKED).get().details
    assert asked == {"partner": {"edition": 1, "looked": 2, "matched": 1, "too_poor": 0}}


def test_a_fast_hash_is_confirmed_by_a_strict_one(take_in: TakeIn, tmp_path: Path) -> None:
    listed(a_list(), off(strict(1), 31), off(strict(2), 32))
    take_in(batch(tmp_path / "a", one=draw(1), two=draw(2)))
    assert (only_match().item, only_match().distance) == (item_at("one.jpg"), 31)
    assert only_match().compared == strict(1)
    assert Fingerprint.objects.filter(mode="strict").count() == 2  # both were near by the fast hash


def test_a_list_names_its_sources() -> None:
    rows = [Row("pdq", ONE, 1, quality=90, reference=name) for name in ("a", "b", "c")]
    fed(a_list(), rows)
    held(ONE)
    assert only_match().sources == 3


def test_another_ones_list_gives_urgency_and_no_grade() -> None:
    listed(a_list("first"), ONE)
    listed(a_list("second"), off(ONE, 3))
    one, two = held(ONE, TWO)
    case = case_of(one)
    assert (case.state, reasons(case)["listed"]) == (Case.State.OPEN, 60)
    assert "The list first, The list second" in case.reasons[0]["words"]
    assert case.urgency > case_of(two).urgency
    assert not known_among(type(one).objects.all()).exists()


def test_what_another_list_holds_is_grouped_like_everything_else() -> None:
    listed(a_list(), ONE)
    held(ONE, off(ONE, 5))
    assert Case.objects.count() == 1


@pytest.mark.parametrize(("bits", "threshold", "found"), [(20, 20, 1), (21, 20, 0), (31, 31, 1), (32, 31, 0)])
def test_each_list_has_its_own_threshold(bits: int, threshold: int, found: int) -> None:
    listed(a_list(max_distance=threshold), off(ONE, bits))
    held(ONE)
    assert KnownMatch.objects.count() == found


def test_a_poor_entry_matches_nothing_and_one_without_a_quality_does() -> None:
    partner = a_list(min_quality=60)
    listed(partner, ONE, quality=59)
    listed(partner, TWO, quality=None)
    _, two = held(ONE, TWO)
    assert only_match().item == two


def test_too_poor_is_an_answer_of_its_own() -> None:
    listed(a_list("first"), ONE)
    listed(a_list("second", min_quality=70), TWO)
    (one,) = held(ONE, quality=40)
    held(TWO, quality=60)
    poor = Unmatchable.objects.get()
    assert (poor.item, poor.reason, poor.quality, poor.least) == (one, "too_poor", 40, 50)
    counted = MatchRun.objects.order_by("pk").values_list("hash_list__name", "too_poor")
    assert list(counted) == [("first", 1), ("second", 1), ("first", 0), ("second", 1)]
    Fingerprint.objects.update(quality=90)
    match(report=report_of(one), at=NOON)
    assert not Unmatchable.objects.exists()


def test_a_picture_without_a_hash_is_named_too() -> None:
    listed(a_list(), ONE)
    held(None)
    assert Unmatchable.objects.get().reason == "no_hash"


def test_the_very_file_is_found_by_any_digest() -> None:
    (item,) = held(None)
    assert item.sha256
    digests = {"md5": item.md5, "sha1": item.sha1, "sha256": item.sha256, "file_sha256": item.sha256}
    fed(a_list(), [Row(name, value, 1) for name, value in digests.items()])
    fed(a_list("other"), [Row("sha1", "ab" * 20, 1), Row("sha256", item.md5 * 2, 2)])
    match(report=report_of(item), at=NOON)
    assert {m.entry.algorithm for m in KnownMatch.objects.all()} == set(digests)
    assert {(m.distance, m.quality) for m in KnownMatch.objects.all()} == {(0, None)}


def test_a_list_that_is_set_aside_does_not_match() -> None:
    partner = a_list()
    listed(partner, ONE)
    set_aside(hash_list=partner, reason="asked by the sender", actor="command-line", at=NOON)
    held(ONE)
    assert not KnownMatch.objects.exists()


def test_nothing_rests_on_what_a_list_said_once_it_is_set_aside() -> None:
    partner = a_list()
    listed(partner, ONE)
    (one,) = held(ONE)
    assert matches_for([one.pk])
    set_aside(hash_list=partner, reason="asked by the sender", actor="command-line", at=NOON)
    assert not matches_for([one.pk])


def test_an_expired_entry_does_not_match() -> None:
    listed(a_list(expires_after_days=10), ONE, at=NOON - timedelta(days=11))
    held(ONE)
    assert not KnownMatch.objects.exists()
    assert MatchRun.objects.get().matched == 0


@pytest.mark.django_db(transaction=True)
def test_an_expired_entry_goes_with_an_edition_and_what_rested_on_it_lapses() -> None:
    partner = a_list(expires_after_days=10)
    listed(partner, ONE)
    (one,) = held(ONE)
    assert "listed" in reasons(case_of(one))
    held(TWO, at=NOON + timedelta(days=11))  # the next report has the worker look after it
    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert not entries_in_force(partner).exists()
    assert only_match().lapsed_at is not None
    assert "listed" not in reasons(case_of(one))


def test_a_turned_picture_matches_only_where_the_list_says_so(take_in: TakeIn, tmp_path: Path) -> None:
    listed(a_list("plain"), strict(1, "rotate_90"))
    listed(a_list("turned", turned=True), strict(1, "rotate_90"), strict(2))
    take_in(batch(tmp_path / "a", one=draw(1), two=draw(2)))
    found = {(m.item, m.entry.hash_list.name): m for m in KnownMatch.objects.all()}
    assert set(found) == {(item_at("one.jpg"), "turned"), (item_at("two.jpg"), "turned")}
    turned = found[item_at("one.jpg"), "turned"]
    assert (turned.variant, turned.distance, turned.compared) == ("rotate_90", 0, strict(1, "rotate_90"))
    assert found[item_at("two.jpg"), "turned"].variant == "original"


def test_a_known_false_positive_takes_a_match_back_and_the_record_says_so() -> None:
    listed(a_list(), off(ONE, 10), TWO)
    false = a_list("false", suppresses=True)
    listed(false, off(ONE, 4))
    one, two = held(ONE, TWO)
    kept = KnownMatch.objects.get(item=one)
    assert kept.suppressed_by is not None
    assert (kept.suppressed_by.hash_list, kept.suppressed_at) == (false, NOON)
    assert search(event=Event.MATCH_SUPPRESSED).get().details["by"] == kept.suppressed_by_id
    assert "listed" not in reasons(case_of(one))
    assert "listed" in reasons(case_of(two))
    assert set(matches_for([one.pk, two.pk])) == {two.pk}


def test_a_false_positive_takes_back_nothing_nearer_nothing_exact_and_nothing_of_ours() -> None:
    (item,) = held(ONE, run=False)
    fed(a_list(), [Row("pdq", off(ONE, 3), 1, quality=90), Row("sha1", item.sha1, 2)])
    ours = NewEntry("pdq", off(ONE, 20), 90)
    load_edition(hash_list=ensure_own_list(at=NOON), add=[ours], withdraw=[], actor="system", at=NOON)
    listed(a_list("false", suppresses=True), off(ONE, 4))
    match(report=report_of(item), at=NOON)
    assert KnownMatch.objects.count() == 3
    assert not KnownMatch.objects.exclude(suppressed_by=None).exists()


def test_the_very_file_as_a_false_positive_takes_back_everything() -> None:
    (item,) = held(ONE, run=False)
    fed(a_list(), [Row("pdq", ONE, 1, quality=90), Row("sha1", item.sha1, 2)])
    fed(a_list("false", suppresses=True), [Row("md5", item.md5, 1)])
    match(report=report_of(item), at=NOON)
    assert KnownMatch.objects.exclude(suppressed_by=None).count() == 2


def test_a_withdrawn_false_positive_takes_nothing_back() -> None:
    listed(a_list(), off(ONE, 10))
    false = a_list("false", suppresses=True)
    listed(false, ONE)
    (one,) = held(ONE)
    assert not matches_for([one.pk])
    unlisted(false, ONE)
    assert matches_for([one.pk])


def test_a_list_that_suddenly_matches_too_much_is_set_aside() -> None:
    partner = a_list(flood_least_items=4, flood_least_percent=40, flood_times_usual=5)
    listed(partner, ONE, TWO, THREE)
    items = held(ONE, TWO, THREE, FOUR, FIVE)
    partner.refresh_from_db()
    assert partner.state == HashList.State.SET_ASIDE
    assert "3 of 5 items matched, 60.0 %" in partner.state_reason
    assert partner.flood_seen_percent == 60
    assert search(event=Event.LIST_SET_ASIDE, actor="system").count() == 1
    assert KnownMatch.objects.count() == 3  # what was found stays written down
    assert "listed" not in reasons(case_of(items[0]))  # and nothing follows from it


def test_few_items_are_no_flood() -> None:
    partner = a_list(flood_least_items=6, flood_least_percent=10)
    listed(partner, ONE, TWO, THREE)
    held(ONE, TWO, THREE, FOUR, FIVE)
    partner.refresh_from_db()
    assert partner.state == HashList.State.IN_FORCE


@pytest.mark.parametrize(("times", "state"), [(2, HashList.State.IN_FORCE), (1, HashList.State.SET_ASIDE)])
def test_the_usual_is_no_flood(times: int, state: str) -> None:
    rules = {"flood_least_items": 4, "flood_least_percent": 10, "flood_window_hours": 1}
    partner = a_list(flood_times_usual=times, **rules)
    listed(partner, ONE, TWO, at=NOON - timedelta(days=4))
    held(ONE, FOUR, at=NOON - timedelta(days=3))  # a half; two items say nothing by themselves
    held(off(ONE, 1), off(TWO, 1), off(ONE, 2), FOUR, FIVE)  # three of five
    partner.refresh_from_db()
    assert partner.state == state


def test_our_own_list_is_never_set_aside_by_the_machine() -> None:
    own = ensure_own_list(at=NOON)
    HashList.objects.update(flood_least_items=1, flood_least_percent=1)
    load_edition(hash_list=own, add=[NewEntry("pdq", ONE, 90)], withdraw=[], actor="system", at=NOON)
    held(ONE)
    own.refresh_from_db()
    assert own.state == HashList.State.IN_FORCE


def test_a_damaged_index_is_an_error_and_never_no_match() -> None:
    (one,) = held(ONE)
    partner = a_list()
    listed(partner, ONE)
    index.catch_up(partner)
    for file in index.directory(partner).iterdir():
        file.write_bytes(b"something else")
    with pytest.raises(Damaged, match="--rebuild"):
        match(report=report_of(one), at=NOON)
    assert not MatchRun.objects.exists()
    index.rebuild(partner)
    match(report=report_of(one), at=NOON)
    assert only_match().item == one


def test_every_step_twice_is_once() -> None:
    listed(a_list(), ONE)
    listed(a_list("false", suppresses=True), ONE)
    (one,) = held(ONE, off(ONE, 1), TWO)[:1]
    before = search().count()
    match(report=report_of(one), at=NOON)
    assert (KnownMatch.objects.count(), MatchRun.objects.count(), search().count()) == (2, 2, before)
