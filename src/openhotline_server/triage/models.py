"""Cases, one for each cluster, and their order."""

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
