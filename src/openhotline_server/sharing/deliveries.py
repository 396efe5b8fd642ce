"""What was delivered to whom: a ledger line for every page, and how far each partner came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from openhotline_server.accounts.models import User
from openhotline_server.sharing import answers
from openhotline_server.sharing.models import AnsweredUntil, Delivery, Feed, FeedLine
from openhotline_server.sharing.operations import note_download

JUST = timedelta(microseconds=1)


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
    whose = {"partner": partner, "feed": feed, "protocol": protocol}
    row, made = AnsweredUntil.objects.get_or_create(
        **whose, until=told.until, defaults={"sequence": told.sequence}
    )
    if not made and told.sequence < row.sequence:
        # Somebody was told this moment before and may have less: the earlier line holds for both. The moments around
        # it went as far as they did: the row may have been the first or the last of them.
        AnsweredUntil.objects.filter(pk=row.pk).update(sequence=told.sequence)
        for moment in (told.until - JUST, told.until + JUST):
            AnsweredUntil.objects.get_or_create(**whose, until=moment, defaults={"sequence": row.sequence})
    answers.keep_first_and_last(
        AnsweredUntil.objects.filter(**whose, sequence__in={told.sequence, row.sequence})
    )


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
        answers.forget_overtaken(
            AnsweredUntil.objects.filter(
                partner=partner, feed=feed, protocol=protocol, sequence=row.delivered_sequence
            )
        )
        row.delivered_sequence = delivered
        row.delivered_until = last or row.delivered_until
    row.at = at
    row.save(update_fields=["delivered_sequence", "delivered_until", "at"])
