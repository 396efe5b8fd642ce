"""The pipeline's steps as background tasks: id in, one step, and on commit the next is put into the queue."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from openhotline_server.intake.models import Report
from openhotline_server.pipeline.background import after_commit, task
from openhotline_server.pipeline.steps import STEPS


@task()
def advance(report_id: int, position: int = 0) -> None:
    """Run one step for a report and queue the next. Safe to run twice: every step is."""
    report = Report.objects.get(pk=report_id)
    with transaction.atomic():
        STEPS[position](report=report, at=timezone.now())
        if position + 1 < len(STEPS):
            after_commit(advance, report_id, position + 1)
