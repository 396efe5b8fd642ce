"""Signed manifests: every state told apart, and only a trusted one that speaks of the whole image weighs anything."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from manifest_cast import (
    COMPOSITE,
    FORMS,
    TRAINED,
    identity,
    other_root,
    picture,
    root,
    said,
    signed,
    signer,
    with_byte_changed,
)

from openhotline.provenance.evidence import SIGNED_PROVENANCE, Evidence
from openhotline.provenance.signed.manifests import manifest_reports, signed_provenance
from openhotline.provenance.signed.trust import NO_TRUST, Trust, load_trust, update_trust

JPEG = "image/jpeg"


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    """The root of the cast's signer, on a list of 1 October 2026."""
    (tmp_path / "roots.pem").write_bytes(root().pem)
    update_trust(tmp_path / "trust", [tmp_path / "roots.pem"], name="drawn", dated=date(2026, 10, 1))
    return load_trust(tmp_path / "trust")


def only(data: bytes, trust: Trust = NO_TRUST, media_type: str = JPEG) -> Evidence:
    (piece,) = signed_provenance(data, media_type, trust)
    assert piece.family == SIGNED_PROVENANCE
    return piece


def summary(data: bytes, trust: Trust = NO_TRUST) -> list[tuple[str, str, str, float]]:
    return [
        (one.source, one.claim, one.strength, one.log10_lr) for one in signed_provenance(data, JPEG, trust)
    ]


@pytest.mark.parametrize("media_type", FORMS)
def test_a_listed_signers_word_that_a_generator_made_it_weighs_two(media_type: str, trust: Trust) -> None:
    piece = only(signed(said(TRAINED), media_type=media_type), trust, media_type)
    assert (piece.source, piece.claim) == ("c2pa_active:trainedAlgorithmicMedia", "ai_generated")
    assert (piece.strength, piece.log10_lr) == ("cryptographic_trusted", 2.0)


@pytest.mark.parametrize("code", ["digitalCapture", "computationalCapture"])
def test_a_listed_cameras_word_weighs_minus_one(code: str, trust: Trust) -> None:
    assert summary(signed(said(code)), trust) == [
        (f"c2pa_active:{code}", "camera_capture_claimed", "cryptographic_trusted", -1.0)
    ]


def test_an_edited_image_weighs_nothing_whoever_signed(trust: Trust) -> None:
    assert summary(signed(said(COMPOSITE, action="c2pa.edited")), trust) == [
        (f"c2pa_active:{COMPOSITE}", "ai_edited", "cryptographic_trusted", 0.0)
    ]


def test_a_signer_on_no_list_weighs_nothing(trust: Trust) -> None:
    expected = [("c2pa_active:trainedAlgorithmicMedia", "ai_generated", "signed_but_untrusted", 0.0)]
    assert summary(signed(said(TRAINED))) == expected
    assert summary(signed(said(TRAINED), by=identity("Unknown", other_root())), trust) == expected


def test_a_manifest_that_says_nothing_of_its_origin_is_shown(trust: Trust) -> None:
    assert summary(signed(said()), trust) == [
        ("c2pa_active:no_source_type", "none", "cryptographic_trusted", 0.0)
    ]


def test_changed_pixels_break_it_and_prove_no_forgery(trust: Trust) -> None:
    piece = only(with_byte_changed(signed(said(TRAINED)), -20), trust)
    assert (piece.strength, piece.log10_lr) == ("broken_integrity", 0.0)
    assert "never proof of forgery" in piece.doubt


@pytest.mark.parametrize(
    ("words", "state"),
    [(b"drawn by a test", "claim_changed"), (b"c2pa.created", "assertion_changed")],
    ids=["claim", "assertion"],
)
def test_changed_words_break_it(words: bytes, state: str, trust: Trust) -> None:
    data = signed(said(TRAINED))
    assert data.count(words) == 1
    changed = with_byte_changed(data, data.index(words) + len(words) - 1)
    (report,) = manifest_reports(changed, JPEG, trust)
    assert (report.state, report.strength) == (state, "broken_integrity")


def test_a_certificate_that_ended_is_not_verifiable_and_no_tampering(trust: Trust) -> None:
    signed(
        said(TRAINED)
    )  # the library is loaded and the root is made, so that what follows takes no long time
    ends_at = datetime.now(UTC) + timedelta(seconds=5)
    data = signed(said(TRAINED), by=identity("Brief", root(), ends_at=ends_at))
    time.sleep(max(0.0, (ends_at - datetime.now(UTC)).total_seconds()) + 1.1)
    (report,) = manifest_reports(data, JPEG, trust)
    assert (report.state, report.strength) == ("expired", "signed_but_not_verifiable")
    assert "no tampering" in report.doubt


def test_an_address_alone_is_shown_and_its_host_stays_out_of_the_evidence() -> None:
    data = signed(said(TRAINED), address="http://manifests.example.org/one.c2pa", embed=False)
    (report,) = manifest_reports(data, JPEG, NO_TRUST)
    assert (report.strength, report.host) == ("remote_reference_only", "manifests.example.org")
    piece = only(data)
    assert (piece.source, piece.claim) == ("c2pa_remote", "none")
    assert "example" not in repr(piece)


