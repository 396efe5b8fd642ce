"""Reported addresses for the console's tests: taken in and traced by the operations that the doors use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from openhotline.trace.agreement import agree
from openhotline.trace.answer import Answer, Contact, failed
from openhotline_server.findings.traces import note_trace
from openhotline_server.intake.models import Report
from openhotline_server.intake.reports import Given, GivenAddress
from openhotline_server.pipeline.reporting import take_in
from openhotline_server.triage.address_queries import get_address_case
from openhotline_server.triage.models import AddressCase

if TYPE_CHECKING:
    from openhotline_server.findings.models import Trace

STANDING = Report.Standing


def reported(
    text: str,
    *,
    at: datetime,
    kind: Report.Kind = Report.Kind.FORM,
    source: str = "Public form",
    origin: str = "",
    standing: Report.Standing = STANDING.TAKEN,
    stated: dict[str, Any] | None = None,
    **words: Any,
) -> Report:
    """One report of one address."""
    taken = take_in(
        kind=kind,
        source=source,
        given=Given(addresses=[GivenAddress(text=text, stated=stated or {})], **words),
        received_on=at.date(),
        origin=origin or f"{text} {at.isoformat()}",
        actor="reporter",
        at=at,
        standing=standing,
    )
    return taken.report


def case_of(text: str, *, at: datetime, **more: Any) -> AddressCase:
    """The case of an address that is reported now."""
    reported(text, at=at, **more)
    newest = AddressCase.objects.filter(address__normal__contains=text.split("//")[1]).latest("pk")
    return get_address_case(newest.code)


def answers(
    countries: Sequence[str], *, at: datetime, front: str = "", network: str = "Example Hosting B.V."
) -> list[Answer]:
    """What sources of three kinds say: a country each, in their order; an empty one failed."""
    names = (
        ("geoip one", "one", "geoip"),
        ("geoip two", "two", "geoip"),
        ("rdap network", "rdap", "registry"),
    )
    told = []
    for (source, group, kind), country in zip(names, countries, strict=True):
        if not country:
            told.append(failed(source, group, at, "It did not answer within 10 seconds."))
            continue
        abuse = (Contact("abuse@hosting.example", source),) if kind == "registry" else ()
        told.append(
            Answer(source, group, at, kind, country, ("192.0.2.7",), 64500, network, front=front, abuse=abuse)
        )
    return told


def traced(case: AddressCase, countries: Sequence[str], *, at: datetime, **more: Any) -> Trace:
    """Let the sources say these countries."""
    said = answers(countries, at=at, **more)
    return note_trace(address=case.address, verdict=agree(said), answers=said, at=at)
