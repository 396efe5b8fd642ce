"""What is known: hash lists, their editions and entries, our own list among them."""

from __future__ import annotations

import uuid

from django.db import models


class HashList(models.Model):
    """One list, own or imported, with the rule by which it may match."""

    class Origin(models.TextChoices):
        OWN = "own", "Our own list"
        IMPORTED = "imported", "Imported"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    # PDQ bits, 0 to 255; the PDQ authors advise 31 (ThreatExchange pdq/README.md).
    max_distance = models.PositiveSmallIntegerField(default=31)
    # PDQ quality, 0 to 100; the PDQ authors advise to discard 49 and below (same source).
    min_quality = models.PositiveSmallIntegerField(default=50)
    created_at = models.DateTimeField()


class Edition(models.Model):
    """One numbered state of a list. Entries say in which edition they came and in which they went."""

    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    entries = models.PositiveIntegerField(help_text="entries in force")
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=64)

    class Meta:
        ordering = ["hash_list", "number"]
        constraints = [
            models.UniqueConstraint(fields=["hash_list", "number"], name="lists_one_edition_number")
        ]


class Entry(models.Model):
    """One known thing. Never edited: withdrawn by naming the edition in which it went."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=10)  # md5, sha1, sha256, pdq
    value = models.CharField(max_length=128)  # lower-case hexadecimal
    quality = models.PositiveSmallIntegerField(null=True)
    mode = models.CharField(max_length=12, blank=True)
    # The facts behind the grade, so that every jurisdiction's result can be derived again from the entry.
    facts = models.JSONField(default=dict)
    grades = models.JSONField(default=dict)  # jurisdiction -> {"outcome", "grade", "edition"}
    ai = models.CharField(max_length=20, blank=True)
    added_in = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    withdrawn_in = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", null=True)
    # The code of the item it came from (ours) or the sender's own number: text, because rows point upstream only.
    source_reference = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["algorithm", "value"]), models.Index(fields=["source_reference"])]
        constraints = [
            models.UniqueConstraint(
                fields=["hash_list", "algorithm", "value"],
                condition=models.Q(withdrawn_in=None),
                name="lists_one_entry_in_force",
            )
        ]
