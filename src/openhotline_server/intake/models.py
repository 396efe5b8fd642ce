"""What came in: reports, the addresses they name, and what is said with the reporter. Never who or where she is.

A batch import is one report with many items; a report from the public, a partner or another hotline names addresses.
"""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.accounts.models import User


class Report(models.Model):
    """One delivery: a folder, an archive, a study's records, a form, a partner's document, a mail."""

    class Kind(models.TextChoices):
        BATCH = "batch", "Batch import"
        RECORDS = "records", "Records without files"
        FORM = "form", "Public form"
        PARTNER = "partner", "Partner's report"
        CYBERTIP = "cybertip", "Provider's report (CyberTipline protocol)"
        MAIL = "mail", "Mail"
        HOTLINE = "hotline", "Another hotline's or the police's list"
        PROACTIVE = "proactive", "Found by the hotline itself"

    class Standing(models.TextChoices):
        TAKEN = "taken", "Taken in"
        QUARANTINED = "quarantined", "Set aside: part of a flood"
        REFUSED = "refused", "Refused by a person"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source = models.CharField(max_length=300)
    # What was imported, as a keyed digest: an interrupted import finds its own report again by it.
    origin_digest = models.CharField(max_length=64, unique=True)
    study = models.CharField(max_length=200, blank=True, db_index=True)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.TAKEN)
    received_on = models.DateField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["kind", "created_at"], name="intake_by_kind")]

    @property
    def subject(self) -> str:
        """The report's name in the ledger."""
        return f"report:{self.code}"


class Address(models.Model):
    """One place on a network, in its one normal form (:mod:`openhotline.addresses`). Reported again, it is this row."""

    class Network(models.TextChoices):
        WEB = "web", "Web"
        ONION = "onion", "Onion service"
        OTHER = "other", "Elsewhere, described in words"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the normal form")
    normal = models.CharField(max_length=2083)
    network = models.CharField(max_length=6, choices=Network.choices)
    host = models.CharField(max_length=253, blank=True, db_index=True)
    domain = models.CharField(max_length=253, blank=True, db_index=True, help_text="registrable domain")
    first_reported_at = models.DateTimeField()

    @property
    def subject(self) -> str:
        """The address's name in the ledger, which never holds the address itself."""
        return f"address:{self.code}"


class Mention(models.Model):
    """One report names one address. ``known``: the address had been reported before this report."""

    class FoundIn(models.TextChoices):
        WEB = "web", "On a web page"
        APP = "app", "In an app"
        CHAT = "chat", "In a chat or a group"
        ONION = "onion", "On an onion service"
        OTHER = "other", "Elsewhere"

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    given = models.CharField(max_length=2083, blank=True, help_text="as it was written, where that differs")
    found_in = models.CharField(max_length=6, choices=FoundIn.choices, default=FoundIn.WEB)
    known = models.BooleanField()
    # What the sender says of it, in the sender's own scheme: kept as a source value, never taken for a grade of ours.
    stated = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "address"], name="intake_one_mention_per_report")
        ]


class Particulars(models.Model):
    """What a reporter wrote beside the addresses. Forgotten some time after her report is closed."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(max_length=5000, blank=True)
    contact = models.CharField(max_length=300, blank=True, help_text="only what she chose to give")
    language = models.CharField(max_length=10, blank=True)
    at_risk_now = models.BooleanField(default=False, help_text="she says that a child may be in danger now")
    about_self = models.BooleanField(default=False, help_text="the picture shows the reporter herself")
    forgotten_at = models.DateTimeField(null=True)


class WithoutAddress(models.Model):
    """A report that names no address, so that no queue leads to it. It waits until a person has read it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Waits to be read"
        LED_ON = "led_on", "Addresses were found in it"
        HANDED_ON = "handed_on", "Handed on to others"
        OFF_REMIT = "off_remit", "Not for this hotline"
        UNUSABLE = "unusable", "Nothing in it can be worked with"

    CLOSING = (Outcome.HANDED_ON, Outcome.OFF_REMIT, Outcome.UNUSABLE)

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.WAITING)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["report"], condition=models.Q(outcome="waiting"), name="intake_to_be_read")
        ]


class Receipt(models.Model):
    """What lets a reporter come back without a name: the keyed digest of a code that only she has."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()


class Message(models.Model):
    """One message between the hotline and a reporter, through her receipt."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    from_reporter = models.BooleanField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    words = models.TextField(max_length=2000)
    written_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)


class Delivery(models.Model):
    """A partner's own key for a report, so that one sent twice over a poor line is one."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    body_digest = models.CharField(max_length=64)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="intake_one_delivery_per_key")]


class Draft(models.Model):
    """A provider's report in the CyberTipline protocol while it is open. Its key is the report's number there."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    document = models.TextField(help_text="the submitted XML")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    retracted_at = models.DateTimeField(null=True)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+", null=True)


class DraftFile(models.Model):
    """One uploaded file of a draft. Its bytes lie sealed in the vault; the item is made when the draft is finished."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="+")
    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=2056, blank=True)
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    size = models.BigIntegerField(help_text="bytes")
    document = models.TextField(blank=True, help_text="the file's details as XML")
    uploaded_at = models.DateTimeField()


class FileRecord(models.Model):
    """A generator (a model file) or a manual: what it is called, its hashes, where it lies. Never its content."""

    class Kind(models.TextChoices):
        GENERATOR = "generator", "Image generator (model file)"
        MANUAL = "manual", "Manual"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+", null=True)
    file_name = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    sha1 = models.CharField(max_length=40, blank=True)
    md5 = models.CharField(max_length=32, blank=True)
    size = models.BigIntegerField(null=True, help_text="bytes")
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
