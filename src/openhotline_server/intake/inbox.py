"""Reading what the public, partners and other hotlines reported: the inbox, and what waits in it for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from openhotline_server.intake.messages import list_unread
from openhotline_server.intake.models import Address, Mention, Particulars, Report

KINDS = (
    Report.Kind.FORM,
    Report.Kind.PARTNER,
    Report.Kind.CYBERTIP,
    Report.Kind.MAIL,
    Report.Kind.HOTLINE,
)


@dataclass(frozen=True)
class Brought:
    """What one report brought, in numbers: addresses, those known before, messages that nobody has read."""

    addresses: int = 0
    known: int = 0
    unread: int = 0


def list_inbox() -> QuerySet[Report]:
    """Reports that came from outside and were taken in, newest first."""
    return _outside().filter(standing=Report.Standing.TAKEN)


def list_quarantine() -> QuerySet[Report]:
    """Reports that were set aside as part of a flood, the oldest first: each waits for a person."""
    return _outside().filter(standing=Report.Standing.QUARANTINED).order_by("created_at", "id")


def list_refused() -> QuerySet[Report]:
    """Reports that a person refused, newest first."""
    return _outside().filter(standing=Report.Standing.REFUSED)


def list_unanswered() -> QuerySet[Report]:
    """Reports whose reporter wrote and nobody has read it, the longest waiting first."""
    return _outside().filter(pk__in=list_unread().order_by().values("report")).order_by("created_at", "id")


def brought_by(reports: Iterable[Report]) -> dict[int, Brought]:
    """What each of these reports brought, by key. Cost: three queries."""
    keys = [report.pk for report in reports]
    mentions = Mention.objects.filter(report__in=keys).order_by()
    addresses = dict(mentions.values_list("report").annotate(n=Count("pk")))
    known = dict(mentions.filter(known=True).values_list("report").annotate(n=Count("pk")))
    unread = list_unread().filter(report__in=keys).order_by()
    waiting = dict(unread.values_list("report").annotate(n=Count("pk")))
    return {key: Brought(addresses.get(key, 0), known.get(key, 0), waiting.get(key, 0)) for key in keys}


def find_particulars(report: Report) -> Particulars | None:
    """What the reporter wrote beside the addresses, until it is forgotten."""
    return Particulars.objects.filter(report=report).first()


def particulars_of(reports: Iterable[Report]) -> dict[int, Particulars]:
    """What the reporters wrote, by the report's key."""
    found = Particulars.objects.filter(report__in=[report.pk for report in reports])
    return {one.report_id: one for one in found}


def list_mentions_of(address: Address) -> QuerySet[Mention]:
    """Every mention of an address in a report that counts, the newest report first."""
    mentions = Mention.objects.filter(address=address).exclude(report__standing=Report.Standing.REFUSED)
    return mentions.select_related("report").order_by("-report__created_at", "-pk")


def _outside() -> QuerySet[Report]:
    return Report.objects.filter(kind__in=KINDS).order_by("-created_at", "-id")
