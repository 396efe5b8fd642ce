"""Arbitrary evidence: every family and strength, claims old and new, weights inside and outside the bounds."""

from __future__ import annotations

from hypothesis import strategies as st

from openhotline.provenance import Evidence, rules
from openhotline.provenance.evidence import FAMILIES
from openhotline.provenance.weights import PROOFS

FORGEABLE = tuple(name for name, is_so in rules().forgeable.items() if is_so)
PROVEN = tuple(name for name, is_so in rules().forgeable.items() if not is_so)
CLAIMS = (*rules().tags, "none", "something new")
SOURCES = ("png_text:ComfyUI", "manifest:0", "exif_camera:agree", "a detector")

weights = st.floats(-9, 9) | st.sampled_from(
    (-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, float("inf"), float("nan"))
)


def pieces(*strengths: str) -> st.SearchStrategy[Evidence]:
    """Evidence of these strengths, or of any."""
    return st.builds(
        Evidence,
        family=st.sampled_from((*FAMILIES, "a family to come")),
        source=st.sampled_from(SOURCES),
        claim=st.sampled_from(CLAIMS)
        | st.sampled_from(("ai_generated", "ai_edited", "camera_capture_claimed")),
        strength=st.sampled_from(strengths or (*rules().forgeable, "a strength to come")),
        log10_lr=weights,
        doubt=st.just(""),
    )


def _telling() -> st.SearchStrategy[Evidence]:
    """Evidence that does weigh: each family with its own proof, on either side."""
    proofs = {**PROOFS, "camera_traces": "asserted_unsigned"}
    return st.builds(
        lambda family, weight: Evidence(
            family,
            "somewhere",
            "ai_generated" if weight > 0 else "camera_capture_claimed",
            proofs[family],
            weight,
            "",
        ),
        st.sampled_from(sorted(proofs)),
        st.sampled_from((-3.0, -2.0, -1.0, -0.5, 0.3, 0.5, 1.0, 2.0)),
    )


anything = pieces() | _telling()
forged = pieces(*FORGEABLE, "a strength to come")
suites = st.lists(anything, max_size=5) | st.lists(_telling(), max_size=6)
