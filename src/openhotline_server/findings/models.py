"""What machines said of an item: its examination, fingerprints, provenance, known matches and cluster."""

from __future__ import annotations

import uuid

from django.db import models

from openhotline_server.accounts.models import User
from openhotline_server.evidence.models import Item
from openhotline_server.intake.models import Address, Report
from openhotline_server.lists.models import Edition, Entry, HashList


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


class OriginExamination(models.Model):
    """One deep look at where an item comes from: :class:`openhotline.provenance.Examined` without its evidence.

    Never edited: another look has the next number, and the highest number of an item counts. ``record`` holds what
    is needed to repeat it: versions, settings, trust lists with their dates, models, devices, raw scores, times.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=24)
    log10_lr = models.FloatField()
    scale = models.CharField(max_length=120, help_text="the verbal scale's words")
    contradictions = models.JSONField(default=list)  # [{"code", "words"}]
    abstained = models.JSONField(default=list)
    record = models.JSONField(default=dict)
    inputs = models.CharField(max_length=64, help_text="what it was made with, as one digest")
    failure = models.CharField(max_length=200, blank=True)
    examined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="findings_one_origin_number"),
        ]
        indexes = [models.Index(fields=["inputs"], name="findings_looks_by_inputs")]


class Provenance(models.Model):
    """One piece of evidence about origin, as :class:`openhotline.provenance.Evidence`.

    Without ``origin`` it is from the quick look at the import; with it, from that deeper look.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    # Found by way of the item, so it needs no index of its own, which an import would pay for.
    origin = models.ForeignKey(
        OriginExamination, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    family = models.CharField(max_length=40)
    source = models.CharField(max_length=80)
    claim = models.CharField(max_length=80)
    strength = models.CharField(max_length=40)
    log10_lr = models.FloatField()
    doubt = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=40)


class KnownMatch(models.Model):
    """An item that is on a list, with everything needed to explain why. Kept when nothing rests on it any more."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    distance = models.PositiveSmallIntegerField()
    threshold = models.PositiveSmallIntegerField()
    quality = models.PositiveSmallIntegerField(null=True)
    # How the picture was turned to lie near the entry, as openhotline.hashing.VARIANTS names it.
    variant = models.CharField(max_length=16, default="original")
    compared = models.CharField(max_length=64, blank=True, help_text="the item's hash that was compared")
    sources = models.PositiveIntegerField(default=1, help_text="who named the entry to its list")
    matched_at = models.DateTimeField()
    # An entry of known false positives lies as near: while it is in force, nothing follows from this match.
    suppressed_by = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", null=True)
    suppressed_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True, help_text="its entry was withdrawn")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "entry"], name="findings_one_match")]


class MatchRun(models.Model):
    """What came of asking one list about one report's items, or about everything held (``report`` is empty)."""

    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+", null=True)
    looked = models.PositiveIntegerField(help_text="items with a hash or a digest to ask about")
    matched = models.PositiveIntegerField(help_text="items found on the list")
    too_poor = models.PositiveIntegerField(help_text="items whose PDQ hash is too poor for this list")
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hash_list", "report"], name="findings_one_run_a_report"),
            models.UniqueConstraint(
                fields=["edition"], condition=models.Q(report=None), name="findings_one_run_an_edition"
            ),
        ]
        indexes = [models.Index(fields=["hash_list", "ran_at"])]


class Unmatchable(models.Model):
    """An item that no list could be asked about by its looks: an answer of its own, never "no match"."""

    class Reason(models.TextChoices):
        NO_HASH = "no_hash", "Too small or too even to have a hash"
        TOO_POOR = "too_poor", "Its hash is too poor for every list"

    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    quality = models.PositiveSmallIntegerField(null=True)
    least = models.PositiveSmallIntegerField(help_text="the quality that the least demanding list asks for")
    noted_at = models.DateTimeField()


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


class OriginMark(models.Model):
    """A mark that pictures of one batch share: a program, a seed, a camera, a model's digest; never text of a file."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)  # as openhotline.provenance.Mark names it
    value = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "kind", "value"], name="findings_one_origin_mark")
        ]
        indexes = [models.Index(fields=["kind", "value"])]


class Device(models.Model):
    """A camera whose sensor's pattern we learned. The pattern itself is sealed in the vault as ``object``."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the pattern file")
    object = models.CharField(max_length=64, help_text="the pattern file's name in the vault")
    learned_at = models.DateTimeField()
    learned_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, help_text="since when nothing is compared with it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(ended_at=None), name="findings_one_device_a_pattern"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(ended_at=None), name="findings_one_device_a_name"
            ),
        ]

    @property
    def subject(self) -> str:
        """The device's name in the ledger."""
        return f"device:{self.code}"


class DeviceMatch(models.Model):
    """An item that carries the pattern of a device's sensor. ``energy`` is the peak-to-correlation energy."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    energy = models.FloatField()
    matched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "device"], name="findings_one_device_match")]


class SensorLink(models.Model):
    """Two reports whose pictures carry one sensor's pattern. A comparison that found none is a ledger line only."""

    report_a = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    report_b = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    energy = models.FloatField(help_text="peak-to-correlation energy of the two groups")
    items_a = models.PositiveIntegerField(help_text="pictures that were averaged")
    items_b = models.PositiveIntegerField()
    compared_at = models.DateTimeField()


class Trace(models.Model):
    """One answer to "where does this address lie, and who can take it down?". The newest one of an address counts.

    ``country`` is empty while the sources do not agree and nobody has overridden that. ``front``: a network that
    stands before the origin (a CDN); country and network are then the front's unless ``origin_known``.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166-1 alpha-2 of the physical server"
    )
    ip = models.GenericIPAddressField(null=True)
    asn = models.PositiveIntegerField(null=True)
    network = models.CharField(max_length=200, blank=True, help_text="name of the network or its holder")
    front = models.CharField(max_length=60, blank=True)
    origin_known = models.BooleanField(default=True)
    abuse = models.JSONField(default=list)  # [{"email", "source"}], the best first
    agreeing = models.PositiveSmallIntegerField(help_text="independent sources that named this country")
    against = models.PositiveSmallIntegerField(help_text="independent sources that named another one")
    asked = models.PositiveSmallIntegerField(help_text="sources that were asked")
    agreed = models.BooleanField(help_text="enough sources agree, so that a notice may go")
    traced_at = models.DateTimeField()
    overridden_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    override_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["address", "-id"], name="findings_newest_trace")]


class TraceAnswer(models.Model):
    """What one source said, kept as it was said. ``failure`` is a sentence where it said nothing."""

    trace = models.ForeignKey(Trace, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    country = models.CharField(max_length=2, blank=True)
    said = models.JSONField(default=dict)
    failure = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()


class Check(models.Model):
    """One look whether an address still answers: a status, never a body."""

    class Outcome(models.TextChoices):
        ONLINE = "online", "Still there"
        GONE = "gone", "Gone"
        UNCLEAR = "unclear", "Cannot be told"
        FAILED = "failed", "The check could not run"

    address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP")
    ip = models.GenericIPAddressField(null=True)
    words = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["address", "-id"], name="findings_newest_check")]
