"""What we told whom, how it left, and whether it is gone. A document is fixed when drafted; a person lets it leave."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Trace
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.triage.models import AddressCase, Case


class Contact(models.Model):
    """One entry of the contact book. What it names (domains, networks, countries) finds it for an address."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=ContactKind.choices)
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    domains = models.JSONField(default=list)  # registrable domains, lower case
    asns = models.JSONField(default=list)  # numbers of autonomous systems
    countries = models.JSONField(default=list)  # ISO 3166-1 alpha-2
    language = models.CharField(max_length=10, default="en")
    wants_json = models.BooleanField(default=True, help_text="machine-readable documents are attached")
    rests_on = models.JSONField(default=list)  # weekdays without notices, 0 is Monday
    note = models.CharField(max_length=500, blank=True)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "ended_at"])]


class Notice(models.Model):
    """One document to one recipient; it holds no imagery. About a case of pictures, or about addresses."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    recipient = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", null=True)
    language = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=200, blank=True, help_text="the mail's subject")
    words = models.TextField(blank=True, help_text="the mail's plain text")
    document = models.JSONField()  # our own machine-readable form
    attachments = models.JSONField(default=list)  # [{"name", "media_type", "text"}]
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    dropped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=200, blank=True)

    @property
    def subject(self) -> str:
        """The notice's name in the ledger."""
        return f"notice:{self.code}"


class NoticeAddress(models.Model):
    """One address that a notice tells of, with what the host's own law says of it."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(AddressCase, on_delete=models.PROTECT, related_name="+")
    illegal_there = models.BooleanField(null=True, help_text="by the hosting country's file; none: no file")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "case"], name="notices_one_line_per_address")
        ]


class Outgoing(models.Model):
    """The outbox: one letter on its way. What left is known, or a person decides; nothing is sent twice."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits to be sent"
        SENDING = "sending", "Handed to the mail server, not answered yet"
        SENT = "sent", "Taken by the mail server"
        UNCERTAIN = "uncertain", "It may have left: a person decides"
        DEAD = "dead", "Given up: a person decides"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=200, unique=True)
    message = models.TextField(help_text="the whole letter (RFC 5322), as it leaves")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    trouble = models.CharField(max_length=300, blank=True)
    receipt = models.CharField(max_length=300, blank=True, help_text="what the mail server answered")
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"], name="notices_outbox")]


class PoliceAnswer(models.Model):
    """What the police of our own country said before anybody else is told of an address."""

    class Answer(models.TextChoices):
        AUTHORISED = "authorised", "The notice may go"
        HOLD = "hold", "Wait: nothing may go yet"

    case = models.ForeignKey(AddressCase, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reference = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class ProviderAnswer(models.Model):
    """What a recipient answered to a notice."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "Received"
        REMOVED = "removed", "Says it is removed"
        REFUSED = "refused", "Refuses"
        PASSED_ON = "passed_on", "Passed on to somebody else"
        QUESTION = "question", "Asks something"
        BOUNCE = "bounce", "Could not be delivered"

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.CharField(max_length=1000, blank=True)
    automatic = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)


class Removal(models.Model):
    """The clock of one address at one host: from the issue of the notice until it is gone.

    A host that changes ends one and begins another; so does a page that comes back.
    """

    class Ending(models.TextChoices):
        REMOVED = "removed", "Gone"
        MOVED = "moved", "Moved to another host"
        STOPPED = "stopped", "No longer watched"

    case = models.ForeignKey(AddressCase, on_delete=models.PROTECT, related_name="+")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+", null=True)
    trace = models.ForeignKey(
        Trace, on_delete=models.PROTECT, related_name="+", null=True, help_text="where it lay when this began"
    )
    country = models.CharField(max_length=2, blank=True)
    host = models.CharField(max_length=200, blank=True, help_text="the network or its holder, as traced")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="when it was first missed, once that is confirmed")
    ending = models.CharField(max_length=8, choices=Ending.choices, blank=True)
    next_check_at = models.DateTimeField(null=True)
    misses = models.PositiveSmallIntegerField(default=0)
    first_missed_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True, help_text="when it was last seen online")
    reminders = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="notices_one_running_clock"
            )
        ]
        indexes = [models.Index(fields=["next_check_at"], name="notices_checks_due")]
