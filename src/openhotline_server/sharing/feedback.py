"""What recipients say of entries: seen too, or disputed. A disputed entry waits for a curator, with a sentence."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import Entry, record, record_many
from openhotline_server.lists.models import Entry as ListEntry
from openhotline_server.sharing.addresses import withdraw_address
from openhotline_server.sharing.models import Feed, Feedback, FeedLine, Publication
from openhotline_server.sharing.operations import withdraw

REASONS = "feedback_reasons"
"""The vocabulary of reasons for a dispute."""

TAG = "tag:"
"""Before a word of the sender's own, where the protocol has words instead of reasons."""

SPOKEN_OF = ("pdq", "md5", "url")
"""What a protocol without entries can name by its value."""

AFFIRMATIVE, NEGATIVE = Feedback.Opinion.AFFIRMATIVE, Feedback.Opinion.NEGATIVE


@dataclass(frozen=True)
class Named:
    """What a value belongs to."""

    reference: str
    algorithm: str


@dataclass(frozen=True)
class About:
    """What a partner speaks of: one value of one entry, as a feed shows it."""

    partner: User
    feed: Feed
    reference: str
    algorithm: str


@transaction.atomic
def receive(
    *,
    about: About,
    opinion: Feedback.Opinion,
    reasons: Sequence[str],
    at: datetime,
) -> Feedback:
    """Keep what a partner says of one value of an entry. Twice is once; a newer word replaces an older one.

    Raises NotFound for what the feed never showed, BadInput for a value that the entry does not have.
    """
    if not about.partner.may(Permission.FEEDBACK_GIVE):
        raise NotAllowed("Feedback is for partner organisations. Ask the hotline.")
    publication = _publication(about.feed, about.reference)
    if about.algorithm not in _algorithms(publication):
        raise BadInput("The entry has no value of that kind. Say it of one that it has.")
    standing = _of(about).order_by("-pk").first()
    said = sorted(set(reasons))
    if standing and (standing.opinion, standing.reasons) == (opinion, said) and not standing.settled_at:
        return standing
    _of(about).update(superseded_at=at)
    made = Feedback.objects.create(
        partner=about.partner,
        feed=about.feed,
        publication=publication,
        algorithm=about.algorithm,
        opinion=opinion,
        reasons=said,
        received_at=at,
    )
    _record(made, {"opinion": str(opinion)}, at=at)
    return made


@transaction.atomic
def take_back(*, about: About, at: datetime) -> None:
    """Let a partner's word on a value stand no longer. Where there is none, nothing happens."""
    for standing in _of(about):
        _record(standing, {"opinion": "taken back"}, at=at)
    _of(about).update(superseded_at=at)


@transaction.atomic
def settle(*, feedback: Feedback, sentence: str, person: User, at: datetime) -> int:
    """Settle every open dispute of the entry that this one is about; return how many.

    Settling changes nothing on the list: what was wrong is withdrawn by an act of its own.
    """
    if not person.may(Permission.FEEDBACK_SETTLE):
        raise NotAllowed("Settling a dispute needs the permission for it. Ask the manager.")
    words = sentence.strip()
    if len(words) < 5:
        raise BadInput("A settlement needs a sentence; it is kept with the dispute. Write one.")
    rows = disputed().filter(publication__reference=feedback.publication.reference).select_for_update()
    found = list(rows)
    if not found:
        raise Conflict("The disputes of this entry were settled already.")
    Feedback.objects.filter(pk__in=[row.pk for row in found]).update(
        settled_at=at, settled_by=str(person.code), settlement=words[:300]
    )
    lines = [
        Entry(Event.FEEDBACK_SETTLED, f"feedback:{row.code}", {"sentence": words[:300]}) for row in found
    ]
    record_many(actor=str(person.code), at=at, entries=lines)
    return len(found)


@transaction.atomic
def withdraw_disputed(*, feedback: Feedback, sentence: str, person: User, at: datetime) -> int:
    """Take a disputed entry off our list and settle its disputes, with one sentence for both."""
    publication = feedback.publication
    if publication.item is not None:
        withdraw(item=publication.item, reason=sentence, person=person, at=at)
    else:
        withdraw_address(reference=publication.reference, reason=sentence, person=person, at=at)
    return settle(feedback=feedback, sentence=sentence, person=person, at=at)


def get(code: uuid.UUID) -> Feedback:
    """A feedback by its code; raises NotFound."""
    found = Feedback.objects.select_related("publication__item").filter(code=code).first()
    if found is None:
        raise NotFound("There is no feedback with that code.")
    return found


def disputed() -> QuerySet[Feedback]:
    """Every dispute that nobody has settled, the oldest first."""
    rows = Feedback.objects.filter(opinion=NEGATIVE, superseded_at=None, settled_at=None)
    return rows.order_by("received_at", "pk")


def find_by_values(feed: Feed, values: set[str]) -> dict[str, Named]:
    """What values belong to that the feed shows or showed; a value of several things belongs to the first."""
    found: dict[str, Named] = {}
    rows = ListEntry.objects.filter(hash_list=feed.hash_list, algorithm__in=SPOKEN_OF, value__in=values)
    for entry in rows.order_by("pk"):
        if entry.value not in found and _ever(feed, entry.source_reference):
            found[entry.value] = Named(entry.source_reference, entry.algorithm)
    return found


def _publication(feed: Feed, reference: str) -> Publication:
    """The publication that the feed showed last of a thing."""
    rows = FeedLine.objects.filter(feed=feed, reference=reference, act=Publication.Act.PUBLISHED)
    line = rows.select_related("publication").order_by("-sequence").first()
    if line is None:
        raise NotFound("This feed never had such an entry.")
    return line.publication


def _ever(feed: Feed, reference: str) -> bool:
    return FeedLine.objects.filter(feed=feed, reference=reference).exists()


def _algorithms(publication: Publication) -> set[str]:
    document = publication.document
    kind = document.get("address", {}).get("kind")
    return {*document.get("hashes", {}), *([kind] if kind else [])}


def _of(about: About) -> QuerySet[Feedback]:
    """A partner's standing word on a value, whichever publication of the entry it was said of."""
    return Feedback.objects.filter(
        partner=about.partner,
        publication__reference=about.reference,
        algorithm=about.algorithm,
        superseded_at=None,
    )


def _record(feedback: Feedback, details: dict[str, str], *, at: datetime) -> None:
    record(
        actor=str(feedback.partner.code),
        at=at,
        event=Event.FEEDBACK_RECEIVED,
        subject=f"feedback:{feedback.code}",
        details={
            "about": feedback.publication.reference,
            "algorithm": feedback.algorithm,
            "feed": str(feedback.feed.code),
            **details,
        },
    )
