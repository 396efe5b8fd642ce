"""What was delivered to whom: a ledger line for every page, and how far each partner came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from openhotline_server.accounts.models import User
from openhotline_server.sharing.models import AnsweredUntil, Delivery, Feed, FeedLine
from openhotline_server.sharing.operations import note_download


@dataclass(frozen=True)
class Told:
    """The moment up to which a caller was answered, and the line up to which that really went."""

    until: datetime
    sequence: int


@transaction.atomic
def note_page(
    *,
    partner: User,
    feed: Feed,
    protocol: str,
    lines: int,
    told: Told | None,
    delivered: int | None,
    at: datetime,
) -> None:
    """Write down a page that goes out.

    ``told`` where the caller may come back from a moment that the line's times do not settle. ``delivered`` on the
    last page of a range: the range's last line.
    """
    if told is not None:
        _tell(partner, feed, protocol, told)
    if delivered is not None:
        _move(partner, feed, protocol, delivered, at)
    note_download(partner=partner, feed=feed, protocol=protocol, lines=lines, at=at)


def _tell(partner: User, feed: Feed, protocol: str, told: Told) -> None:
    row, made = AnsweredUntil.objects.get_or_create(
        partner=partner,
        feed=feed,
        protocol=protocol,
        until=told.until,
        defaults={"sequence": told.sequence},
    )
    if not made:
        # Somebody was told this moment before and may have less: the earlier line holds for both.
        AnsweredUntil.objects.filter(pk=row.pk, sequence__gt=told.sequence).update(sequence=told.sequence)


def _move(partner: User, feed: Feed, protocol: str, delivered: int, at: datetime) -> None:
    last = FeedLine.objects.filter(feed=feed, sequence=delivered).values_list("at", flat=True).first()
    row, made = Delivery.objects.select_for_update().get_or_create(
        partner=partner,
        feed=feed,
        protocol=protocol,
        defaults={"delivered_until": last or at, "delivered_sequence": delivered, "at": at},
    )
    if made:
        return
    if delivered > row.delivered_sequence:
        _forget(partner, feed, protocol, row.delivered_sequence)
        row.delivered_sequence = delivered
        row.delivered_until = last or row.delivered_until
    row.at = at
    row.save(update_fields=["delivered_sequence", "delivered_until", "at"])


def _forget(partner: User, feed: Feed, protocol: str, sequence: int) -> None:
    """Drop what was kept of answers that went up to a line, where the next line's time says the same."""
    following = FeedLine.objects.filter(feed=feed, sequence__gt=sequence).order_by("sequence").first()
    if following is not None:
        AnsweredUntil.objects.filter(
            partner=partner, feed=feed, protocol=protocol, sequence=sequence, until__lte=following.at
        ).delete()
