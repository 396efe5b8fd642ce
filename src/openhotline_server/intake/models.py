"""What came in: reports. A batch import is one report with many items."""

from __future__ import annotations

import uuid

from django.db import models


class Report(models.Model):
    """One delivery: a folder, an archive, a study's records."""

    class Kind(models.TextChoices):
        BATCH = "batch", "Batch import"
        RECORDS = "records", "Records without files"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=300)
    # What was imported, as a keyed digest: an interrupted import finds its own report again by it.
    origin_digest = models.CharField(max_length=64, unique=True)
    study = models.CharField(max_length=200, blank=True, db_index=True)
    received_on = models.DateField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
