"""The site's ledger takes note of audits of data sets and of model files that ran on its machine.

Registered in the entry point group ``openhotline.witnesses``. Nothing here imports Django unless there is a site.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from openhotline.errors import NotInitialised
from openhotline_server.commands import site_ready


def witness(what: str, told: Mapping[str, Any]) -> None:
    """Write one line of what was done, if OPENHOTLINE_DATA (or --data) names a site: one that `openhotline init` made."""
    named = os.environ.get("OPENHOTLINE_DATA", "")
    if not named or not _is_site(Path(named)):
        return
    try:
        site_ready()
    except NotInitialised:  # secrets, and no database yet: there is no ledger
        return
    from django.utils import timezone

    note(what, told, at=timezone.now())


def note(what: str, told: Mapping[str, Any], *, at: datetime) -> bool:
    """Write the line of a signed summary, once; return whether this was the time. Unknown kinds are not written."""
    from django.db import transaction

    from openhotline_server.ledger import queries
    from openhotline_server.ledger.events import COMMAND_LINE, Event
    from openhotline_server.ledger.operations import record

    event = {
        "audit": Event.DATASET_AUDITED,
        "cleaning": Event.DATASET_CLEANED,
        "models": Event.MODELS_AUDITED,
    }.get(what)
    if event is None:
        return False
    summary = str(told["summary"])
    with transaction.atomic():
        if queries.search(event=event, subject=summary).exists():
            return False
        record(actor=COMMAND_LINE, at=at, event=event, subject=summary, details=_details(told))
    return True


def _details(told: Mapping[str, Any]) -> dict[str, Any]:
    """Only numbers and the names and editions of lists, whatever else was told."""
    counts = {name: count for name, count in told.get("counts", {}).items() if isinstance(count, int)}
    lists = [{"name": str(one["name"]), "edition": str(one["edition"])} for one in told.get("lists", ())]
    return {"counts": counts, "lists": lists}


def _is_site(folder: Path) -> bool:
    from openhotline_server.site.data_directory import DataDirectory

    return DataDirectory(folder).initialised
