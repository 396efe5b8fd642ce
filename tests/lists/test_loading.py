"""Files and feeds become editions in one step; whatever cannot be taken leaves the edition before in force."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.conftest import NOON
from tests.lists.lists_cast import ACTOR, a_list, csv_of, fed, in_force, loaded, random_pdqs

from openhotline.errors import BadInput, Conflict
from openhotline.hashlists import BadRow, Row
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.queries import search
from openhotline_server.lists import operations, queries
from openhotline_server.lists.models import Entry, EntrySource, Loading, RejectedRow, StagedRow
from openhotline_server.lists.operations import ensure_own_list, let_expired_go

pytestmark = pytest.mark.django_db

ONE, TWO, THREE, FOUR = random_pdqs(4)


def _row(value: str, line: int = 1, **more: object) -> Row:
    return Row("pdq", value, line, quality=90, **more)  # type: ignore[arg-type]


def test_a_file_becomes_an_edition_and_the_ledger_knows(tmp_path: Path) -> None:
    partner = a_list()
    loading = loaded(partner, csv_of(tmp_path / "a.csv", [ONE, TWO]))
    assert (loading.state, loading.rows, loading.bad_rows) == (Loading.State.DONE, 2, 0)
    assert loading.edition is not None
    assert (loading.edition.number, loading.edition.entries, loading.edition.added) == (1, 2, 2)
    assert in_force(partner) == {ONE, TWO}
    assert search(event=Event.EDITION_PUBLISHED).get().details["added"] == 2
    assert not StagedRow.objects.exists()


def test_a_whole_list_replaces_what_was_there(tmp_path: Path) -> None:
    partner = a_list()
    loaded(partner, csv_of(tmp_path / "a.csv", [ONE, TWO]))
    kept = Entry.objects.get(value=TWO)
    second = loaded(partner, csv_of(tmp_path / "b.csv", [TWO, THREE]))
    assert second.edition is not None
    assert (second.edition.number, second.edition.added, second.edition.withdrawn) == (2, 1, 1)
    assert in_force(partner) == {TWO, THREE}
    assert Entry.objects.get(value=TWO, withdrawn_in=None).pk == kept.pk
    assert Entry.objects.get(value=ONE).withdrawn_in == second.edition


def test_an_incremental_one_adds_and_withdraws() -> None:
    partner = a_list()
    fed(partner, [_row(ONE), _row(TWO, 2)])
    done = fed(partner, [_row(THREE), Row("pdq", ONE, 2, withdrawn=True)])
    assert done.edition is not None
    assert (done.edition.added, done.edition.withdrawn, done.edition.entries) == (1, 1, 2)
    assert in_force(partner) == {TWO, THREE}


def test_the_last_word_about_an_entry_counts() -> None:
    partner = a_list()
    gone = Row("pdq", ONE, 2, withdrawn=True)
    fed(partner, [_row(ONE), gone])
    assert in_force(partner) == set()
    fed(partner, [_row(ONE)])
    fed(partner, [gone, _row(ONE, 3)])
    assert in_force(partner) == {ONE}


def test_the_same_again_makes_no_edition(tmp_path: Path) -> None:
    partner = a_list()
    first = loaded(partner, csv_of(tmp_path / "a.csv", [ONE, TWO]))
    assert loaded(partner, tmp_path / "a.csv") == first  # the very file is not even read again
    again = loaded(partner, csv_of(tmp_path / "b.csv", [TWO, ONE]))
    assert (again.state, again.edition) == (Loading.State.DONE, None)
    assert queries.list_editions(partner).count() == 1


def test_an_entry_that_changed_is_another_entry(tmp_path: Path) -> None:
    partner = a_list()
    loaded(partner, csv_of(tmp_path / "a.csv", [ONE, TWO], quality=70))
    old = Entry.objects.get(value=ONE)
    done = loaded(partner, csv_of(tmp_path / "b.csv", [ONE, TWO], quality=80))
    assert done.edition is not None
    assert (done.edition.added, done.edition.withdrawn) == (2, 2)
    assert Entry.objects.get(value=ONE, withdrawn_in=None).quality == 80
    old.refresh_from_db()
    assert (old.quality, old.withdrawn_in) == (70, done.edition)


def test_bad_rows_are_named_and_too_many_stop_the_loading_for_a_person(tmp_path: Path) -> None:
    partner = a_list()
    loaded(partner, csv_of(tmp_path / "a.csv", [ONE]))
    bad = csv_of(tmp_path / "b.csv", [TWO, "abcd", THREE])
    stopped = loaded(partner, bad)
    assert (stopped.state, stopped.bad_rows) == (Loading.State.STOPPED, 1)
    assert [(r.line, TWO in r.reason) for r in queries.list_rejected(stopped)] == [(3, False)]
    assert in_force(partner) == {ONE}
    with pytest.raises(Conflict, match="openhotline lists accept partner"):
        loaded(partner, bad)
    operations.accept_loading(loading=stopped, reason="seen with the sender", actor=ACTOR, at=NOON)
    done = loaded(partner, bad)
    assert (done.state, in_force(partner)) == (Loading.State.DONE, {TWO, THREE})
    assert search(event=Event.LOADING_STOPPED).count() == search(event=Event.LOADING_ACCEPTED).count() == 1


def test_a_few_bad_rows_among_many_are_left_out(tmp_path: Path) -> None:
    partner = a_list()
    done = loaded(partner, csv_of(tmp_path / "a.csv", [*random_pdqs(400), "abcd"]))
    assert (done.state, done.bad_rows, len(in_force(partner))) == (Loading.State.DONE, 1, 400)
    assert RejectedRow.objects.get().line == 402


def test_many_bad_rows_stop_before_the_end() -> None:
    partner = a_list()
    rows = ([_row(value, i), BadRow(i, "It is short.")] for i, value in enumerate(random_pdqs(20000)))
    stopped = fed(partner, (row for pair in rows for row in pair))
    assert stopped.state == Loading.State.STOPPED
    assert stopped.rows == 5000


def test_a_list_that_loses_most_of_its_entries_stops_for_a_person(tmp_path: Path) -> None:
    partner = a_list()
    many = random_pdqs(200)
    loaded(partner, csv_of(tmp_path / "a.csv", many))
    cut = loaded(partner, csv_of(tmp_path / "b.csv", many[:50]))
    assert cut.state == Loading.State.STOPPED
    assert "150 of 200" in cut.problem
    assert len(in_force(partner)) == 200
    operations.abandon_loading(loading=cut, reason="a cut-off file", actor=ACTOR, at=NOON)
    assert loaded(partner, csv_of(tmp_path / "c.csv", many[:150])).state == Loading.State.DONE


def test_an_empty_whole_list_withdraws_nothing(tmp_path: Path) -> None:
    partner = a_list()
    loaded(partner, csv_of(tmp_path / "a.csv", [ONE]))
    with pytest.raises(BadInput, match="no entry"):
        loaded(partner, csv_of(tmp_path / "b.csv", []))
    assert in_force(partner) == {ONE}
    assert queries.list_loadings(partner)[0].state == Loading.State.FAILED


def test_two_loadings_of_one_list_do_not_mix() -> None:
    partner = a_list()
    loading = operations.begin_loading(
        hash_list=partner, form="feed", origin_digest="1" * 64, actor=ACTOR, at=NOON
    )
    with pytest.raises(Conflict, match="abandon"):
        fed(partner, [_row(ONE)], origin="2" * 64)
    one = operations.stage_rows(loading=loading, rows=[_row(ONE)], position=None, at=NOON)
    with pytest.raises(Conflict, match="another process"):  # it still holds the loading as it was before
        operations.stage_rows(loading=loading, rows=[_row(ONE)], position=None, at=NOON)
    assert one.rows == 1


def test_our_own_list_and_one_that_ended_are_not_loaded() -> None:
    with pytest.raises(BadInput, match="publishing"):
        fed(ensure_own_list(at=NOON), [_row(ONE)])
    partner = a_list()
    operations.end_list(hash_list=partner, reason="the partner ended it", actor=ACTOR, at=NOON)
    with pytest.raises(Conflict, match="ended"):
        fed(partner, [_row(ONE)])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (_row("a\0b"), "NUL"),
        (_row(ONE, reference="r" * 201), "reference"),
        (Row("url", "http://example.org/" + "ä" * 1100, 1, media="address"), "2,083 bytes"),
        (Row("pdq", ONE, 1, quality=101), "quality"),
        (Row("", "", 1, withdrawn=True), "does not say which"),
        (Row("", "", 1), "no algorithm"),
    ],
)
def test_a_row_that_cannot_be_stored_is_a_bad_one(row: Row, words: str) -> None:
    partner = a_list(bad_row_percent=100)
    done = fed(partner, [_row(TWO), row])
    assert in_force(partner) == {TWO}
    assert words in queries.list_rejected(done).get().reason


def test_every_kind_of_value_is_an_entry() -> None:
    partner = a_list()
    address = "https://example.org/" + "a" * 2000
    rows = [
        Row("photodna", "ab" * 144, 1),
        Row("url", address, 2, media="address"),
        Row("text_sha256", "cd" * 32, 3, media="text", tags=("manual",)),
        Row("file_sha256", "ef" * 32, 4, media="model", ai="unknown"),
    ]
    fed(partner, rows)
    assert queries.kinds_in_force(partner) == {"file_sha256": 1, "photodna": 1, "text_sha256": 1, "url": 1}
    assert Entry.objects.get(algorithm="url").media == "address"
    assert Entry.objects.get(algorithm="text_sha256").tags == ["manual"]


def test_an_entry_goes_with_the_last_of_its_sources() -> None:
    partner = a_list()
    fed(
        partner, [_row(ONE, reference="77-a"), _row(ONE, 2, reference="42-b"), _row(TWO, 3, reference="77-a")]
    )
    entry = Entry.objects.get(value=ONE)
    assert queries.count_sources([entry.pk]) == {entry.pk: 2}
    fed(partner, [Row("", "", 1, reference="77-a", withdrawn=True)])
    assert in_force(partner) == {ONE}
    assert [s.reference for s in queries.list_sources(entry)] == ["42-b"]
    done = fed(partner, [Row("pdq", ONE, 1, reference="42-b", withdrawn=True)])
    assert in_force(partner) == set()
    assert done.edition is not None
    assert done.edition.withdrawn == 1
    assert not EntrySource.objects.filter(withdrawn_in=None).exists()


def test_a_keyed_feed_replaces_what_a_reference_had() -> None:
    partner = a_list()
    fed(partner, [_row(ONE, reference="77-a"), _row(TWO, 2, reference="77-a")], keyed=True)
    fed(partner, [_row(TWO, reference="77-a"), _row(THREE, 2, reference="77-a")], keyed=True)
    assert in_force(partner) == {TWO, THREE}
    fed(partner, [_row(FOUR, reference="77-a")])  # not keyed: it only adds
    assert in_force(partner) == {TWO, THREE, FOUR}


def test_a_whole_list_names_its_sources_anew() -> None:
    partner = a_list()
    fed(partner, [_row(ONE, reference="a"), _row(ONE, 2, reference="b")], incremental=False)
    done = fed(partner, [_row(ONE, reference="b"), _row(ONE, 2, reference="c")], incremental=False)
    assert {s.reference for s in queries.list_sources(Entry.objects.get(value=ONE))} == {"b", "c"}
    assert done.edition is not None
    assert (done.edition.added, done.edition.withdrawn) == (0, 0)


def test_a_changed_entry_keeps_its_other_sources() -> None:
    partner = a_list()
    fed(partner, [_row(ONE, reference="a"), _row(ONE, 2, reference="b")])
    fed(partner, [Row("pdq", ONE, 1, quality=55, reference="a")])
    entry = Entry.objects.get(value=ONE, withdrawn_in=None)
    assert entry.quality == 55
    assert {s.reference for s in queries.list_sources(entry)} == {"a", "b"}


def test_entries_expire_and_are_renewed(tmp_path: Path) -> None:
    partner = a_list(expires_after_days=30, withdrawal_percent=100)
    loaded(partner, csv_of(tmp_path / "a.csv", [ONE, TWO]))
    later = NOON + timedelta(days=20)
    fed(partner, [_row(ONE)], at=later)
    assert not let_expired_go(at=later)
    gone = let_expired_go(at=NOON + timedelta(days=31))
    assert [(e.number, e.withdrawn, e.entries) for e in gone] == [(2, 1, 1)]
    assert in_force(partner) == {ONE}


def test_a_feed_goes_on_where_its_last_loading_ended() -> None:
    partner = a_list()
    fed(partner, [_row(ONE)], origin="a" * 64)
    assert queries.find_last_position(partner, origin_digest="a" * 64) == {"page": "next"}
    assert queries.find_last_position(partner, origin_digest="b" * 64) is None


def test_a_whole_list_that_contradicts_itself_stops_and_names_the_lines() -> None:
    partner = a_list()
    fed(partner, [_row(FOUR)], incremental=False)
    rows = [
        _row(ONE, 2, reference="a"),
        _row(TWO, 3, reference="a"),
        _row(THREE, 4, reference="b"),
        Row("pdq", THREE, 5, quality=51, reference="b"),
        Row("md5", "ab" * 16, 6, reference="a"),
    ]
    stopped = fed(partner, rows, incremental=False)
    assert stopped.state == Loading.State.STOPPED
    assert [(r.line, r.reason.split(",")[0]) for r in queries.list_rejected(stopped)] == [
        (3, "Its reference stood there before"),
        (5, "It says otherwise of a value that stood there before"),
    ]
    assert in_force(partner) == {FOUR}


def test_a_few_contradictions_are_left_out() -> None:
    partner = a_list()
    good = [_row(value, line) for line, value in enumerate(random_pdqs(400, seed=2), 10)]
    done = fed(partner, [_row(ONE, 2, reference="a"), _row(TWO, 3, reference="a"), *good], incremental=False)
    assert (done.state, done.bad_rows, len(in_force(partner))) == (Loading.State.DONE, 1, 401)
    assert ONE in in_force(partner)


def test_values_that_share_a_reference_are_found_with_one_statement(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    partner = a_list(bad_row_percent=100)
    rows = [
        Row("pdq", value, line, reference=f"r{line % 500}") for line, value in enumerate(random_pdqs(1000), 1)
    ]
    with django_assert_max_num_queries(100):
        assert fed(partner, rows, incremental=False).bad_rows == 500
