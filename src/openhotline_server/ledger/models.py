"""Who did what, when: one hash-chained line for every write and every view."""

from __future__ import annotations

from django.db import models


class Line(models.Model):
    """One link of the chain; the fields are those of :class:`openhotline.chain.Line`."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    event = models.CharField(max_length=64)
    subject = models.CharField(max_length=96)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]
        indexes = [
            models.Index(fields=["subject"]),
            models.Index(fields=["actor", "sequence"]),
            models.Index(fields=["event", "sequence"]),
        ]


class Head(models.Model):
    """The last line's number and digest. Its one row is locked by every writer, so that the chain never forks."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="ledger_one_head")]


class Checkpoint(models.Model):
    """A signature over the chain up to one line, as :class:`openhotline.chain.Checkpoint`."""

    sequence = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    key_id = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ["sequence"]
