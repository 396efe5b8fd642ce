"""How many reports came through the public form, and when: counts only."""

from __future__ import annotations

from datetime import datetime

from openhotline_server.intake.models import Report


def find_last_form(*, until: datetime) -> datetime | None:
    """When the last report through the public form came."""
    times = Report.objects.filter(kind=Report.Kind.FORM, created_at__lte=until).order_by("-created_at")
    return times.values_list("created_at", flat=True).first()


def count_forms(*, begin: datetime, end: datetime) -> int:
    """How many came from ``begin`` to ``end``, both counted."""
    return Report.objects.filter(kind=Report.Kind.FORM, created_at__gte=begin, created_at__lte=end).count()


def count_set_aside() -> int:
    """How many reports wait in quarantine for a person to admit or refuse them."""
    return Report.objects.filter(standing=Report.Standing.QUARANTINED).count()
