"""What the site gives the deep look: trust lists, detectors, weights. A change is seen, kept and explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from tests.pipeline.conftest import draw
from tests.pipeline.origin_cast import item_at, looked

from openhotline.cli.examine_output import entry_of
from openhotline.errors import BadInput, OpenHotlineError
from openhotline.provenance.comparison import compare
from openhotline.provenance.signed.trust import update_trust
from openhotline_server.findings.models import OriginExamination, OriginMark
from openhotline_server.findings.origins import evidence_of, origin_of
from openhotline_server.pipeline.drawing.signing import draw_signed
from openhotline_server.pipeline.importing import Imported
from openhotline_server.pipeline.origin_explaining import look_today, stored_look

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inputs_of_this_test_only")]
TakeIn = Callable[..., Imported]


def _taken_in(take_in: TakeIn, root: Path, **pictures: bytes) -> None:
    root.mkdir()
    for name, data in pictures.items():
        (root / f"{name}.jpg").write_bytes(data)
    take_in(root)


def _strengths(path: str) -> dict[str, str]:
    item = item_at(path).pk
    return {e.family: e.strength for e in evidence_of([item])[item]}


def test_a_trust_list_that_came_later_changes_the_result_and_explains_it(
    take_in: TakeIn, tmp_path: Path
) -> None:
    made = draw_signed(seed=90, at=datetime.now(UTC))
    _taken_in(take_in, tmp_path / "batch", generated=made.files["generated-1.jpg"])
    looked()
    assert _strengths("generated.jpg")["signed_provenance"] == "signed_but_untrusted"
    (tmp_path / "root.pem").write_bytes(made.root)
    update_trust(settings.DATA.trust, [tmp_path / "root.pem"], name="drawn")
    item = item_at("generated.jpg")
    told = compare(entry_of(stored_look(item), devices=False), entry_of(look_today(item), devices=False))
    assert [cause.code for cause in told.causes] == ["trust"]
    assert "outcome" in {change.what for change in told.changes}
    assert OriginExamination.objects.count() == 1
    looked(again=True)
    assert _strengths("generated.jpg")["signed_provenance"] == "cryptographic_trusted"
    found = origin_of([item.pk])[item.pk]
    assert (found.number, found.outcome) == (2, "synthetic_indications")
    assert [one["name"] for one in found.record["inputs"]["trust"]] == ["drawn"]
    same = compare(entry_of(stored_look(item), devices=False), entry_of(look_today(item), devices=False))
    assert (same.changes, same.causes) == ((), ())
    assert stored_look(item, number=1).verdict.outcome == "undetermined"
    signers = OriginMark.objects.filter(item=item, kind="signer").values_list("value", flat=True)
    assert len(signers) == 1
    assert "not on a list" not in signers[0]


def test_a_detector_in_its_folder_is_asked_and_named_in_the_record(take_in: TakeIn, tmp_path: Path) -> None:
    detector_cast = pytest.importorskip("tests.provenance.detector_cast")
    _taken_in(take_in, tmp_path / "batch", a=draw(91, size=(320, 240)))
    settings.DATA.detectors.mkdir()
    detector_cast.write_plain(settings.DATA.detectors / "redness")
    looked()
    found = origin_of([item_at("a.jpg").pk])[item_at("a.jpg").pk]
    assert [one["name"] for one in found.record["inputs"]["detectors"]] == ["redness"]
    assert found.record["detectors"]
    assert "pixel_detectors" in _strengths("a.jpg")


def test_a_detector_that_is_not_the_pinned_one_stops_the_look_before_it_begins(
    take_in: TakeIn, tmp_path: Path
) -> None:
    detector_cast = pytest.importorskip("tests.provenance.detector_cast")
    _taken_in(take_in, tmp_path / "batch", a=draw(92))
    settings.DATA.detectors.mkdir()
    model = detector_cast.write_plain(settings.DATA.detectors / "redness") / "model.onnx"
    model.write_bytes(model.read_bytes() + b"\0")
    with pytest.raises(OpenHotlineError):
        looked()
    assert OriginExamination.objects.count() == 0


def test_settings_that_cannot_be_read_stop_the_look_before_it_begins(take_in: TakeIn, tmp_path: Path) -> None:
    _taken_in(take_in, tmp_path / "batch", a=draw(93))
    settings.DATA.origin_settings.write_text("[families.unsigned_claims]\nhighest = 1.0\n")
    with pytest.raises(BadInput):
        looked()
    assert OriginExamination.objects.count() == 0
