"""Addresses by where they stand, for the lists on people's screens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery

from openhotline_server.accounts.models import User
from openhotline_server.evidence.queries import in_parts
from openhotline_server.intake.models import Mention
from openhotline_server.triage.models import AddressCase, AddressClaim

FINISHED = (
    AddressCase.State.REMOVED,
    AddressCase.State.GONE_BEFORE,
    AddressCase.State.NOT_ILLEGAL,
    AddressCase.State.OFF_REMIT,
    AddressCase.State.UNTRACEABLE,
)


def list_addresses(*, states: Collection[str], at: datetime) -> QuerySet[AddressCase]:
    """Every address that stands in one of these states, with ``holder``: whoever has it in hand now.

    What waits for an analyst comes in the order it is worked; what is under way by its deadline; what is finished
    with the newest first.
    """
    cases = with_holder(AddressCase.objects.filter(state__in=list(states)), at=at)
    if set(states) <= set(AddressCase.WAITING):
        return cases.order_by("-urgency", "turn_at", "pk")
    if set(states) <= set(FINISHED):
        return cases.order_by("-closed_at", "-pk")
    return cases.order_by("due_at", "pk")


def with_holder(cases: QuerySet[AddressCase], *, at: datetime) -> QuerySet[AddressCase]:
    """These cases with ``holder``, and with what their rows on a screen need."""
    claims = AddressClaim.objects.filter(case=OuterRef("pk"), expires_at__gt=at)
    holder = Subquery(claims.values("person__display_name")[:1])
    return cases.annotate(holder=holder).select_related("address", "handed_to")


def find_address_holder(case: AddressCase, *, at: datetime) -> User | None:
    """Whoever has an address in hand now."""
    held = AddressClaim.objects.filter(case=case, expires_at__gt=at).select_related("person").first()
    return held.person if held else None


def cases_by_address(address_keys: Iterable[int]) -> dict[int, AddressCase]:
    """The cases of these addresses, by the address's key."""
    found: dict[int, AddressCase] = {}
    for part in in_parts(address_keys):
        found |= {case.address_id: case for case in AddressCase.objects.filter(address__in=part)}
    return found


def states_by_report(report_keys: Iterable[int]) -> dict[int, dict[str, int]]:
    """How many addresses of each report stand where, by the report's key; reports without cases are left out."""
    case = AddressCase.objects.filter(address=OuterRef("address"))
    mentions = Mention.objects.filter(report__in=list(report_keys)).order_by()
    rows = mentions.annotate(state=Subquery(case.values("state")[:1])).values_list("report", "state")
    found: dict[int, dict[str, int]] = {}
    for report, state, number in rows.annotate(n=Count("pk")):
        if state:
            found.setdefault(report, {})[state] = number
    order = list(AddressCase.State.values)
    return {
        key: dict(sorted(each.items(), key=lambda one: order.index(one[0]))) for key, each in found.items()
    }
