"""Reading what people found at addresses: what may be taken back, what its neighbours are, who may look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openhotline_server.accounts.models import User
from openhotline_server.assessment.addresses import UNDO_WITHIN, find_address_assessment
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.triage.models import AddressCase

NEIGHBOURS = 5


def list_address_assessments(case: AddressCase) -> list[AddressAssessment]:
    """Every assessment that an address ever had, the newest first."""
    made = AddressAssessment.objects.filter(case=case).select_related("person")
    return list(made.order_by("-made_at", "-pk"))


@dataclass(frozen=True)
class Undoable:
    """An assessment that its maker may still take back, and until when."""

    case: AddressCase
    assessment: AddressAssessment
    until: datetime


def find_undoable(person: User, *, at: datetime) -> Undoable | None:
    """This person's newest assessment of the past quarter of an hour, if it stands."""
    recent = AddressAssessment.objects.filter(person=person, ended_at=None, made_at__gte=at - UNDO_WITHIN)
    made = recent.select_related("case__address").order_by("-made_at", "-pk").first()
    return Undoable(made.case, made, made.made_at + UNDO_WITHIN) if made else None


def find_like(case: AddressCase) -> AddressAssessment | None:
    """The newest assessment of another address of the same domain: its kind of site is most likely this one's."""
    domain = case.address.domain
    if not domain:
        return None
    others = AddressAssessment.objects.filter(ended_at=None, case__address__domain=domain)
    return others.exclude(case=case).exclude(site_type="").order_by("-made_at", "-pk").first()


def may_assess(case: AddressCase, person: User) -> bool:
    """Whether this person is not the one who could not tell, and now waits for somebody else's eyes."""
    standing = find_address_assessment(case)
    return standing is None or bool(standing.outcome) or standing.person_id != person.pk


def list_neighbours(case: AddressCase) -> list[AddressAssessment]:
    """The newest assessments in force of other addresses of the same domain, a few of them."""
    domain = case.address.domain
    if not domain:
        return []
    others = AddressAssessment.objects.filter(ended_at=None, case__address__domain=domain).exclude(case=case)
    return list(others.select_related("case__address").order_by("-made_at", "-pk")[:NEIGHBOURS])
