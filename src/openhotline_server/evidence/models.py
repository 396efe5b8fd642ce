"""What was captured: items, where each was seen, and what could not be captured."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.intake.models import Report


class Item(models.Model):
    """One content, however often it was seen. ``sha256`` is empty for a record without a file.

    The hashes, the size and the tool are the custody record of the capture (ISO/IEC 27037: hash at acquisition);
    what happened afterwards stands in the ledger under ``item:<code>``.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, null=True)
    sha1 = models.CharField(max_length=40, blank=True, db_index=True)
    md5 = models.CharField(max_length=32, blank=True, db_index=True)
    size = models.BigIntegerField(default=0, help_text="bytes")
    captured_at = models.DateTimeField()
    captured_by = models.CharField(max_length=64)
    tool = models.CharField(max_length=60)
    destroyed_at = models.DateTimeField(null=True)

    @property
    def subject(self) -> str:
        """The item's name in the ledger."""
        return f"item:{self.code}"


class Sighting(models.Model):
    """One place where an item was seen: a member of a batch."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=1000)
    # The member's time stamp there, in nanoseconds: tells a file changed since from one already taken in.
    modified = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "path", "item"], name="evidence_one_sighting_per_place")
        ]


class FailedSighting(models.Model):
    """A member of a batch whose bytes could not be read: named, never lost. Cleared when a later try succeeds."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=1000)
    reason = models.CharField(max_length=300)
    failed_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "path"], name="evidence_one_failure_per_place")
        ]
