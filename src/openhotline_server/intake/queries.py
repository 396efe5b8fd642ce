"""Reading reports."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, QuerySet

from openhotline.addresses import normalise
from openhotline.errors import NotFound
from openhotline_server.intake.models import Address, Mention, Report


def list_reports(*, study: str = "") -> QuerySet[Report]:
    """Reports, newest first; of one study where it is named."""
    reports = Report.objects.order_by("-created_at", "-id")
    return reports.filter(study=study) if study else reports


def get_report(code: uuid.UUID) -> Report:
    """The report with this code."""
    found = Report.objects.filter(code=code).first()
    if found is None:
        raise NotFound("There is no report with that code.")
    return found


def get_address(code: uuid.UUID | str) -> Address:
    """The address with this code."""
    found = Address.objects.filter(code=code).first()
    if found is None:
        raise NotFound("There is no address with that code.")
    return found


def find_address(text: str) -> Address | None:
    """The address that a text names, if it was ever reported. Raises BadInput where the text names none."""
    return Address.objects.filter(digest=normalise(text).digest).first()


def list_mentions(report: Report) -> QuerySet[Mention]:
    """The addresses that a report names, in its order."""
    return Mention.objects.filter(report=report).select_related("address").order_by("pk")


def reports_of(address: Address) -> QuerySet[Report]:
    """Reports taken in that name an address, the first one first."""
    named = Mention.objects.filter(address=address).values("report")
    return Report.objects.filter(pk__in=named, standing=Report.Standing.TAKEN).order_by("created_at", "id")


def list_without_address() -> QuerySet[Report]:
    """Reports taken in that name no address, so that no case is made of them: a person must read them."""
    kinds = (
        Report.Kind.FORM,
        Report.Kind.PARTNER,
        Report.Kind.CYBERTIP,
        Report.Kind.MAIL,
        Report.Kind.HOTLINE,
    )
    named = Mention.objects.filter(report=OuterRef("pk"))
    rows = Report.objects.filter(~Exists(named), kind__in=kinds, standing=Report.Standing.TAKEN)
    return rows.order_by("created_at", "id")
