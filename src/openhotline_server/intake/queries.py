"""Reading reports."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from openhotline.errors import NotFound
from openhotline_server.intake.models import Mention, Report


def list_reports(*, study: str = "") -> QuerySet[Report]:
    """Reports, newest first; of one study where it is named."""
    reports = Report.objects.order_by("-created_at", "-id")
    return reports.filter(study=study) if study else reports


def get_report(code: uuid.UUID) -> Report:
    """The report with this code."""
    found = Report.objects.filter(code=code).first()
    if found is None:
        raise NotFound("There is no report with that code.")
    return found


def list_mentions(report: Report) -> QuerySet[Mention]:
    """The addresses that a report names, in its order."""
    return Mention.objects.filter(report=report).select_related("address").order_by("pk")
