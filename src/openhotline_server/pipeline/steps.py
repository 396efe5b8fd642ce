"""The machine part of a report's way, in order. Every step may run twice and does its work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from openhotline_server.intake.models import Report
from openhotline_server.pipeline.clustering import cluster
from openhotline_server.pipeline.looking import examine
from openhotline_server.pipeline.matching import match
from openhotline_server.pipeline.opening import grade_known, open_and_place
from openhotline_server.pipeline.origin_tasks import leave_origins

Step = Callable[..., None]

STEPS: tuple[Step, ...] = (
    examine,  # items -> fingerprints, provenance, previews
    match,  # fingerprints x lists in force -> known matches
    cluster,  # fingerprints -> groups of near duplicates
    open_and_place,  # groups -> cases with their urgency and its reasons
    grade_known,  # cases of known material -> their earlier grade, unseen
    leave_origins,  # the deep look at where items come from: the worker's, in its own time
)


def run_here(report: Report, *, clock: Callable[[], datetime]) -> None:
    """Run every step in this process, in order."""
    for step in STEPS:
        step(report=report, at=clock())
