"""Explaining a difference: every entry that came, went or changed, and what of its making is not what it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.errors import BadInput
from openhotline.provenance.comparison import CAME, CHANGED, WENT, Comparison, compare

LABEL = {
    "family": "unsigned_claims",
    "source": "xmp",
    "claim": "ai_generated",
    "strength": "asserted_unsigned",
    "log10_lr": 0.0,
    "doubt": "",
}
SIGNED = {
    **LABEL,
    "family": "signed_provenance",
    "source": "c2pa_active",
    "strength": "signed_but_untrusted",
}


def entry() -> dict[str, Any]:
    return {
        "file": "a.jpg",
        "outcome": "undetermined",
        "log10_lr": 0.0,
        "evidence": [dict(LABEL), dict(SIGNED)],
        "contradictions": [],
        "record": {
            "file": {"sha256": "00"},
            "inputs": {
                "versions": {"openhotline": "0.1.0", "onnxruntime": "1.32.0"},
                "c2pa_sdk": "0.91.3",
                "rules": {"edition": "2026-11", "sha256": "aa"},
                "settings": {"edition": "2026-11", "sha256": "bb"},
                "trust": [{"name": "official", "dated": "2026-08-21", "use": "signers", "sha256": "cc"}],
                "devices": ["d" * 64],
                "detectors": [
                    {"name": "clip", "version": "1", "model_sha256": "ee", "calibration_sha256": "ff"}
                ],
            },
        },
    }


def changed(*path: Any, to: Any) -> dict[str, Any]:
    """An entry with one value exchanged."""
    new = copy.deepcopy(entry())
    place = new
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return new


def codes(comparison: Comparison) -> list[str]:
    return [cause.code for cause in comparison.causes]


def test_the_same_is_the_same() -> None:
    assert compare(entry(), entry()) == Comparison((), ())


def test_evidence_comes_goes_and_changes() -> None:
    trusted = {**SIGNED, "strength": "cryptographic_trusted", "log10_lr": 2.0}
    sensor = {**LABEL, "family": "sensor_pattern", "source": "prnu"}
    after = {**entry(), "evidence": [trusted, sensor], "outcome": "synthetic_indications", "log10_lr": 2.0}
    kinds = {change.what.split(",")[0]: change.kind for change in compare(entry(), after).changes}
    assert kinds == {
        "outcome": CHANGED,
        "log10_lr": CHANGED,
        "signed_provenance": CHANGED,
        "sensor_pattern": CAME,
        "unsigned_claims": WENT,
    }
    (weight,) = [c for c in compare(entry(), after).changes if c.what.startswith("signed")]
    assert (weight.before, weight.after) == ("signed_but_untrusted, +0.00", "cryptographic_trusted, +2.00")


def test_a_contradiction_that_came_is_said() -> None:
    after = {**entry(), "contradictions": [{"code": "claims_disagree"}]}
    (change,) = compare(entry(), after).changes
    assert (change.kind, change.what) == (CAME, "claims_disagree")


@pytest.mark.parametrize(
    ("path", "to", "code", "words"),
    [
        (("file", "sha256"), "01", "file", "bytes changed"),
        (("inputs", "versions", "onnxruntime"), "1.33.0", "version", "onnxruntime was 1.32.0, now 1.33.0"),
        (("inputs", "c2pa_sdk"), "0.92.0", "c2pa_sdk", "was 0.91.3, now 0.92.0"),
        (("inputs", "rules"), {"edition": "2027-01", "sha256": "ab"}, "rules", "now 2027-01"),
        (("inputs", "rules", "sha256"), "ab", "rules", "another content"),
        (("inputs", "settings", "sha256"), "ba", "settings", "settings were edition"),
        (("inputs", "trust", 0, "dated"), "2026-10-01", "trust", "was of 2026-08-21, now of 2026-10-01"),
        (("inputs", "trust", 0, "sha256"), "c0", "trust", "another content"),
        (("inputs", "trust"), [], "trust", "was loaded, and is not"),
        (("inputs", "devices"), [], "device", "was compared with, and is not"),
        (("inputs", "detectors"), [], "detector", "was asked, and is not"),
        (("inputs", "detectors", 0, "model_sha256"), "e0", "detector", "model of the detector clip"),
        (("inputs", "detectors", 0, "calibration_sha256"), "f0", "detector", "calibration"),
    ],
)
def test_every_part_of_the_making_is_named(path: tuple[Any, ...], to: Any, code: str, words: str) -> None:
    after = changed("record", *path, to=to)
    comparison = compare(entry(), after)
    assert codes(comparison) == [code]
    assert words in comparison.causes[0].words and comparison.causes[0].words.endswith(".")
    assert comparison.changes == ()
    assert codes(compare(after, entry())) == [code]


def test_a_difference_without_a_cause_is_to_be_reported() -> None:
    comparison = compare(entry(), changed("evidence", 0, "log10_lr", to=0.5))
    assert (
        codes(comparison) == ["unknown"] and "Nothing that is recorded changed" in comparison.causes[0].words
    )


def test_without_a_record_no_cause_is_claimed() -> None:
    assert codes(compare({**entry(), "record": {}}, entry())) == ["no_record"]


@pytest.mark.parametrize("broken", [{}, {**entry(), "evidence": 3}, changed("record", "inputs", to=[])])
def test_what_is_no_result_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        compare(broken, entry())


@given(st.lists(st.sampled_from([LABEL, SIGNED]), max_size=4), st.randoms())
def test_the_order_of_evidence_is_no_difference(evidence: list[dict[str, Any]], random: Any) -> None:
    turned = list(evidence)
    random.shuffle(turned)
    assert compare({**entry(), "evidence": evidence}, {**entry(), "evidence": turned}).changes == ()
