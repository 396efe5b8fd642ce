"""Reading the queue of addresses: what waits for whom, what is overdue, who has what in hand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from openhotline.errors import NotFound
from openhotline_server.accounts.models import User
from openhotline_server.triage.models import AddressCase, AddressClaim

TRIED, STEP = 200, 20
"""Cases from the top of the queue that one person is offered, and how many at a time."""


def get_address_case(code: uuid.UUID | str) -> AddressCase:
    """The address case with this code."""
    found = AddressCase.objects.select_related("address", "handed_to").filter(code=code).first()
    if found is None:
        raise NotFound("There is no address case with that code.")
    return found


def waiting_for(person: User, *, at: datetime) -> QuerySet[AddressCase]:
    """What this person could take now, in the order it is worked: what she was handed, then the most urgent.

    What somebody else holds, or was handed, is not among it.
    """
    elsewhere = AddressClaim.objects.filter(case=OuterRef("pk"), expires_at__gt=at).exclude(person=person)
    rows = AddressCase.objects.filter(
        ~Exists(elsewhere), Q(handed_to=None) | Q(handed_to=person), state__in=AddressCase.WAITING
    )
    return rows.select_related("address").order_by(*queue_order())


def in_turn(person: User, *, at: datetime) -> Iterator[AddressCase]:
    """What this person should look at, in turn: what she has in hand, then what she was handed, then the queue's top.

    A case is hers only once she has claimed it, and others take them at the same moment; so some come at a time.
    """
    yield from held_by(person, at=at).filter(state__in=AddressCase.WAITING)
    waiting = waiting_for(person, at=at)
    # Their few keys first: left to itself, the database walks the whole queue to find none.
    handed = list(AddressCase.objects.filter(handed_to=person).values_list("pk", flat=True))
    if handed:
        yield from waiting.filter(pk__in=handed)
    queue = waiting.filter(handed_to=None)
    for begin in range(0, TRIED, STEP):
        yield from queue[begin : begin + STEP]


def held_by(person: User, *, at: datetime) -> QuerySet[AddressCase]:
    """What a person holds now, in the order it is worked."""
    keys = list(
        AddressClaim.objects.filter(person=person, expires_at__gt=at).values_list("case_id", flat=True)
    )
    return AddressCase.objects.filter(pk__in=keys).select_related("address").order_by(*queue_order())


def overdue(*, at: datetime) -> QuerySet[AddressCase]:
    """Cases whose next step is late, the latest first; for the manager."""
    states = (*AddressCase.WAITING, *AddressCase.UNDER_WAY)
    rows = AddressCase.objects.filter(state__in=states, due_at__lte=at)
    return rows.select_related("address", "handed_to").order_by("due_at", "pk")


def counts() -> dict[str, int]:
    """How many address cases stand where, by state."""
    rows = AddressCase.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(AddressCase.State.values, 0) | {str(state): n for state, n in rows}


def queue_order() -> tuple[str, ...]:
    """Most urgent first, then the longest waiting."""
    return ("-urgency", "turn_at", "pk")
