"""Cameras whose sensor is known: what they took is found, raises its case, and links reports."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from tests.conftest import NOON
from tests.pipeline.origin_cast import item_at, looked
from tests.provenance.sensor_cast import device, photograph

from openhotline.errors import BadInput, Conflict, Damaged, NotAllowed, NotFound, WrongUsage
from openhotline.provenance.sensor.pattern import encode
from openhotline_server.accounts.models import User
from openhotline_server.evidence.store import vault
from openhotline_server.findings.batch_origins import batch_origin
from openhotline_server.findings.devices import add_device, devices_without_pattern, end_device
from openhotline_server.findings.models import Device, DeviceMatch, SensorLink
from openhotline_server.findings.origins import device_matches, get_device, links_of_report, origin_of
from openhotline_server.findings.queries import cluster_of
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.pipeline.importing import Imported
from openhotline_server.pipeline.sensor_links import compare_reports
from openhotline_server.triage.models import Case
from openhotline_server.triage.operations import leave_out

pytestmark = pytest.mark.django_db
TakeIn = Callable[..., Imported]
PATTERN = encode(device(1))


def _labelled(photo: bytes) -> bytes:
    """The same pixels as near as JPEG keeps them, with the words of a generator in EXIF."""
    tags = Image.Exif()
    tags[305] = "Stable Diffusion drawn"
    out = io.BytesIO()
    Image.open(io.BytesIO(photo)).save(out, "JPEG", quality=90, exif=tags)
    return out.getvalue()


def _report(take_in: TakeIn, root: Path, **pictures: bytes) -> Imported:
    root.mkdir()
    for name, data in pictures.items():
        (root / f"{name}.jpg").write_bytes(data)
    return take_in(root)


def _case(path: str) -> Case:
    return Case.objects.get(cluster=cluster_of(item_at(path)))


def _reasons(path: str) -> dict[str, int]:
    return {reason["code"]: reason["points"] for reason in _case(path).reasons}


def test_what_a_known_camera_took_is_found_and_comes_up(take_in: TakeIn, tmp_path: Path, mia: User) -> None:
    done = _report(
        take_in, tmp_path / "r", own=photograph(1, 5), more=photograph(1, 6), other=photograph(2, 7)
    )
    before = _case("own.jpg").urgency
    camera = add_device(name="a phone", pattern=PATTERN, person=mia, at=NOON)
    looked()
    found = device_matches([item_at("own.jpg").pk, item_at("other.jpg").pk])
    assert [m.device for m in found[item_at("own.jpg").pk]] == [camera]
    assert found[item_at("own.jpg").pk][0].energy > 60
    assert item_at("other.jpg").pk not in found
    assert _case("own.jpg").urgency > before
    assert _reasons("own.jpg")["device"] > 0
    assert "device" not in _reasons("other.jpg")
    assert origin_of([item_at("own.jpg").pk])[item_at("own.jpg").pk].outcome == "camera_indications"
    assert ("device", "a phone", 2) in {(s.kind, s.value, s.items) for s in batch_origin(done.report).shared}


def test_a_generators_words_on_a_known_cameras_picture_are_a_contradiction_and_lower_nothing(
    take_in: TakeIn, tmp_path: Path, mia: User
) -> None:
    _report(take_in, tmp_path / "r", own=_labelled(photograph(1, 8)))
    add_device(name="a phone", pattern=PATTERN, person=mia, at=NOON)
    looked()
    found = origin_of([item_at("own.jpg").pk])[item_at("own.jpg").pk]
    assert "label_on_known_device" in {c["code"] for c in found.contradictions}
    assert _reasons("own.jpg")["device"] > 0


def test_a_device_learned_later_is_found_when_looked_for_again(
    take_in: TakeIn, tmp_path: Path, mia: User
) -> None:
    _report(take_in, tmp_path / "r", own=photograph(1, 9))
    looked()
    leave_out(cases=[_case("own.jpg")], reason="a test", actor="system", at=NOON)
    add_device(name="a phone", pattern=PATTERN, person=mia, at=NOON)
    assert looked().looked == 0
    assert looked(again=True).looked == 1
    case = _case("own.jpg")
    assert (case.state, _reasons("own.jpg")["device"]) == (Case.State.OPEN, 90)


def test_a_device_that_ended_counts_no_more_and_no_place_falls(
    take_in: TakeIn, tmp_path: Path, mia: User
) -> None:
    _report(take_in, tmp_path / "r", own=photograph(1, 10))
    camera = add_device(name="a phone", pattern=PATTERN, person=mia, at=NOON)
    looked()
    before = _case("own.jpg").urgency
    end_device(device=camera, reason="wrong frames", person=mia, at=NOON)
    assert device_matches([item_at("own.jpg").pk]) == {}
    assert DeviceMatch.objects.count() == 1
    looked(again=True)
    assert _case("own.jpg").urgency == before
    assert {"kept"} <= _reasons("own.jpg").keys()
    with pytest.raises(Conflict):
        end_device(device=camera, reason="once more", person=mia, at=NOON)
    with pytest.raises(NotFound):
        get_device("a phone")


def test_a_pattern_is_sealed_and_twice_is_once(mia: User) -> None:
    camera = add_device(name="a phone", pattern=PATTERN, person=mia, at=NOON)
    assert vault().read(camera.object) == PATTERN
    assert devices_without_pattern() == []
    assert add_device(name="another name", pattern=PATTERN, person=mia, at=NOON) == camera
    assert (Device.objects.count(), get_device("a phone")) == (1, camera)
    line = ledger.search(event=Event.DEVICE_ADDED).get()
    assert (line.actor, line.details) == (str(mia.code), {"digest": camera.digest})


def test_a_pattern_that_is_lost_is_named(mia: User) -> None:
    camera = add_device(name="a phone", pattern=encode(device(4)), person=mia, at=NOON)
    vault().destroy(camera.object, at=NOON)
    assert devices_without_pattern() == [camera]


def test_only_sound_patterns_of_named_people_with_reasons(mia: User, ana: User) -> None:
    with pytest.raises(NotAllowed):
        add_device(name="a phone", pattern=PATTERN, person=ana, at=NOON)
    with pytest.raises(Damaged):
        add_device(name="a phone", pattern=PATTERN[:-40] + bytes(40), person=mia, at=NOON)
    with pytest.raises(BadInput):
        add_device(name="a phone", pattern=b"a picture", person=mia, at=NOON)
    with pytest.raises(BadInput):
        add_device(name="two\nlines", pattern=PATTERN, person=mia, at=NOON)
    camera = add_device(name="a phone", pattern=PATTERN, person=mia, at=NOON)
    with pytest.raises(Conflict):
        add_device(name="a phone", pattern=encode(device(2)), person=mia, at=NOON)
    with pytest.raises(NotAllowed):
        end_device(device=camera, reason="wrong frames", person=ana, at=NOON)
    with pytest.raises(BadInput):
        end_device(device=camera, reason=" ", person=mia, at=NOON)


def test_two_reports_of_one_camera_are_linked(take_in: TakeIn, tmp_path: Path) -> None:
    one = _report(take_in, tmp_path / "a", a1=photograph(1, 11), a2=photograph(1, 12), x=photograph(3, 13))
    other = _report(take_in, tmp_path / "b", b1=photograph(1, 14), b2=photograph(1, 15))
    found = compare_reports(one=one.report, other=other.report, actor="command-line", at=NOON)
    assert found.linked
    assert found.looked == 5
    link = SensorLink.objects.get()
    assert (link.report_a, link.report_b, link.energy) == (one.report, other.report, found.energy)
    assert links_of_report(other.report) == [link]
    assert ledger.search(event=Event.REPORTS_COMPARED).get().details["linked"] == 1


def test_reports_of_two_cameras_are_not_linked_and_the_comparison_is_written_down(
    take_in: TakeIn, tmp_path: Path
) -> None:
    one = _report(take_in, tmp_path / "a", a1=photograph(1, 16), a2=photograph(1, 17))
    other = _report(take_in, tmp_path / "b", b1=photograph(2, 18), b2=photograph(2, 19))
    assert not compare_reports(one=one.report, other=other.report, actor="command-line", at=NOON).linked
    assert SensorLink.objects.count() == 0
    assert ledger.search(event=Event.REPORTS_COMPARED).get().details["linked"] == 0


def test_what_cannot_be_compared_is_no_answer(take_in: TakeIn, tmp_path: Path, folder: Path) -> None:
    one = _report(take_in, tmp_path / "a", a1=photograph(1, 20))
    small = take_in(folder)
    with pytest.raises(BadInput):
        compare_reports(one=one.report, other=small.report, actor="command-line", at=NOON)
    with pytest.raises(WrongUsage):
        compare_reports(one=one.report, other=one.report, actor="command-line", at=NOON)
    same = _report(take_in, tmp_path / "b", b1=photograph(1, 20, quality=80))
    with pytest.raises(BadInput):
        compare_reports(one=one.report, other=same.report, actor="command-line", at=NOON)