def test_what_an_earlier_image_says_is_shown_and_weighs_nothing(trust: Trust) -> None:
    data = signed(said("humanEdits"), ingredients=[("componentOf", signed(said(TRAINED)))])
    assert summary(data, trust) == [
        ("c2pa_active:humanEdits", "other_origin_claimed", "cryptographic_trusted", 0.0),
        ("c2pa_ingredient:trainedAlgorithmicMedia", "ai_generated", "cryptographic_trusted", 0.0),
    ]
    places = [(report.place, report.trust_list) for report in manifest_reports(data, JPEG, trust)]
    assert places == [("c2pa_active", "drawn"), ("c2pa_ingredient", "drawn")]


def test_an_earlier_image_is_worth_no_more_than_the_one_that_names_it(trust: Trust) -> None:
    earlier = [("componentOf", signed(said(TRAINED)))]
    data = signed(said("humanEdits"), by=identity("Unknown", other_root()), ingredients=earlier)
    assert {one.strength for one in signed_provenance(data, JPEG, trust)} == {"signed_but_untrusted"}


def test_a_broken_earlier_image_leaves_the_active_manifest_unverifiable(trust: Trust) -> None:
    earlier = signed(said("digitalCapture"))
    data = signed(said(TRAINED), ingredients=[("componentOf", earlier)])
    place = data.index(b"digitalCapture")  # inside the earlier manifest's own statement
    active, below = manifest_reports(with_byte_changed(data, place), JPEG, trust)
    assert (active.state, active.strength) == ("ingredient_broken", "signed_but_not_verifiable")
    assert below.strength == "broken_integrity"
    assert {one.log10_lr for one in signed_provenance(with_byte_changed(data, place), JPEG, trust)} == {0.0}


@pytest.mark.parametrize(
    "manifest",
    [
        said(TRAINED, action="c2pa.edited"),
        said(TRAINED, "digitalCapture"),
        said(TRAINED, COMPOSITE),
    ],
    ids=["at an edit", "beside a camera's", "beside an edit's"],
)
def test_a_generators_word_that_may_speak_of_a_part_weighs_nothing(manifest: dict, trust: Trust) -> None:  # type: ignore[type-arg]
    found = signed_provenance(signed(manifest), JPEG, trust)
    assert {one.strength for one in found} == {"cryptographic_trusted"}
    assert {one.log10_lr for one in found} == {0.0}


@pytest.mark.parametrize("relationship", ["componentOf", "inputTo"])
def test_a_generators_image_into_which_a_photograph_went_weighs_nothing(
    relationship: str, trust: Trust
) -> None:
    for photograph in (picture(), signed(said("digitalCapture"))):
        data = signed(said(TRAINED), ingredients=[(relationship, photograph)])
        found = signed_provenance(data, JPEG, trust)
        assert (found[0].claim, found[0].strength) == ("ai_generated", "cryptographic_trusted")
        assert {one.log10_lr for one in found} == {0.0}
        assert "part only" in found[0].doubt


def test_every_source_type_is_reported_with_its_place(trust: Trust) -> None:
    more = [{"label": "org.example.origin", "data": {"Iptc4xmpExt:DigitalSourceType": "algorithmicMedia"}}]
    (report,) = manifest_reports(signed(said(TRAINED, "humanEdits", more=more)), JPEG, trust)
    assert {(one.code, one.place, one.creates) for one in report.source_types} == {
        ("algorithmicMedia", "assertion", False),
        ("humanEdits", "action", True),
        (TRAINED, "action", True),
    }


def test_the_signers_name_is_in_the_report_and_not_in_the_evidence(trust: Trust) -> None:
    data = signed(said(TRAINED))
    (report,) = manifest_reports(data, JPEG, trust)
    assert (report.signer, report.trust_list) == ("Drawn Pictures Ltd", "drawn")
    assert report.trust_list_dated == date(2026, 10, 1)
    assert "Drawn Pictures" not in repr(signed_provenance(data, JPEG, trust))


def test_a_wrong_extension_changes_nothing(trust: Trust) -> None:
    data = signed(said(TRAINED))
    assert signed_provenance(data, None, trust) == signed_provenance(data, JPEG, trust)


@pytest.mark.parametrize("media_type", FORMS)
def test_without_a_manifest_there_is_nothing(media_type: str) -> None:
    assert signed_provenance(picture(media_type), media_type, NO_TRUST) == ()
    assert signed_provenance(picture(media_type), None, NO_TRUST) == ()


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"words" * 99, bytes(500)])
def test_what_is_no_picture_has_none_either(data: bytes) -> None:
    assert signed_provenance(data, JPEG, NO_TRUST) == ()
    assert signed_provenance(data, None, NO_TRUST) == ()


def test_a_damaged_store_is_unreadable_and_that_is_not_nothing() -> None:
    data = signed(said(TRAINED))
    place = data.index(b"c2pa.signature")
    damaged = data[:place] + b"\xff" * 40 + data[place + 40 :]
    piece = only(damaged)
    assert (piece.source, piece.claim, piece.strength) == ("c2pa_manifest", "none", "unreadable")


def test_the_same_file_gives_the_same_answer_again(trust: Trust) -> None:
    data = signed(said(TRAINED), ingredients=[("componentOf", signed(said("digitalCapture"), by=signer()))])
    assert len({manifest_reports(data, JPEG, trust) for _ in range(5)}) == 1
