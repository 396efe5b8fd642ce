"""Cases, one for each cluster and one for each address, their order, and what a person changed in it."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Cluster
from openhotline_server.intake.models import Address


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


class AddressCase(models.Model):
    """What becomes of one address, from its first report until it is gone."""

    class State(models.TextChoices):
        NEW = "new", "Waiting for an analyst"
        REFERRED = "referred", "With the police, before anybody else is told"
        ON_HOLD = "on_hold", "On hold for the police"
        TO_TELL = "to_tell", "To be told: a notice is due"
        WATCHED = "watched", "Told, and watched until it is gone"
        REMOVED = "removed", "Gone"
        GONE_BEFORE = "gone_before", "Gone before anybody was told"
        NOT_ILLEGAL = "not_illegal", "Assessed, no criminal material"
        OFF_REMIT = "off_remit", "Not this hotline's"
        UNTRACEABLE = "untraceable", "Criminal, without a host to tell"

    WAITING = (State.NEW,)
    UNDER_WAY = (State.REFERRED, State.ON_HOLD, State.TO_TELL, State.WATCHED)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.OneToOneField(Address, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    urgency = models.SmallIntegerField(default=0)
    reasons = models.JSONField(default=list)  # [{"code", "points", "words"}], adds up to urgency
    rules_edition = models.CharField(max_length=20)
    reported_times = models.PositiveIntegerField(default=1, help_text="reports that name the address")
    opened_at = models.DateTimeField()
    turn_at = models.DateTimeField(help_text="order among equals; later than opened_at once it was skipped")
    due_at = models.DateTimeField(help_text="when the step that it waits for is due")
    handed_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-urgency", "turn_at", "id"], name="triage_address_queue"),
            models.Index(fields=["state", "due_at"], name="triage_address_due"),
        ]

    @property
    def subject(self) -> str:
        """The case's name in the ledger."""
        return f"address-case:{self.code}"


class AddressClaim(models.Model):
    """An address case in somebody's hands. One row per case."""

    case = models.OneToOneField(AddressCase, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
