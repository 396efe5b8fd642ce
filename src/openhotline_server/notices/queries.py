"""Reading notices."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from openhotline.errors import NotFound
from openhotline_server.notices.models import Notice
from openhotline_server.triage.models import Case


def list_notices(*, case: Case | None = None) -> QuerySet[Notice]:
    """Notices, the undelivered first, then the newest; of one case where it is named."""
    notices = Notice.objects.select_related("case").order_by("delivered_at", "-drafted_at")
    return notices.filter(case=case) if case else notices


def get_notice(code: uuid.UUID) -> Notice:
    """The notice with this code."""
    found = Notice.objects.select_related("case").filter(code=code).first()
    if found is None:
        raise NotFound("There is no notice with that code.")
    return found
