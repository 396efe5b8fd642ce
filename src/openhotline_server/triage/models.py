"""Cases, one for each cluster, their order, and what a person changed in it."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Cluster


class Case(models.Model):
    """What is decided at once: a cluster, its place in the queue, and where it stands."""

    class State(models.TextChoices):
        OPEN = "open", "Waiting for a first reader"
        SECOND = "second", "Waiting for a second reader"
        THIRD = "third", "Waiting for a third reader"
        DECIDED = "decided", "Decided"
        LEFT_OUT = "left_out", "Not selected"
        UNREADABLE = "unreadable", "Nothing to look at"

    WAITING = (State.OPEN, State.SECOND, State.THIRD)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cluster = models.OneToOneField(Cluster, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    urgency = models.SmallIntegerField(default=0)
    reasons = models.JSONField(default=list)  # [{"code", "points", "words"}], adds up to urgency
    rules_edition = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    turn_at = models.DateTimeField(help_text="order among equals; later than opened_at once it was skipped")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-urgency", "turn_at", "id"])]

    @property
    def subject(self) -> str:
        """The case's name in the ledger."""
        return f"case:{self.code}"


class Claim(models.Model):
    """A case in somebody's hands, so that two people never open the same one. One row per case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()


class Move(models.Model):
    """A named person's decision: a case waits behind the others of its level, on the ground that it is generated.

    A level is the cases of one urgency. The urgency itself never falls, and whoever comes to the level later stands
    behind it. ``families`` names the independent families of evidence; ``turn_before`` is the place it had.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    families = models.JSONField(default=list)
    words = models.CharField(max_length=300, help_text="why, in the person's own words")
    turn_before = models.DateTimeField()
    moved_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(taken_back_at=None), name="triage_one_standing_move"
            )
        ]
