"""Whether the deep look works is told: what is broken and what to do, gone once it is mended; older looks, calmly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from tests.pipeline.conftest import draw
from tests.pipeline.origin_cast import item_at, looked

from openhotline.provenance.signed.trust import update_trust
from openhotline_server.evidence.store import vault
from openhotline_server.findings.models import Device, OriginExamination
from openhotline_server.findings.origin_records import facts_of
from openhotline_server.pipeline import origin_verdicts
from openhotline_server.pipeline.drawing.signing import draw_signed
from openhotline_server.pipeline.importing import Imported
from openhotline_server.pipeline.origin_health import NOT_PINNED, Health, origin_health
from openhotline_server.pipeline.origin_tasks import look_at_origins
from openhotline_server.pipeline.origin_verdicts import reconsider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inputs_of_this_test_only")]
TakeIn = Callable[..., Imported]


def _places() -> list[str]:
    return [one.place for one in origin_health().broken]


def _trust_list(tmp_path: Path) -> Path:
    (tmp_path / "root.pem").write_bytes(draw_signed(seed=90, at=datetime.now(UTC)).root)
    update_trust(settings.DATA.trust, [tmp_path / "root.pem"], name="drawn")
    return settings.DATA.trust / "drawn.trust.json"


def _ended(status: str) -> None:
    look_at_origins.enqueue()
    DBTaskResult.objects.filter(task_path=look_at_origins.module_path, finished_at=None).update(
        status=status, finished_at=timezone.now()
    )


def test_a_site_with_nothing_has_nothing_to_tell() -> None:
    assert origin_health() == Health()


def test_a_damaged_trust_list_is_named_until_it_is_whole_again(tmp_path: Path) -> None:
    path = _trust_list(tmp_path)
    assert _places() == []
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"BEGIN", b"BEGUN"))
    assert _places() == ["trust/drawn.trust.json"]
    path.write_bytes(whole)
    assert _places() == []


def test_settings_that_cannot_be_taken_are_named_with_what_to_do() -> None:
    settings.DATA.origin_settings.write_text("[families.unsigned_claims]\nhighest = 1.0\n")
    (broken,) = origin_health().broken
    assert (broken.place, "Set highest to 0" in broken.why) == ("origin.toml", True)


def test_a_detector_that_is_not_the_pinned_one_is_named_by_its_folder() -> None:
    detector_cast = pytest.importorskip("tests.provenance.detector_cast")
    settings.DATA.detectors.mkdir()
    model = detector_cast.write_plain(settings.DATA.detectors / "redness") / "model.onnx"
    assert _places() == []
    model.write_bytes(model.read_bytes() + b"\0")
    (broken,) = origin_health().broken
    assert (broken.place, broken.why) == ("detectors/redness", NOT_PINNED)
    model.parent.joinpath("detector.toml").unlink()
    assert _places() == ["detectors/redness"]


def test_an_empty_folder_of_a_detector_is_broken_as_for_the_look() -> None:
    (settings.DATA.detectors / "empty").mkdir(parents=True)
    assert _places() == ["detectors/empty"]


def test_a_camera_whose_pattern_is_gone_is_named() -> None:
    assert not vault().contains("ab" * 32)
    Device.objects.create(name="a phone", digest="ab" * 32, object="ab" * 32, learned_at=timezone.now())
    assert _places() == ["camera a phone"]


def test_a_look_that_stopped_is_told_while_pictures_wait(take_in: TakeIn, tmp_path: Path) -> None:
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch" / "a.jpg").write_bytes(draw(95))
    take_in(tmp_path / "batch")
    assert not origin_health().stopped
    _ended("FAILED")
    assert origin_health().stopped
    looked()
    assert not origin_health().stopped


def test_older_looks_are_told_until_they_are_made_anew(take_in: TakeIn, tmp_path: Path) -> None:
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch" / "a.jpg").write_bytes(draw(96))
    take_in(tmp_path / "batch")
    looked()
    assert origin_health().changed == ()
    _trust_list(tmp_path)
    settings.DATA.origin_settings.write_text("[fusion]\nsynthetic_at = 3.0\n")
    assert origin_health().changed == ("trust lists", "weights of evidence")
    looked(again=True)
    assert origin_health() == Health()


def test_damaged_settings_do_not_keep_a_known_picture_from_its_place(
    take_in: TakeIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "batch").mkdir()
    (tmp_path / "batch" / "a.jpg").write_bytes(draw(97))
    take_in(tmp_path / "batch")
    looked()
    item = item_at("a.jpg").pk
    settings.DATA.origin_settings.write_text("[families\n")
    monkeypatch.setattr(origin_verdicts, "known_real_among", lambda keys: {item})
    reconsider(items=[item], at=timezone.now())
    assert facts_of(OriginExamination.objects.order_by("-number")[0].record) == (True, False)
    settings.DATA.origin_settings.unlink()
    assert looked(again=True).looked == 1  # judged by other settings than the site's, so it is made again
