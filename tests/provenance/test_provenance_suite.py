"""The whole suite on drawn files: every family heard, failures said, everything written down that a re-run needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from drawn_detector import make_detector
from hypothesis import given, settings
from hypothesis import strategies as st
from manifest_cast import TRAINED as GENERATED
from manifest_cast import picture, root, said, signed
from provenance_cast import TRAINED, camera_exif, jpeg
from sensor_cast import device, photograph

from openhotline.media.confined import Given, Pool
from openhotline.provenance import sensor
from openhotline.provenance.detectors import load_detector
from openhotline.provenance.evidence import UNREADABLE
from openhotline.provenance.fusion import CAMERA, SYNTHETIC, UNDETERMINED
from openhotline.provenance.sensor.pattern import encode
from openhotline.provenance.settings import default_settings
from openhotline.provenance.signed.trust import Trust, load_trust, update_trust
from openhotline.provenance.suite import Examined, Suite
from openhotline.provenance.unsigned import watermarks

ENTRY = "openhotline.datasets.origins:origin_entry"


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    folder = tmp_path_factory.mktemp("trust")
    (folder / "roots.pem").write_bytes(root().pem)
    update_trust(folder, [folder / "roots.pem"], name="drawn", dated=date(2026, 10, 1))
    return load_trust(folder)


def strengths(examined: Examined) -> set[tuple[str, str, str]]:
    return {(piece.family, piece.claim, piece.strength) for piece in examined.evidence}


def test_a_listed_signature_is_heard(trust: Trust) -> None:
    examined = Suite(trust).examine(signed(said(GENERATED)))
    assert strengths(examined) == {("signed_provenance", "ai_generated", "cryptographic_trusted")}
    assert (examined.verdict.outcome, examined.verdict.log10_lr) == (SYNTHETIC, 2.0)
    (manifest,) = examined.record["manifests"]
    assert (manifest["trust_list"], manifest["trust_list_dated"]) == ("drawn", "2026-10-01")


def test_without_a_list_the_same_signature_weighs_nothing() -> None:
    examined = Suite().examine(signed(said(GENERATED)))
    assert strengths(examined) == {("signed_provenance", "ai_generated", "signed_but_untrusted")}
    assert (examined.verdict.outcome, examined.verdict.log10_lr) == (UNDETERMINED, 0.0)


def test_what_is_known_of_our_own_outranks_a_signature(trust: Trust) -> None:
    examined = Suite(trust).examine(signed(said(GENERATED)), known_real=True)
    assert examined.verdict.outcome != SYNTHETIC
    assert [c.code for c in examined.verdict.contradictions] == ["label_on_known_real"]


def test_a_learned_camera_is_found_and_a_label_contradicts_it() -> None:
    suite = Suite(patterns=[device(1), device(2)])
    photo = photograph(1, 11)
    examined = suite.examine(photo)
    assert examined.verdict.outcome == CAMERA and list(examined.energies) == [device(1).digest]
    assert {row["outcome"] for row in examined.record["sensor"]} == {sensor.MATCH, sensor.NO_MATCH}
    labelled = photo[:2] + jpeg(xmp=TRAINED)[2:].split(b"\xff\xdb")[0] + photo[2:]
    assert "label_on_known_device" in [c.code for c in suite.examine(labelled).verdict.contradictions]


def test_a_detector_alone_leaves_a_file_undetermined(tmp_path: Path) -> None:
    suite = Suite(detectors=[load_detector(make_detector(tmp_path / "drawn", always=1.0))])
    examined = suite.examine(photograph(1, 15))
    (piece,) = examined.evidence
    assert (piece.claim, piece.strength, piece.log10_lr) == ("ai_generated", "measured", 1.0)
    assert "not validated on images of people" in piece.doubt
    assert (examined.verdict.outcome, examined.verdict.log10_lr) == (UNDETERMINED, 1.0)
    (detector,) = examined.record["inputs"]["detectors"]
    assert len(detector["model_sha256"]) == 64 and len(examined.record["detectors"][0]["scores"]) == 3


def test_a_detector_and_a_trusted_signature_are_added(trust: Trust, tmp_path: Path) -> None:
    suite = Suite(trust, detectors=[load_detector(make_detector(tmp_path / "drawn", always=1.0))])
    verdict = suite.examine(signed(said(GENERATED), data=photograph(1, 15))).verdict
    assert (verdict.outcome, verdict.log10_lr) == (SYNTHETIC, 3.0)


def test_a_picture_that_is_too_small_is_not_judged(tmp_path: Path) -> None:
    examined = Suite(detectors=[load_detector(make_detector(tmp_path / "drawn", always=1.0))]).examine(
        picture()
    )
    assert "too_small" in examined.verdict.abstained and examined.verdict.log10_lr == 0


def test_the_runtime_of_detectors_starts_no_thread_that_could_report(tmp_path: Path) -> None:
    folder = make_detector(tmp_path / "drawn", always=1.0)
    program = (
        "import os, pathlib\n"
        "from openhotline.provenance.detectors import load_detector\n"
        f"load_detector(pathlib.Path({str(folder)!r}))\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | alone
    )
    assert done.stdout == "1\n", done.stderr


def test_a_silent_file_has_no_evidence() -> None:
    examined = Suite().examine(picture("image/png"))
    assert (examined.evidence, examined.failure, examined.verdict.outcome) == ((), "", UNDETERMINED)


def test_an_empty_file_is_an_answer() -> None:
    examined = Suite(patterns=[device(1)]).examine(b"")
    assert examined.evidence == () and examined.failure
    assert json.dumps(examined.record)


def test_what_could_not_be_looked_at_says_so() -> None:
    cut = jpeg(exif=camera_exif())[:-20]
    examined = Suite(patterns=[device(1)]).examine(cut)
    failed = {piece.family for piece in examined.evidence if piece.strength == UNREADABLE}
    assert {"unsigned_claims", "sensor_pattern"} <= failed and examined.failure
    assert ("camera_traces", "camera_capture_claimed", "asserted_unsigned") in strengths(examined)


def test_a_check_that_breaks_stops_no_other(monkeypatch: pytest.MonkeyPatch, trust: Trust) -> None:
    def breaks(pixels: object) -> Sequence[object]:
        raise IndexError("beyond the end")

    monkeypatch.setattr(watermarks, "watermark_claims", breaks)
    examined = Suite(trust).examine(signed(said(GENERATED)))
    assert ("unsigned_claims", "none", "unreadable") in strengths(examined)
    assert examined.verdict.log10_lr == 2.0


def test_want_of_memory_is_not_taken_for_the_file_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(pixels: object) -> Sequence[object]:
        raise MemoryError

    monkeypatch.setattr(watermarks, "watermark_claims", breaks)
    with pytest.raises(MemoryError):
        Suite().examine(picture())


def test_the_record_holds_what_a_second_run_needs(trust: Trust) -> None:
    suite = Suite(trust, [device(1)])
    written = json.loads(json.dumps(suite.examine(photograph(1, 12)).record))
    inputs = written["inputs"]
    assert inputs["versions"]["c2pa-python"] and inputs["c2pa_sdk"] and inputs["rules"]["sha256"]
    assert [(one["name"], one["dated"]) for one in inputs["trust"]] == [("drawn", "2026-10-01")]
    assert inputs["devices"] == [device(1).digest]
    assert inputs["settings"]["sha256"] == default_settings().digest
    assert set(written["milliseconds"]) == {"c2pa", "file", "decode", "watermark", "prnu"}
    assert written["inputs_sha256"] == suite.digest != Suite(trust).digest


def test_twice_is_the_same_but_for_the_time(trust: Trust) -> None:
    suite = Suite(trust, [device(1)])
    once, again = (suite.examine(photograph(1, 13)) for _ in range(2))
    assert once.evidence == again.evidence and once.verdict == again.verdict
    assert {**once.record, "milliseconds": 0} == {**again.record, "milliseconds": 0}


def test_settings_reach_the_verdict() -> None:
    bounds = {**default_settings().bounds, "sensor_pattern": (-1.0, 0.0)}
    held = replace(default_settings(), bounds=bounds)
    assert Suite(patterns=[device(1)], settings=held).examine(photograph(1, 11)).verdict.log10_lr == -1.0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_hurt_files_never_end_the_suite(data: st.DataObject) -> None:
    sound = data.draw(
        st.sampled_from([jpeg(xmp=TRAINED, exif=camera_exif()), picture("image/png"), picture()])
    )
    hurt = bytearray(sound)
    for at in data.draw(st.lists(st.integers(0, len(hurt) - 1), max_size=12)):
        hurt[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(hurt)))
    assert json.dumps(Suite().examine(bytes(hurt[:end])).record)


def test_behind_the_walls_it_says_the_same(trust: Trust, tmp_path: Path) -> None:
    folder = make_detector(tmp_path / "drawn", always=1.0)
    suite = Suite(trust, [device(1)], [load_detector(folder)])
    arguments = {"trust": trust.as_json(), "detectors": [str(folder)]}
    told = Given(blobs=[encode(device(1))], arguments=arguments)
    with Pool(ENTRY, workers=1, given=told) as pool:
        for data in (signed(said(GENERATED)), photograph(1, 14), b"", b"no picture"):
            head, here = pool.call(data).header, suite.examine(data)
            assert [p["claim"] for p in head["evidence"]] == [p.claim for p in here.evidence]
            assert head["failure"] == here.failure
            assert head["record"]["inputs"] == json.loads(json.dumps(here.record["inputs"]))
        marks = pool.call(signed(said(GENERATED))).header["marks"]
        assert any(kind == "signer" and value.startswith("Drawn Pictures Ltd") for kind, value in marks)
        assert pool.call(b"", inputs_only=True).header == {"inputs": suite.digest}
