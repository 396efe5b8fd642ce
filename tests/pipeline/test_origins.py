"""The deep look: kept, repeated only with reason, resumed, and never lowering anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from tests.conftest import NOON
from tests.pipeline.conftest import draw
from tests.pipeline.origin_cast import generated, item_at, labelled, looked

from openhotline_server.findings.batch_origins import batch_origin
from openhotline_server.findings.models import OriginExamination, OriginMark, Provenance
from openhotline_server.findings.origins import evidence_of, origin_of
from openhotline_server.findings.prints import prints_of
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.lists.operations import NewEntry, ensure_own_list, load_edition
from openhotline_server.pipeline import origins
from openhotline_server.pipeline.importing import Imported
from openhotline_server.pipeline.retro_matching import compare
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
TakeIn = Callable[..., Imported]


@pytest.fixture
def marked(tmp_path: Path, take_in: TakeIn) -> Imported:
    """A report of four: two of one generator's run, one labelled, one plain."""
    root = tmp_path / "marked"
    root.mkdir()
    (root / "a.png").write_bytes(generated(31))
    (root / "b.png").write_bytes(generated(32, seed=1_234_569))
    (root / "c.jpg").write_bytes(labelled(33))
    (root / "d.jpg").write_bytes(draw(34))
    return take_in(root)


@pytest.fixture
def site_weights(request: pytest.FixtureRequest) -> Path:
    """The operator's own weights: the file is gone when the test is over."""
    path = settings.DATA.origin_settings
    request.addfinalizer(lambda: path.unlink(missing_ok=True))
    return path


def test_the_deep_look_is_kept_with_everything_that_it_was_made_with(marked: Imported) -> None:
    done = looked()
    assert (done.looked, done.failed, done.finished) == (4, 0, True)
    found = origin_of([item_at("c.jpg").pk])[item_at("c.jpg").pk]
    assert (found.number, found.outcome, found.failure) == (1, "undetermined", "")
    assert found.record["inputs_sha256"] == found.inputs
    assert found.record["inputs"]["versions"]["c2pa-python"]
    (said,) = evidence_of([found.item_id])[found.item_id]
    assert (said.claim, said.strength) == ("ai_generated", "asserted_unsigned")
    line = ledger.search(event=Event.ORIGIN_EXAMINED, subject=item_at("c.jpg").subject).get()
    assert line.details == {"number": 1, "outcome": "undetermined", "inputs": found.inputs}
    assert ledger.verify().lines > 4


def test_evidence_is_the_quick_looks_until_there_is_a_deep_one(marked: Imported) -> None:
    item = item_at("c.jpg").pk
    quick = evidence_of([item])[item]
    assert [e.claim for e in quick] == ["ai_generated"]
    looked()
    assert Provenance.objects.filter(item=item).count() == 2
    assert len(evidence_of([item])[item]) == 1


def test_twice_is_once(marked: Imported) -> None:
    looked()
    assert looked().looked == 0
    assert looked(again=True).looked == 0
    assert OriginExamination.objects.count() == 4


def test_other_inputs_give_another_result_beside_the_former(marked: Imported, site_weights: Path) -> None:
    looked()
    site_weights.write_text('[fusion]\ncamera_at = -0.4\nsource = "a test"\n')
    assert looked().looked == 0
    assert looked(again=True).looked == 4
    rows = OriginExamination.objects.filter(item=item_at("a.png")).order_by("number")
    first, second = rows
    assert (first.number, second.number) == (1, 2)
    assert first.inputs != second.inputs
    assert ledger.search(event=Event.ORIGIN_EXAMINED_AGAIN).count() == 4
    key = item_at("a.png").pk
    assert origin_of([key])[key] == second
    assert len(evidence_of([key])[key]) == Provenance.objects.filter(origin=second).count()


def test_stopped_after_any_part_it_goes_on_behind_it(
    marked: Imported, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origins, "AT_ONCE", 1)
    done = looked(stop=lambda: True)
    assert (done.looked, done.finished) == (1, False)
    assert OriginExamination.objects.count() == 1
    assert looked().looked == 3


def test_a_file_that_cannot_be_read_has_a_look_that_says_so(tmp_path: Path, take_in: TakeIn) -> None:
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch" / "broken.jpg").write_bytes(draw(40)[:2000])
    (tmp_path / "batch" / "whole.jpg").write_bytes(draw(41))
    take_in(tmp_path / "batch")
    assert looked().failed == 1
    found = origin_of([item_at("broken.jpg").pk])[item_at("broken.jpg").pk]
    assert found.failure
    assert found.outcome == "undetermined"


def test_what_pictures_of_a_batch_share(marked: Imported) -> None:
    looked()
    shared = batch_origin(marked.report)
    assert (shared.items, shared.examined) == (4, 4)
    assert {(one.kind, one.value, one.items) for one in shared.shared} == {
        ("generator", "AUTOMATIC1111 or alike", 2),
        ("model_digest", "0123abcd45", 2),
        ("seed_family", "1234567 to 1234569", 2),
    }
    kinds = OriginMark.objects.filter(item=item_at("a.png")).values_list("kind", flat=True)
    assert set(kinds) == {"generator", "model_digest", "seed"}


def test_a_label_that_earlier_sightings_lack_is_a_contradiction(tmp_path: Path, take_in: TakeIn) -> None:
    for name, data in (("first", draw(50)), ("later", labelled(50))):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.jpg").write_bytes(data)
    take_in(tmp_path / "first", day=1)
    take_in(tmp_path / "later", day=2)
    looked()
    later = origin_of([item_at("later.jpg").pk])[item_at("later.jpg").pk]
    first = origin_of([item_at("first.jpg").pk])[item_at("first.jpg").pk]
    assert [c["code"] for c in later.contradictions] == ["label_came_later"]
    assert first.contradictions == []


def test_a_look_gives_a_case_words_and_never_a_lower_place(marked: Imported) -> None:
    before = dict(Case.objects.values_list("pk", "urgency"))
    Case.objects.update(urgency=60, reasons=[{"code": "listed", "points": 60, "words": "by a test"}])
    looked(at=NOON)
    assert set(Case.objects.values_list("urgency", flat=True)) == {60}
    assert before.keys() == dict(Case.objects.values_list("pk", "urgency")).keys()
    codes = {r["code"] for case in Case.objects.all() for r in case.reasons}
    assert {"ai_generated", "kept"} <= codes


def test_known_material_that_comes_later_is_a_contradiction_without_another_look(marked: Imported) -> None:
    looked()
    item = item_at("c.jpg")
    own = ensure_own_list(at=NOON)
    (value,) = prints_of([item.pk]).values()
    grade = {"gb-eng": {"outcome": "photograph", "grade": "C", "edition": "x"}}
    entry = NewEntry("pdq", value.value, 90, grades=grade)
    load_edition(hash_list=own, add=[entry], withdraw=[], actor="system", at=NOON)
    compare(hash_list=own, clock=lambda: NOON)
    first, second = OriginExamination.objects.filter(item=item).order_by("number")
    assert (first.inputs, first.contradictions) == (second.inputs, [])
    assert [c["code"] for c in second.contradictions] == ["label_on_known_real"]
    assert (second.record["known_real"], second.record["file"]) == (True, first.record["file"])
    assert len(evidence_of([item.pk])[item.pk]) == 1
    assert looked(again=True).looked == 0
