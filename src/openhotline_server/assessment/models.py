"""What people said: votes on facts, the assessment that follows, its results, and what people were shown."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.accounts.models import User
from openhotline_server.evidence.models import Item
from openhotline_server.triage.models import AddressCase, Case


class Vote(models.Model):
    """One person's answers to the questions of fact. Never edited; undone by ``undone_at``."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(help_text="1 first, 2 second, 3 third reader")
    facts = models.JSONField()
    outcome = models.CharField(
        max_length=40, blank=True, help_text="in the deciding jurisdiction; empty: open"
    )
    asked_second = models.BooleanField(
        default=False, help_text="the reader herself asked for a second reader"
    )
    cast_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(
        help_text="from first display to the answer, on the server's clock"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "position"],
                condition=models.Q(undone_at=None),
                name="assessment_one_vote_per_position",
            ),
            models.UniqueConstraint(
                fields=["case", "person"],
                condition=models.Q(undone_at=None),
                name="assessment_one_vote_per_person",
            ),
        ]
        indexes = [models.Index(fields=["person", "cast_at"])]


class Assessment(models.Model):
    """The decided facts of a case. A later one supersedes it; ``current`` is the last that stands."""

    class Basis(models.TextChoices):
        ONE = "one", "One reader"
        AGREED = "agreed", "Two readers agreed"
        THIRD = "third", "A third reader decided"
        KNOWN = "known", "Known material, graded before"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField()
    basis = models.CharField(max_length=10, choices=Basis.choices)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # superseded, or its vote was undone

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="assessment_one_in_force"
            )
        ]


class LegalResult(models.Model):
    """What one edition of one jurisdiction file makes of the facts. Derived again when the file changes."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    jurisdiction = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    outcome = models.CharField(max_length=40, blank=True)
    grade = models.CharField(max_length=10, blank=True)
    discount_reason = models.CharField(max_length=40, blank=True)
    provision = models.CharField(max_length=200, blank=True)
    # Copies of the facts that this outcome records (none of them for a prohibited image), for counting.
    severity = models.CharField(max_length=4, blank=True)
    age_band = models.CharField(max_length=10, blank=True)
    sex = models.CharField(max_length=14, blank=True)
    derived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "jurisdiction", "edition"], name="assessment_one_result_per_edition"
            )
        ]
        indexes = [models.Index(fields=["jurisdiction", "outcome"])]


class AddressAssessment(models.Model):
    """What a person found at an address. The youngest age and the most severe category of everything there.

    The two may come from different pictures, as the published tables count them. ``results`` holds what each
    jurisdiction makes of the facts; the columns beside it repeat the deciding one's, for counting.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(AddressCase, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField()
    results = models.JSONField(default=list)  # [{"jurisdiction", "edition", "outcome", "grade", "provision"}]
    outcome = models.CharField(max_length=40, db_index=True)
    grade = models.CharField(max_length=10, blank=True)
    discount_reason = models.CharField(max_length=40, blank=True)
    severity = models.CharField(max_length=4, blank=True)
    age_band = models.CharField(max_length=10, blank=True)
    sex = models.CharField(max_length=14, blank=True)
    ai = models.CharField(max_length=30, blank=True)
    site_type = models.CharField(max_length=30, blank=True)
    commercial = models.CharField(max_length=30, blank=True)
    pictures = models.PositiveIntegerField(default=0, help_text="seen there")
    films = models.PositiveIntegerField(default=0, help_text="seen there")
    identifying = models.JSONField(default=list)  # codes: why victim identification should hear of it
    note = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="assessment_one_address_in_force"
            )
        ]


class Display(models.Model):
    """One picture or sheet sent to one person: what, how sharp, and how many pictures were on it."""

    class Kind(models.TextChoices):
        SHEET = "sheet", "Contact sheet"
        SINGLE = "single", "Single picture"
        ORIGINAL = "original", "Original"

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    level = models.PositiveSmallIntegerField()
    pictures = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    shown_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "shown_at"]), models.Index(fields=["case", "person"])]


class ReviewPolicy(models.Model):
    """What the manager set, and when; the last row is in force."""

    second_vote_percent = models.PositiveSmallIntegerField()
    automatic_check_percent = models.PositiveSmallIntegerField()
    daily_minutes = models.PositiveSmallIntegerField()
    minutes_before_break = models.PositiveSmallIntegerField()
    break_minutes = models.PositiveSmallIntegerField()
    last_hour = models.PositiveSmallIntegerField(
        help_text="local hour after which nothing is shown; 24: no limit"
    )
    set_by = models.CharField(max_length=64)
    set_at = models.DateTimeField()
