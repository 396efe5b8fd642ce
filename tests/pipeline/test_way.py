"""The machine part of a report's way: known material and decided groups are never shown again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django_tasks import task_backends
from tests.conftest import NOON
from tests.desk_of import PSEUDO_B, answered
from tests.pipeline.conftest import draw

from openhotline.errors import Conflict, Destroyed
from openhotline_server.accounts.models import User
from openhotline_server.assessment.displays import next_cases
from openhotline_server.assessment.models import Assessment, LegalResult
from openhotline_server.assessment.operations import derive_again, set_policy
from openhotline_server.assessment.queries import DEFAULT_POLICY, ReviewPolicy, find_assessment
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.evidence.queries import original
from openhotline_server.findings.models import Cluster, ClusterMember, Fingerprint, KnownMatch
from openhotline_server.intake.models import Report
from openhotline_server.pipeline import steps
from openhotline_server.pipeline.destroying import destroy_item
from openhotline_server.pipeline.importing import Imported
from openhotline_server.sharing.operations import publish, withdraw
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
TakeIn = Callable[..., Imported]


@pytest.fixture(autouse=True)
def _no_samples(db: None) -> None:
    policy = {**DEFAULT_POLICY, "second_vote_percent": 0, "automatic_check_percent": 0, "last_hour": 24}
    set_policy(policy=ReviewPolicy(**policy), actor="system", at=NOON)


def _batch(folder: Path, **pictures: bytes) -> Path:
    folder.mkdir()
    for name, data in pictures.items():
        (folder / f"{name}.jpg").write_bytes(data)
    return folder


def test_near_duplicates_are_one_case_and_its_answer_is_everybodys(
    take_in: TakeIn, tmp_path: Path, ana: User
) -> None:
    take_in(_batch(tmp_path / "a", one=draw(1), smaller=draw(1, quality=50), other=draw(2)))
    assert Case.objects.count() == 2
    pair = Case.objects.get(cluster__in=ClusterMember.objects.filter(distance__gt=0).values("cluster"))
    answered(pair, (ana, PSEUDO_B))
    assert ClusterMember.objects.filter(cluster=pair.cluster).count() == 2
    assert find_assessment(pair) is not None


def test_a_new_copy_of_a_decided_group_is_shown_to_nobody(
    take_in: TakeIn, tmp_path: Path, ana: User, ben: User
) -> None:
    take_in(_batch(tmp_path / "a", one=draw(1)))
    answered(Case.objects.get(), (ana, PSEUDO_B))
    take_in(_batch(tmp_path / "b", again=draw(1, quality=50)))
    assert (Case.objects.count(), Cluster.objects.count(), Item.objects.count()) == (1, 1, 2)
    assert not next_cases(person=ana, at=NOON + timedelta(hours=2))
    assert not next_cases(person=ben, at=NOON + timedelta(hours=2))


def test_published_material_gets_its_grade_unseen(
    take_in: TakeIn, tmp_path: Path, ana: User, ben: User, mia: User
) -> None:
    take_in(_batch(tmp_path / "a", one=draw(1)))
    case = answered(Case.objects.get(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[case], person=mia, at=NOON)
    take_in(_batch(tmp_path / "b", near=draw(1, quality=40), new=draw(2)))
    near = Item.objects.get(pk__in=Sighting.objects.filter(path="near.jpg").values("item"))
    match = KnownMatch.objects.get(item=near)
    assert (match.entry.algorithm, match.entry.mode, match.threshold) == ("pdq", "strict", 31)
    # What was near by the import's fast hash is confirmed by the strict one, which is kept.
    assert Fingerprint.objects.get(item=near, mode="strict").quality == match.quality
    known = Case.objects.get(cluster__representative=near)
    assert known.state == Case.State.DECIDED
    standing = find_assessment(known)
    assert standing is not None
    assert (standing.basis, standing.facts) == (Assessment.Basis.KNOWN, PSEUDO_B)
    waiting = next_cases(person=ana, at=NOON + timedelta(hours=2))
    assert [c.cluster.representative.pk for c in waiting] == [Sighting.objects.get(path="new.jpg").item_id]


def test_a_sample_of_automatic_grades_is_read_blind(
    take_in: TakeIn, tmp_path: Path, ana: User, ben: User, cleo: User, mia: User
) -> None:
    take_in(_batch(tmp_path / "a", one=draw(1)))
    publish(cases=[answered(Case.objects.get(), (ana, PSEUDO_B), (ben, PSEUDO_B))], person=mia, at=NOON)
    policy = ReviewPolicy(**{**DEFAULT_POLICY, "automatic_check_percent": 100, "last_hour": 24})
    set_policy(policy=policy, actor="system", at=NOON)
    take_in(_batch(tmp_path / "b", near=draw(1, quality=40)))
    sampled = Case.objects.get(state=Case.State.SECOND)
    answered(sampled, (cleo, PSEUDO_B))
    assert sampled.state == Case.State.DECIDED
    standing = find_assessment(sampled)
    assert standing is not None
    assert standing.basis == Assessment.Basis.AGREED


def test_every_step_twice_is_once(take_in: TakeIn, folder: Path) -> None:
    done = take_in(folder)
    before = (
        Case.objects.count(),
        Cluster.objects.count(),
        KnownMatch.objects.count(),
        ClusterMember.objects.count(),
    )
    steps.run_here(done.report, clock=lambda: NOON)
    assert before == (
        Case.objects.count(),
        Cluster.objects.count(),
        KnownMatch.objects.count(),
        ClusterMember.objects.count(),
    )


@pytest.mark.django_db(transaction=True)
def test_the_worker_goes_the_same_way(folder: Path) -> None:
    from datetime import date

    from django.core.management import call_command

    from openhotline_server.pipeline.importing import import_batch

    import_batch(
        path=folder,
        source="a test",
        received_on=date(2026, 11, 2),
        actor="command-line",
        clock=lambda: NOON,
        workers=1,
        later=True,
    )
    assert not Case.objects.exists()
    assert task_backends["default"] is not None
    call_command("db_worker", batch=True, interval=0, verbosity=0)
    assert Case.objects.filter(state=Case.State.OPEN).count() == 4
    assert Report.objects.get().finished_at == NOON


def test_a_changed_law_is_derived_anew_and_the_old_results_stay(
    take_in: TakeIn, tmp_path: Path, ana: User
) -> None:
    take_in(_batch(tmp_path / "a", one=draw(1)))
    answered(Case.objects.get(), (ana, PSEUDO_B))
    before = LegalResult.objects.count()
    assert derive_again(at=NOON) == 1
    assert LegalResult.objects.count() == before  # the same editions give no second row
    LegalResult.objects.update(edition="an earlier one")
    derive_again(at=NOON)
    assert LegalResult.objects.count() == 2 * before


def test_destruction_runs_backwards(take_in: TakeIn, tmp_path: Path, ana: User, ben: User, mia: User) -> None:
    # Pictures of its own: the vault outlives the test, and it remembers what was destroyed.
    take_in(_batch(tmp_path / "a", one=draw(901), two=draw(902)))
    one, two = Item.objects.order_by("pk")
    case = answered(Case.objects.get(cluster__representative=one), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[case], person=mia, at=NOON)
    with pytest.raises(Conflict, match="Withdraw"):
        destroy_item(item=one, reason="retention ended", actor="system", at=NOON)
    withdraw(item=one, reason="retention ended", person=mia, at=NOON)
    destroy_item(item=one, reason="retention ended", actor="system", at=NOON)
    with pytest.raises(Destroyed):
        original(one)
    again = take_in(_batch(tmp_path / "b", one=draw(901)))  # seen again, it is counted and stays destroyed
    assert (again.taken, again.new_items, again.failures) == (1, 0, 0)
    with pytest.raises(Destroyed):
        original(one)
    destroy_item(item=two, reason="retention ended", actor="system", at=NOON)
    assert Case.objects.get(cluster__representative=two).state == Case.State.UNREADABLE
    assert not next_cases(person=ana, at=NOON + timedelta(hours=2))
