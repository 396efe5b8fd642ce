"""What a replay leaves in the database, on a study of two hundred records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as site
from django.db.models import Sum
from study_cast import SMALL
from tests.conftest import NOON

from openhotline import law, taxonomy
from openhotline.errors import Busy, Conflict
from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import Assessment, ReviewPolicy, Vote
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.findings.models import Cluster
from openhotline_server.intake.models import Report
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.models import Line
from openhotline_server.pipeline import study as replaying
from openhotline_server.pipeline.importing import only_import
from openhotline_server.pipeline.study import PROHIBITED, Replayed, discount_facts
from openhotline_server.statistics.publication import count_tables
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.tables import Cell
from openhotline_server.triage.models import Case
from openhotline_server.triage.queries import counts as case_counts
from openhotline_server.triage.queries import queue

Replay = Callable[..., Replayed]
GB_ENG = law.load_jurisdiction("gb-eng")


def counted(name: str, column: str = "count") -> dict[Cell, Cell]:
    table = count_tables(Scope(SMALL["title"]), public=False).table(name)
    return {row[0]: row[table.columns.index(column)] for row in table.rows}


@pytest.mark.parametrize("reason", taxonomy.load("discount_reasons").codes)
def test_the_facts_of_a_reason_lead_to_it(reason: str) -> None:
    facts = dict(discount_facts(reason))
    if facts["child"] == "unsure":
        facts["second_opinion"] = "still_unsure"
    result = law.derive(facts, GB_ENG)
    assert (result.outcome, result.discount_reason) == ("discounted", reason)


def test_the_facts_of_a_prohibited_image_lead_to_it() -> None:
    assert law.derive(PROHIBITED, GB_ENG).outcome == "prohibited_image"


def test_every_count_comes_back(replay: Replay) -> None:
    done = replay(SMALL)
    assert (done.records, done.answers) == (203, 116)
    assert counted("discounted") == SMALL["discounted"]
    assert {k: v for k, v in counted("outcomes").items() if v} == SMALL["criminal"] | {"discounted": 82}
    figures = counted("overview")
    assert [figures[name] for name in ("items", "sightings", "not_selected", "assessed", "analysts")] == [
        203,
        203,
        91,
        112,
        12,
    ]
    assert counted("sex") == {"girl": 23, "boy": 0, "both": 0, "unidentified": 0, "not_recorded": 3}
    assert counted("severity")["not_recorded"] == counted("age")["not_recorded"] == 26
    assert counted("ai", "non_photographic")["not_recorded"] == 4


def test_it_goes_through_the_desk_s_own_operations(replay: Replay) -> None:
    replay(SMALL)
    assert Item.objects.count() == Sighting.objects.count() == Cluster.objects.count() == 203
    assert not Item.objects.exclude(sha256=None).exists()
    states = {state: n for state, n in case_counts().items() if n}
    assert states == {"decided": 112, "left_out": 91}
    events = Counter(Line.objects.values_list("event", flat=True))
    assert events["vote.cast"] == 116
    assert events["assessment.made"] == 112
    assert events["case.left_out"] == 91
    assert events["study.replayed"] == 1
    assert events["second_vote.asked"] == 0
    ledger.verify()


def test_the_time_adds_up_to_the_millisecond(replay: Replay) -> None:
    replay(SMALL)
    votes = Vote.objects.all()
    assert votes.aggregate(total=Sum("milliseconds"))["total"] == 3_240_000
    shares = set(votes.values_list("milliseconds", flat=True))
    assert max(shares) - min(shares) <= 1


def test_an_age_in_question_has_two_readers(replay: Replay) -> None:
    replay(SMALL)
    unsure = Vote.objects.filter(facts={"child": "unsure"})
    assert sorted(Counter(unsure.values_list("case", flat=True)).values()) == [2, 2, 2, 2]
    assert len(set(unsure.values_list("case", "person"))) == 8
    assert Assessment.objects.filter(basis=Assessment.Basis.AGREED).count() == 4


def test_its_analysts_can_never_sign_in(replay: Replay) -> None:
    replay(SMALL)
    people = User.objects.filter(pk__in=Vote.objects.values("person"))
    assert people.count() == 12
    assert not any(person.has_usable_password() for person in people)


def test_nothing_of_it_stands_in_anybody_s_queue(replay: Replay, ana: User) -> None:
    replay(SMALL)
    assert not queue(states=tuple(Case.WAITING), person=ana, at=NOON).exists()
    assert not ReviewPolicy.objects.exists()


def test_no_unconfirmed_number_is_written(replay: Replay) -> None:
    replay(SMALL | {"severity_unconfirmed": {"A": 9, "B": 9, "C": 8}})
    assert not Vote.objects.filter(facts__has_any_keys=["severity", "age_band", "ai"]).exists()


def test_twice_is_refused(replay: Replay) -> None:
    replay(SMALL)
    with pytest.raises(Conflict, match="replayed already"):
        replay(SMALL)
    assert Item.objects.count() == 203


def test_another_study_of_the_same_title_is_refused(replay: Replay) -> None:
    replay(SMALL)
    with pytest.raises(Conflict, match="another title"):
        replay(SMALL | {"analyst_hours": 1.0})
    replay(SMALL | {"title": "Another small study"})
    assert Report.objects.count() == 2
    assert counted("overview")["items"] == 203


def test_a_replay_that_was_stopped_goes_on_where_it_was(
    replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 40)

    def stop(done: int, total: int) -> None:
        if done >= 120:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(SMALL, progress=stop)
    assert Item.objects.count() == 120
    seen: list[tuple[int, int]] = []
    done = replay(SMALL, progress=lambda done, total: seen.append((done, total)))
    assert done.records == 83
    assert (seen[0], seen[-1]) == ((120, 203), (203, 203))
    assert counted("discounted") == SMALL["discounted"]
    assert Vote.objects.aggregate(total=Sum("milliseconds"))["total"] == 3_240_000


def test_it_waits_for_an_import(replay: Replay) -> None:
    with only_import(site.DATA.import_lock), pytest.raises(Busy):
        replay(SMALL)


def test_twice_from_nothing_is_the_same(replay: Replay) -> None:
    def answers(study: dict[str, Any]) -> list[Any]:
        report = replay(study).report
        places = Sighting.objects.filter(report=report).order_by("path")
        cases = dict(Case.objects.values_list("cluster__representative", "pk"))
        return [
            (s.path, list(Vote.objects.filter(case=cases[s.item_id]).values_list("facts", "milliseconds")))
            for s in places
        ]

    assert answers(SMALL) == answers(SMALL | {"title": "Once more"})
