"""What the tests of moves play with: deep looks with evidence that nobody can forge, and evidence that anybody can."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.conftest import NOON
from tests.desk_of import an_item

from openhotline.provenance import ASSERTED_UNSIGNED, UNSIGNED_CLAIMS, Evidence
from openhotline.provenance.contradictions import Contradiction
from openhotline.provenance.evidence import (
    CRYPTOGRAPHIC_TRUSTED,
    MEASURED,
    PIXEL_DETECTORS,
    SIGNED_PROVENANCE,
)
from openhotline_server.findings.models import Device, DeviceMatch
from openhotline_server.findings.operations import NewMatch, join_clusters, record_matches
from openhotline_server.findings.origin_records import FoundOrigin, record_origins
from openhotline_server.findings.queries import list_members
from openhotline_server.lists.operations import NewEntry, ensure_own_list, load_edition
from openhotline_server.lists.queries import entries_in_force
from openhotline_server.triage.models import Case

SIGNED = Evidence(SIGNED_PROVENANCE, "c2pa_active:actions", "ai_generated", CRYPTOGRAPHIC_TRUSTED, 2.0, "-")
DETECTED = Evidence(PIXEL_DETECTORS, "detector:a head", "ai_generated", MEASURED, 0.9, "-")
LABEL = Evidence(UNSIGNED_CLAIMS, "png_text:a program", "ai_generated", ASSERTED_UNSIGNED, 0.0, "-")
CAMERA_LABEL = Evidence(
    UNSIGNED_CLAIMS, "xmp:a camera", "camera_capture_claimed", ASSERTED_UNSIGNED, 0.0, "-"
)
WORDS = "A listed generator signed it, and the detector agrees."


def look(
    case: Case,
    *evidence: Evidence,
    contradictions: Sequence[Contradiction] = (),
    abstained: Sequence[str] = (),
    inputs: str = "one",
    at: datetime = NOON,
) -> None:
    """Let every member of a case have had a deep look that gave this."""
    found = FoundOrigin(
        outcome="synthetic_indications",
        log10_lr=2.0,
        scale="moderately strong",
        evidence=evidence,
        contradictions=tuple(contradictions),
        abstained=tuple(abstained),
    )
    record_origins(found=dict.fromkeys(list_members(case.cluster), found), inputs=inputs, at=at)


def photographed(case: Case) -> None:
    """Let our own list name the case's first picture as one of a real child."""
    own = ensure_own_list(at=NOON)
    grades = {"gb-eng": {"outcome": "photograph", "grade": "B", "edition": "2026-11"}}
    entry = NewEntry("pdq", "0e" * 32, quality=90, mode="strict", facts={"ai": "none"}, grades=grades)
    edition = load_edition(hash_list=own, add=[entry], withdraw=[], actor="command-line", at=NOON)
    match = NewMatch(case.cluster.representative_id, entries_in_force(own)[0].pk, edition.pk, 12, 31, 90)
    record_matches(matches=[match], at=NOON)


def of_a_device(case: Case) -> None:
    """Let a learned camera's pattern be found in the case's first picture."""
    device = Device.objects.create(
        name="a camera", digest="ab" * 32, object="ab" * 32, learned_at=NOON, learned_by="test"
    )
    DeviceMatch.objects.create(
        item_id=case.cluster.representative_id, device=device, energy=200.0, matched_at=NOON
    )


def joined_by_an_unknown(case: Case) -> None:
    """Let a picture join the case of whose origin nothing is known."""
    join_clusters(joins=[(case.cluster, an_item(), 7)], at=NOON + timedelta(hours=1))
