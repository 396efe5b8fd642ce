"""What is known: hash lists, their editions and entries, our own list among them."""

from __future__ import annotations

import uuid

from django.db import models

LONGEST_VALUE = 2083
"""Characters. The longest address that NCMEC's reporting schema takes; every hash is shorter."""

LONGEST_REFERENCE = 200


class HashList(models.Model):
    """One list, own or imported, with the rules by which it may match (``docs/guide/lists.md``)."""

    class Origin(models.TextChoices):
        OWN = "own", "Our own list"
        IMPORTED = "imported", "Imported"

    class Purpose(models.TextChoices):
        MATCHES = "matches", "Known material"
        SUPPRESSES = "suppresses", "Known false positives"

    class State(models.TextChoices):
        IN_FORCE = "in_force", "In force"
        SET_ASIDE = "set_aside", "Set aside"
        ENDED = "ended", "Ended"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.MATCHES)
    state = models.CharField(max_length=10, choices=State.choices, default=State.IN_FORCE)
    state_reason = models.CharField(max_length=300, blank=True)
    state_since = models.DateTimeField(null=True)
    # PDQ bits, 0 to 255; the PDQ authors advise 31 (ThreatExchange pdq/README.md).
    max_distance = models.PositiveSmallIntegerField(default=31)
    # PDQ quality, 0 to 100; the PDQ authors advise to discard 49 and below (same source).
    min_quality = models.PositiveSmallIntegerField(default=50)
    turned = models.BooleanField(default=False, help_text="turned and mirrored pictures match as well")
    tags = models.JSONField(default=dict, help_text="what holds for every entry: severity, ai")
    expires_after_days = models.PositiveIntegerField(
        null=True, help_text="entries go by themselves; null: never"
    )
    # The four numbers below were chosen, not measured: see docs/guide/lists.md for what they are meant to catch.
    bad_row_percent = models.FloatField(default=1.0, help_text="more bad rows stop a loading")
    withdrawal_percent = models.PositiveSmallIntegerField(
        default=50, help_text="a larger loss stops a loading"
    )
    flood_window_hours = models.PositiveIntegerField(default=24)
    flood_least_items = models.PositiveIntegerField(default=500, help_text="fewer items say nothing")
    flood_times_usual = models.PositiveIntegerField(default=10)
    flood_least_percent = models.PositiveSmallIntegerField(
        default=20, help_text="a smaller share is no flood"
    )
    flood_since = models.DateTimeField(null=True, help_text="the window begins no earlier: a person looked")
    flood_seen_percent = models.FloatField(default=0, help_text="the share for which it was last set aside")
    flood_accepted_percent = models.FloatField(default=0, help_text="the share a person found to be in order")
    created_at = models.DateTimeField()

    @property
    def subject(self) -> str:
        """The list's name in the ledger."""
        return f"list:{self.code}"

    @property
    def is_own(self) -> bool:
        return self.origin == self.Origin.OWN


class Edition(models.Model):
    """One numbered state of a list. Entries say in which edition they came and in which they went."""

    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    entries = models.PositiveIntegerField(help_text="entries in force")
    added = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=64)
    compared_at = models.DateTimeField(
        null=True, help_text="when all that is held was compared with its changes"
    )

    class Meta:
        ordering = ["hash_list", "number"]
        constraints = [
            models.UniqueConstraint(fields=["hash_list", "number"], name="lists_one_edition_number")
        ]


class Entry(models.Model):
    """One known thing. Never edited: withdrawn by naming the edition in which it went."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=20)  # as openhotline.hashlists names them
    value = models.CharField(max_length=LONGEST_VALUE)  # in the normal form of its algorithm
    media = models.CharField(max_length=10, default="image")  # image, video, text, model, address
    quality = models.PositiveSmallIntegerField(null=True)
    mode = models.CharField(max_length=12, blank=True)
    # The facts behind the grade, so that every jurisdiction's result can be derived again from the entry.
    facts = models.JSONField(default=dict)
    grades = models.JSONField(default=dict)  # jurisdiction -> {"outcome", "grade", "edition"}
    ai = models.CharField(max_length=20, blank=True)
    tags = models.JSONField(default=list)
    added_in = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    withdrawn_in = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", null=True)
    expires_at = models.DateTimeField(null=True)
    # The code of the item it came from (ours) or the sender's own number: text, because rows point upstream only.
    source_reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["algorithm", "value"]),
            models.Index(fields=["source_reference"]),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(withdrawn_in=None, expires_at__isnull=False),
                name="lists_entry_expires",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["hash_list", "algorithm", "value"],
                condition=models.Q(withdrawn_in=None),
                name="lists_one_entry_in_force",
            )
        ]


class EntrySource(models.Model):
    """Who says so: one sender's own name for an entry. An entry goes when the last of its sources goes."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    added_in = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", db_index=False)
    withdrawn_in = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        indexes = [models.Index(fields=["reference"]), models.Index(fields=["entry"])]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "reference"],
                condition=models.Q(withdrawn_in=None),
                name="lists_one_source_in_force",
            )
        ]


class Loading(models.Model):
    """One reading of a file or a feed, from its first row to the edition that it became, or did not become."""

    class State(models.TextChoices):
        READING = "reading", "Being read"
        STOPPED = "stopped", "Waits for a person"
        DONE = "done", "In force"
        FAILED = "failed", "Could not be taken"
        ABANDONED = "abandoned", "Given up"

    OPEN = (State.READING, State.STOPPED)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=20)
    origin_digest = models.CharField(max_length=64, help_text="of a file's content, or of a feed's name")
    incremental = models.BooleanField(default=False, help_text="adds and withdraws; else the whole list")
    keyed = models.BooleanField(default=False, help_text="a reference's rows replace the ones it had")
    position = models.JSONField(null=True, help_text="where reading goes on, as the reader says it")
    rows = models.PositiveBigIntegerField(default=0)
    bad_rows = models.PositiveBigIntegerField(default=0)
    named = models.BooleanField(default=False, help_text="some row has a reference")
    accepted = models.BooleanField(default=False, help_text="a person took it in spite of what stopped it")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    problem = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=64)
    finished_at = models.DateTimeField(null=True)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hash_list"],
                condition=models.Q(state__in=("reading", "stopped")),
                name="lists_one_open_loading",
            )
        ]


class RejectedRow(models.Model):
    """A row that could not be taken, and why; never its value."""

    loading = models.ForeignKey(Loading, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=300)


class StagedRow(models.Model):
    """A row that was read and is not in force yet. Gone once its loading has ended."""

    loading = models.ForeignKey(Loading, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.PositiveBigIntegerField(help_text="among the rows of its loading")
    line = models.PositiveBigIntegerField()
    clash = models.PositiveBigIntegerField(
        null=True, help_text="a later line that says otherwise of the same"
    )
    code = models.UUIDField()
    algorithm = models.CharField(max_length=20, blank=True)
    value = models.CharField(max_length=LONGEST_VALUE, blank=True)
    reference = models.CharField(max_length=LONGEST_REFERENCE, blank=True)
    media = models.CharField(max_length=10)
    quality = models.PositiveSmallIntegerField(null=True)
    grades = models.JSONField(default=dict)
    ai = models.CharField(max_length=20, blank=True)
    tags = models.JSONField(default=list)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["loading", "algorithm", "value", "reference"], name="lists_one_staged_row"
            )
        ]
