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
    # None for an address: a page or a domain has no item.
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True)
    # What the line is about in the words of the outside: an item's code, or an address's own.
    reference = models.CharField(max_length=80, db_index=True)
    act = models.CharField(max_length=10, choices=Act.choices)
    edition = models.PositiveIntegerField()
    # What is shared: hashes or address, grades, AI dimension. A tombstone repeats the hashes and adds the reason.
    document = models.JSONField()
    published_by = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["hash_list", "sequence"]), models.Index(fields=["item", "sequence"])]


class Feed(models.Model):
    """One stream of the log for one kind of recipient: the lines whose documents meet its selection.

    An empty selection selects everything. A person may be entitled to one feed and not to another.
    """

    class Content(models.TextChoices):
        HASHES = "hashes", "Hashes of pictures and films"
        ADDRESSES = "addresses", "Addresses of pages and of dedicated domains"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    content = models.CharField(max_length=10, choices=Content.choices, default=Content.HASHES)
    outcomes = models.JSONField(default=list)  # of the deciding jurisdiction
    grades = models.JSONField(default=list)  # of the deciding jurisdiction
    ai = models.JSONField(default=list)  # codes of the vocabulary "ai"
    # Times of day, "12:00", in the site's time zone, at which new lines come out; empty: at once.
    released_at_times = models.JSONField(default=list)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class FeedLine(models.Model):
    """A line of the log as one feed shows it. An item that leaves the selection gets a tombstone here."""

    sequence = models.BigAutoField(primary_key=True)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=80)
    act = models.CharField(max_length=10, choices=Publication.Act.choices)
    at = models.DateTimeField()  # of the publication: never earlier than the line before

    class Meta:
        indexes = [
            models.Index(fields=["feed", "sequence"]),
            models.Index(fields=["feed", "at", "sequence"]),
            models.Index(fields=["feed", "reference", "sequence"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["feed", "publication"], name="sharing_one_line_a_feed")
        ]


class Entitlement(models.Model):
    """A partner may read a feed, from a moment until it is ended."""

    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "feed"], condition=models.Q(ended_at=None), name="sharing_one_entitlement"
            )
        ]


class MatchGrant(models.Model):
    """A partner may ask whether something is on a list, within limits; what an answer may tell stands here."""

    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    hash_list = models.ForeignKey(HashList, on_delete=models.PROTECT, related_name="+")
    tells_distance = models.BooleanField(default=False)
    tells_tags = models.BooleanField(default=False)
    per_minute = models.PositiveIntegerField()  # files or hashes asked about
    per_day = models.PositiveIntegerField()
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "hash_list"],
                condition=models.Q(ended_at=None),
                name="sharing_one_match_grant",
            )
        ]


class MatchUse(models.Model):
    """How many questions a partner asked in one minute: what limits and quotas are counted from.

    ``refused`` counts the calls that a limit refused, ``refused_told`` those of them that the ledger has.
    """

    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    minute = models.DateTimeField()
    questions = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, db_default=0)
    refused_told = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "minute"], name="sharing_one_use_a_minute")]


class Delivery(models.Model):
    """How far a feed was delivered to a partner by one protocol: what was sent is never skipped the next time."""

    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    protocol = models.CharField(max_length=20)
    # Up to here everything was delivered in whole ranges; a caller's clock that is ahead cannot skip what follows.
    delivered_until = models.DateTimeField()
    delivered_sequence = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "feed", "protocol"], name="sharing_one_delivery")
        ]


class AnsweredUntil(models.Model):
    """How far an answer "up to this moment" really went: to the last line there was.

    A partner asks next from that moment on, by its own clock, which may be hours ahead, and a line may have been
    committed late: it is given everything behind this line, so that nothing is lost (``spans.py``).
    """

    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    protocol = models.CharField(max_length=20)
    until = models.DateTimeField()
    sequence = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "feed", "protocol", "until"], name="sharing_one_answer_until"
            )
        ]


class Feedback(models.Model):
    """What a recipient says of an entry: seen too, or disputed. A disputed one waits for a curator."""

    class Opinion(models.TextChoices):
        AFFIRMATIVE = "affirmative", "Seen, and agreed"
        NEGATIVE = "negative", "Disputed"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=20)
    opinion = models.CharField(max_length=12, choices=Opinion.choices)
    reasons = models.JSONField(
        default=list
    )  # codes of the vocabulary of feedback reasons, and the sender's tags
    received_at = models.DateTimeField()
    # A partner's newer word on the same hash replaces the older one, which stays.
    superseded_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)
    settlement = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["opinion", "settled_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "publication", "algorithm"],
                condition=models.Q(superseded_at=None),
                name="sharing_one_standing_feedback",
            )
        ]
