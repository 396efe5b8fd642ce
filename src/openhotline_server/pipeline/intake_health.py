"""Whether reports still come in. A form that nobody can send is silent, and silence looks like a quiet week."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from openhotline_server.intake.arrivals import count_forms, count_set_aside, find_last_form
from openhotline_server.intake.without_address import count_in_danger

LOOKED_BACK = timedelta(days=28)
UNLIKELY = 4.6
"""Reports that should have come in the silence. If they come independently of each other, none of 4.6 expected ones
is a chance of exp(-4.6), one in a hundred."""


def intake_health(at: datetime) -> tuple[str, ...]:
    """Sentences that a manager must see today; none while all is well."""
    return tuple(sentence for sentence in (_silence(at), _quarantine(), _in_danger()) if sentence)


def is_silent(*, quiet: timedelta, before: int, patience: timedelta) -> bool:
    """Whether a silence is no chance: longer than ``patience``, and unlikely after ``before`` reports in 28 days."""
    return quiet >= patience and before * (quiet / LOOKED_BACK) >= UNLIKELY


def _silence(at: datetime) -> str:
    last = find_last_form(until=at)
    if last is None:
        return ""
    quiet = at - last
    before = count_forms(begin=last - LOOKED_BACK, end=last)
    if not is_silent(quiet=quiet, before=before, patience=timedelta(hours=settings.SILENCE_HOURS)):
        return ""
    usual = before * (quiet / LOOKED_BACK)
    return (
        f"No report has come through the public form for {_span(quiet)}; usually about {usual:.0f} come in that "
        "time. Open the form from outside and send a report that says it is a test."
    )


def _quarantine() -> str:
    waiting = count_set_aside()
    if not waiting:
        return ""
    what = "1 report waits" if waiting == 1 else f"{waiting:,} reports wait"
    return f"{what} in quarantine, set aside by the flood protection. Admit or refuse what waits there."


def _in_danger() -> str:
    waiting = count_in_danger()
    if not waiting:
        return ""
    what = (
        "1 report without an address says" if waiting == 1 else f"{waiting:,} reports without an address say"
    )
    return f"{what} that a child may be in danger now. Read what waits there in the inbox."


def _span(quiet: timedelta) -> str:
    return f"{quiet.days} days" if quiet.days >= 2 else f"{quiet.total_seconds() / 3600:.0f} hours"
