"""What we publish: one append-only log from which every protocol's view is made, and who may read which list."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.accounts.models import User
from openhotline_server.evidence.models import Item
from openhotline_server.lists.models import HashList


class Publication(models.Model):
    """One line of the log: an entry published, or its tombstone. ``sequence`` only grows."""

    class Act(models.TextChoices):
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    sequence = models.BigAutoField(primary_key=True)
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=10, choices=Act.choices)
    edition = models.PositiveIntegerField()
    document = models.JSONField()  # what is shared: hashes, grades, AI dimension; or the withdrawal's reason
    published_by = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["hash_list", "sequence"]), models.Index(fields=["item", "sequence"])]


class Entitlement(models.Model):
    """A partner may download a list, from a day until it is ended."""

    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "hash_list"],
                condition=models.Q(ended_at=None),
                name="sharing_one_entitlement",
            )
        ]
