"""Deep looks for a site in a real browser: made by a process of its own, as ``tests.desk.desk_site`` makes the cases.

``python -m tests.console.origin_site DIR`` gives the largest case everything that a panel can hold.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.desk.desk_site import ROOT, environment

if TYPE_CHECKING:
    from openhotline_server.evidence.models import Item
    from openhotline_server.findings.origin_records import FoundOrigin

INPUTS = {
    "rules": {"edition": "2026-11"},
    "c2pa_sdk": "0.91.3",
    "trust": [{"name": "interim", "dated": "2026-01-01"}, {"name": "official", "dated": "2026-08-21"}],
    "detectors": [{"name": "a-head", "version": "3"}],
}


def add_origins(data: Path) -> None:
    """Run this module on a site that stands."""
    command = [sys.executable, "-m", "tests.console.origin_site", str(data)]
    subprocess.run(command, cwd=ROOT, env=environment(data), check=True)


def _add() -> None:
    from django.utils import timezone

    from openhotline_server.accounts.models import User
    from openhotline_server.findings.devices import link_reports
    from openhotline_server.findings.origin_records import record_origins
    from openhotline_server.findings.queries import list_members
    from openhotline_server.intake.models import Report
    from openhotline_server.intake.operations import receive
    from openhotline_server.triage import moves
    from openhotline_server.triage.models import Case

    now = timezone.now()
    largest, *others = sorted(Case.objects.all(), key=lambda c: -len(list_members(c.cluster)))
    told: dict[Item, FoundOrigin] = {}
    for number, item in enumerate(list_members(largest.cluster)):
        if number < 2:
            told[item] = _telling(contradicted=number == 0)
    for case in others:
        told |= dict.fromkeys(list_members(case.cluster), _telling(contradicted=False))
    record_origins(found=told, inputs="one", at=now)
    if others:
        mia = User.objects.get(username="mia")
        words = "A listed generator signed it, and the detector agrees."
        moves.move_within_level(case=others[0], person=mia, words=words, at=now)
    here = Report.objects.order_by("pk")[0]
    there = receive(
        kind=Report.Kind.BATCH,
        source="another batch",
        origin="-",
        received_on=now.date(),
        actor="test",
        at=now,
    )
    link_reports(pair=(here, there), energy=96.4, items=(3, 12), linked=True, actor="test", at=now)


def _telling(*, contradicted: bool) -> FoundOrigin:
    from openhotline.provenance import Evidence
    from openhotline.provenance.contradictions import WORDS, Contradiction
    from openhotline_server.findings.origin_records import FoundOrigin

    signed = Evidence(
        "signed_provenance",
        "c2pa_active:trainedAlgorithmicMedia",
        "ai_generated",
        "cryptographic_trusted",
        2.0,
        "Whoever holds a listed signer's key can sign what it likes; the lists are only as good as their dates.",
    )
    detected = Evidence(
        "pixel_detectors",
        "detector:a-head",
        "ai_generated",
        "measured",
        0.82,
        "A lead, not a proof: version 3, not validated on images of people; a real picture that was enlarged, "
        "smoothed or beautified looks generated.",
    )
    label = Evidence(
        "unsigned_claims",
        "png_text:AUTOMATIC1111 or alike",
        "ai_generated",
        "asserted_unsigned",
        0.0,
        "Anybody can write this into any file, a real photograph too. It is shown, and it weighs nothing.",
    )
    camera = Evidence(
        "camera_traces",
        "exif_camera:partly",
        "camera_capture_claimed",
        "asserted_unsigned",
        -0.25,
        "A maker is named, but not all of its traces are there, as after saving with a program.",
    )
    evidence = (signed, detected, label, *([camera] if contradicted else []))
    codes = ("camera_over_signed_generation", "claims_disagree") if contradicted else ()
    return FoundOrigin(
        outcome="synthetic_indications",
        log10_lr=2.82,
        scale="The findings give moderately strong support for a generator rather than a camera.",
        evidence=evidence,
        contradictions=tuple(Contradiction(code, WORDS[code], ()) for code in codes),
        marks=(
            ("generator", "AUTOMATIC1111 or alike"),
            ("model_digest", "0f" * 16),
            ("camera", "A maker A model"),
        ),
        record={"inputs": INPUTS},
    )


if __name__ == "__main__":
    os.environ |= environment(Path(sys.argv[1]))
    from openhotline_server.commands import site_ready

    site_ready(initialise=False)
    _add()
