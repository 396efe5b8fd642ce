"""A partner's own key for each report: sent twice over a poor line, it is one, and a key never stands for two."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from openhotline_server.accounts.models import User
from openhotline_server.intake.models import Delivery, Draft, Mention, Report
from openhotline_server.intake.operations import origin_digest
from openhotline_server.ledger.inserting import insert_rows

LONGEST_KEY = 200
_COLUMNS = ("person_id", "key", "body_digest", "report_id", "delivered_at")


@dataclass(frozen=True)
class Counts:
    """How many addresses a report names, and how many of them were known before it."""

    addresses: int
    known: int


def body_digest(document: str) -> str:
    """A keyed digest of what was sent: the same is recognised, and nothing is readable from it."""
    return origin_digest(f"body:{document}")


def find_deliveries(person: User, keys: Iterable[str]) -> dict[str, Delivery]:
    """What a partner delivered under these keys. Some thousand keys at once."""
    rows = Delivery.objects.filter(person=person, key__in=list(keys)).select_related("report")
    return {row.key: row for row in rows}


def note_deliveries(
    *, person: User, made: Sequence[tuple[str, str, Report]], at: datetime
) -> dict[str, Delivery]:
    """Write down (key, digest, report) and return what stands under these keys now; who came first has the key."""
    rows = [(person.pk, key, digest, report.pk, at) for key, digest, report in made]
    insert_rows(Delivery, _COLUMNS, rows, twice_is_once=True)
    return find_deliveries(person, [key for key, _, _ in made])


def count_addresses(reports: Iterable[Report]) -> dict[int, Counts]:
    """What reports name, by their keys, as it was counted when they came."""
    rows = (
        Mention.objects.filter(report__in=[report.pk for report in reports]).values_list("report").order_by()
    )
    counted = rows.annotate(n=Count("pk"), known=Count("pk", filter=Q(known=True)))
    return {report: Counts(n, known) for report, n, known in counted}


def find_delivered(person: User, code: uuid.UUID) -> Report | None:
    """A report that this partner sent, by either protocol; another's is none."""
    report = Report.objects.filter(code=code).first()
    if report is None:
        return None
    own = Delivery.objects.filter(person=person, report=report).exists()
    return report if own or Draft.objects.filter(person=person, report=report).exists() else None
