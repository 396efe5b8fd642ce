"""What we told whom about a case. The document is fixed when drafted; delivery is recorded by a person."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.triage.models import Case


class Notice(models.Model):
    """One document to one recipient; it holds no imagery."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    recipient = models.CharField(max_length=200)
    document = models.JSONField()
    drafted_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True)
