"""What is counted, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from counting_cast import OFF_REMIT, PHOTOGRAPH, PROHIBITED, PSEUDO, UNSURE, Answer, OpenCases
from django.conf import settings as site
from tests.conftest import NOON

from openhotline.errors import BadInput, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.assessment import results
from openhotline_server.assessment.models import Display, LegalResult
from openhotline_server.assessment.operations import grade_known, undo_vote
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.findings.models import ClusterMember
from openhotline_server.findings.operations import leave_cluster
from openhotline_server.intake.models import Report
from openhotline_server.lists.operations import ensure_own_list
from openhotline_server.notices.models import Notice
from openhotline_server.sharing.models import Publication
from openhotline_server.statistics import queries
from openhotline_server.statistics.publication import count_tables
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.tables import Cell
from openhotline_server.triage import operations as triage

EVERYTHING = Scope()


def column(name: str, at: str = "count", scope: Scope = EVERYTHING) -> dict[Cell, Cell]:
    table = count_tables(scope, public=False).table(name)
    return {row[0]: row[table.columns.index(at)] for row in table.rows}


def filled(name: str, at: str = "count", scope: Scope = EVERYTHING) -> dict[Cell, Cell]:
    return {code: count for code, count in column(name, at, scope).items() if count}


def test_an_empty_site_has_all_tables_and_no_percentages(db: None) -> None:
    counted = count_tables(EVERYTHING, public=False)
    assert [t.name for t in counted.tables] == [
        "overview",
        "outcomes",
        "criminal",
        "discounted",
        "severity",
        "age",
        "sex",
        "severity_by_age",
        "ai",
    ]
    assert column("outcomes") == {
        "pseudo_photograph": 0,
        "photograph": 0,
        "prohibited_image": 0,
        "discounted": 0,
    }
    assert set(column("outcomes", "percent").values()) == {None}
    assert column("overview")["items_per_analyst_hour"] is None


def test_a_decision_counts_for_every_item_of_the_group(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    one, three, other = open_case([1, 3, 1])
    answer(one, PHOTOGRAPH, ana)
    answer(three, PSEUDO, ana)
    answer(other, OFF_REMIT, ana)
    assert column("outcomes") == {
        "pseudo_photograph": 3,
        "photograph": 1,
        "prohibited_image": 0,
        "discounted": 1,
    }
    assert column("outcomes", "percent")["pseudo_photograph"] == Decimal(60)
    assert filled("severity") == {"B": 1, "C": 3}
    assert filled("severity", "percent") == {"B": Decimal("25.0"), "C": Decimal("75.0")}
    assert filled("age") == {"7-10": 4}
    assert filled("sex") == {"girl": 4}
    assert column("severity_by_age", "C")["7-10"] == 3
    assert filled("criminal") == {"criminal": 4, "not_criminal": 1}
    assert filled("discounted") == {"off_remit": 1}


def test_a_prohibited_image_has_no_severity_age_or_sex(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    (case,) = open_case([2])
    answer(case, PROHIBITED, ana)
    assert filled("outcomes") == {"prohibited_image": 2}
    assert not filled("severity") | filled("age") | filled("sex") | filled("severity_by_age")
    assert filled("ai", "non_photographic") == {"wholly_generated": 2}
    assert not filled("ai", "photographic")


def test_a_member_that_left_counts_for_itself(open_case: OpenCases, answer: Answer, ana: User) -> None:
    (case,) = open_case([3])
    answer(case, PHOTOGRAPH, ana)
    leave_cluster(item=list(Item.objects.order_by("pk"))[2], actor="test", at=NOON)
    assert filled("outcomes") == {"photograph": 2}
    assert column("overview")["waiting"] == 1


def test_every_item_is_counted_once_in_the_overview(
    open_case: OpenCases, answer: Answer, ana: User, ben: User
) -> None:
    decided, left, waiting, doubtful, _ = open_case([2, 3, 1, 1, 1])
    answer(decided, OFF_REMIT, ana)
    answer(doubtful, UNSURE, ana)
    triage.leave_out(cases=[left], reason="a test", actor="test", at=NOON)
    triage.move(case=waiting, to=waiting.State.UNREADABLE, actor="test", at=NOON)
    seen = column("overview")
    assert seen["items"] == seen["sightings"] == 8
    assert [seen[name] for name in ("assessed", "not_selected", "unreadable", "waiting", "undecided")] == [
        2,
        3,
        1,
        2,
        0,
    ]
    assert seen["selected"] == 5


def test_two_in_doubt_make_an_age_in_question(
    open_case: OpenCases, answer: Answer, ana: User, ben: User
) -> None:
    (case,) = open_case([1])
    answer(case, UNSURE, ana, ben)
    assert filled("discounted") == {"age_in_question": 1}
    assert column("overview")["second_readings"] == 1


def test_what_was_taken_back_is_not_counted_but_its_time_is(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    (case,) = open_case([1])
    answer(case, PHOTOGRAPH, ana)
    undo_vote(person=ana, at=NOON + timedelta(minutes=1))
    assert column("overview")["assessed"] == 0
    assert queries.count(EVERYTHING).milliseconds == 30_000
    answer(case, OFF_REMIT, ana)
    assert filled("outcomes") == {"discounted": 1}


def test_a_result_that_another_supersedes_is_not_counted(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    (case,) = open_case([1])
    answer(case, PHOTOGRAPH, ana)
    in_force = LegalResult.objects.get(jurisdiction=site.JURISDICTIONS[0])
    in_force.pk, in_force.edition, in_force.outcome = None, "2020-01", "discounted"
    in_force.derived_at = NOON + timedelta(days=1)
    in_force.save(force_insert=True)
    assert filled("outcomes") == {"photograph": 1}


def test_without_a_result_of_the_edition_in_force_the_last_one_counts(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    (case,) = open_case([1])
    answer(case, PHOTOGRAPH, ana)
    LegalResult.objects.update(edition="2020-01")
    assert filled("outcomes") == {"photograph": 1}


def test_without_a_firm_outcome_an_item_is_undecided(open_case: OpenCases, answer: Answer, ana: User) -> None:
    (case,) = open_case([4])
    answer(case, PHOTOGRAPH, ana)
    LegalResult.objects.update(outcome="")
    seen = column("overview")
    assert (seen["undecided"], seen["assessed"], seen["waiting"]) == (4, 0, 0)


def test_time_exposures_and_known_material(open_case: OpenCases, answer: Answer, ana: User) -> None:
    first, second, known = open_case([1, 1, 2])
    answer(first, PHOTOGRAPH, ana)
    answer(second, OFF_REMIT, ana)
    grade_known(graded=[(known, PSEUDO)], at=NOON)
    for pictures in (1, 4):
        Display.objects.create(
            person=ana, case=first, kind="sheet", level=2, pictures=pictures, shown_at=NOON
        )
    seen = column("overview")
    assert seen["graded_as_known"] == 2
    assert seen["assessed"] == 4
    assert seen["analysts"] == 1
    assert (seen["exposures"], seen["exposures_per_item"]) == (5, Decimal("1.25"))
    assert seen["seconds_per_item"] == 15
    assert seen["items_per_analyst_hour"] == Decimal("240.0")


def test_what_was_told_and_published(open_case: OpenCases, answer: Answer, ana: User) -> None:
    (case,) = open_case([2])
    answer(case, PHOTOGRAPH, ana)
    Notice.objects.create(case=case, kind="police_referral", recipient="x", document={}, drafted_at=NOON)
    Notice.objects.create(
        case=case, kind="police_referral", recipient="y", document={}, drafted_at=NOON, delivered_at=NOON
    )
    one, other = Item.objects.order_by("pk")
    for item, acts in ((one, ["published"]), (other, ["published", "withdrawn"])):
        for act in acts:
            Publication.objects.create(
                hash_list=ensure_own_list(at=NOON),
                item=item,
                reference=str(item.code),
                act=act,
                edition=1,
                document={},
                published_by="test",
                published_at=NOON,
            )
    seen = column("overview")
    assert (seen["notices_delivered"], seen["published"]) == (1, 1)


def test_a_study_and_a_period_are_counted_apart(open_case: OpenCases, answer: Answer, ana: User) -> None:
    (of_study,) = open_case([2], study="One study", received_on=date(2023, 9, 30))
    (other,) = open_case([1])
    answer(of_study, PHOTOGRAPH, ana)
    answer(other, OFF_REMIT, ana)
    study, early = Scope(study="One study"), Scope(last_day=date(2023, 12, 31))
    assert filled("outcomes", scope=study) == filled("outcomes", scope=early) == {"photograph": 2}
    assert filled("outcomes", scope=Scope(first_day=date(2024, 1, 1))) == {"discounted": 1}
    assert column("overview", scope=study)["reports"] == 1
    assert column("overview", scope=study)["analyst_hours"] == Decimal("0.0")
    assert column("overview")["reports"] == 2


def test_an_item_seen_twice_is_one_item_with_two_sightings(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    (case,) = open_case([1])
    answer(case, PHOTOGRAPH, ana)
    again = Report.objects.create(
        kind="records",
        source="x",
        origin_digest="x",
        study="Another",
        received_on=NOON.date(),
        created_at=NOON,
    )
    Sighting.objects.create(report=again, item=Item.objects.get(), path="there", seen_at=NOON)
    queries._kept.cache_clear()  # the sighting was put there without a line in the ledger
    assert [column("overview")[name] for name in ("items", "sightings", "assessed")] == [1, 2, 1]
    assert filled("outcomes", scope=Scope(study="Another")) == {"photograph": 1}


def test_only_the_members_in_scope_are_counted(open_case: OpenCases, answer: Answer, ana: User) -> None:
    (case,) = open_case([2], study="First")
    (late,) = open_case([1], study="Second")
    ClusterMember.objects.filter(cluster=late.cluster).update(cluster=case.cluster)
    answer(case, PHOTOGRAPH, ana)
    assert filled("outcomes", scope=Scope(study="First")) == {"photograph": 2}
    assert filled("outcomes", scope=Scope(study="Second")) == {"photograph": 1}


def test_an_unknown_study_is_named_as_such(open_case: OpenCases) -> None:
    open_case([1], study="Known")
    with pytest.raises(NotFound) as refusal:
        count_tables(Scope(study="Unknown"), public=False)
    assert "Known" in refusal.value.details


def test_the_answer_is_new_after_every_change(open_case: OpenCases, answer: Answer, ana: User) -> None:
    (case,) = open_case([1])
    assert not filled("outcomes")
    answer(case, PHOTOGRAPH, ana)
    assert filled("outcomes") == {"photograph": 1}


def test_a_finished_record_may_leave_open_what_the_outcome_does_not_need(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    facts = {"child": "yes", "image_type": "pseudo_photograph", "indecent": "yes"}
    first, second = open_case([1, 1])
    with pytest.raises(BadInput):
        answer(first, facts, ana)
    answer(first, facts, ana, recorded=True)
    assert filled("severity") == filled("age") == filled("sex") == {"not_recorded": 1}
    assert filled("ai") == {"not_recorded": 1}
    for incomplete in ({"child": "no"}, {"child": "yes"}):
        with pytest.raises(BadInput):
            answer(second, incomplete, ana, recorded=True)


def test_a_record_is_in_no_sample(
    open_case: OpenCases, answer: Answer, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhotline_server.assessment.rules.sampled", lambda *_, **__: True)
    drawn, recorded = open_case([1, 1])
    answer(drawn, OFF_REMIT, ana)
    answer(recorded, OFF_REMIT, ana, recorded=True)
    drawn.refresh_from_db()
    recorded.refresh_from_db()
    assert (drawn.state, recorded.state) == ("second", "decided")


def test_a_law_without_discounts_has_tables_too(
    open_case: OpenCases, answer: Answer, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ncmec: Any = next(j for j in results.jurisdictions() if j.code == "us-ncmec")
    monkeypatch.setattr(queries, "deciding", lambda: ncmec)
    (case,) = open_case([1])
    answer(case, PHOTOGRAPH, ana)
    for public in (False, True):
        tables = count_tables(EVERYTHING, public=public)
        assert replace(tables, tables=()).jurisdiction is ncmec
    assert filled("outcomes") == {"industry_classification": 1}
    assert not filled("severity")
