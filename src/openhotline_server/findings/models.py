"""What machines said of an item: its examination, fingerprints, provenance, known matches and cluster."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.evidence.models import Item
from openhotline_server.lists.models import Edition, Entry


class Examination(models.Model):
    """One look by the confined decoder. An item that cannot be decoded has one too, with the reason."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    media_type = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frames = models.PositiveIntegerField(null=True)
    failure = models.CharField(max_length=200, blank=True)
    has_preview = models.BooleanField(default=False)
    notes = models.JSONField(default=list)
    examined_at = models.DateTimeField()
    version = models.CharField(max_length=40)


class Fingerprint(models.Model):
    """One perceptual hash with its doubt. MD5, SHA-1 and SHA-256 stand in the item's custody record."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=10)
    value = models.CharField(max_length=128)
    quality = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=12)
    decoder = models.CharField(max_length=60)
    near_median = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "algorithm", "mode"], name="findings_one_fingerprint")
        ]


class Provenance(models.Model):
    """One piece of evidence about origin, as :class:`openhotline.provenance.Evidence`."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    family = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    claim = models.CharField(max_length=80)
    strength = models.CharField(max_length=40)
    log10_lr = models.FloatField()
    doubt = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=40)


class KnownMatch(models.Model):
    """An item that is on a list, with everything needed to explain why."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    distance = models.PositiveSmallIntegerField()
    threshold = models.PositiveSmallIntegerField()
    quality = models.PositiveSmallIntegerField(null=True)
    matched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "entry"], name="findings_one_match")]


class Cluster(models.Model):
    """Near duplicates: every member is within 31 bits of the representative, so groups do not drift."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    representative = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()


class ClusterMember(models.Model):
    """An item's place in one cluster; ``left_at`` says when a person took it out."""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    distance = models.PositiveSmallIntegerField(default=0)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(left_at=None), name="findings_one_cluster_per_item"
            )
        ]
