"""What an address's pages show: everything that is known of it, gathered from the stages that know it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from openhotline.addresses import defang
from openhotline.trace.answer import Answer
from openhotline_server.assessment.address_queries import list_neighbours
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.console.templatetags.answers import Row, side_by_side
from openhotline_server.findings.checks import newest_check
from openhotline_server.findings.models import Check, Trace
from openhotline_server.findings.traces import answers_of, newest_trace
from openhotline_server.intake.inbox import list_mentions_of, particulars_of
from openhotline_server.intake.models import Mention, Particulars
from openhotline_server.triage.models import AddressCase

FIRST_FEW = 8


@dataclass(frozen=True)
class Told:
    """One report's word on an address: when, from whom, and what it says."""

    mention: Mention
    particulars: Particulars | None
    stated: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AddressPanel:
    """An address as its page shows it; ``shown`` is the defanged form, ``plain`` only ever a field to copy from."""

    shown: str
    plain: str
    network: str
    told: tuple[Told, ...]
    reports: int
    trace: Trace | None
    answers: tuple[Answer, ...]
    ours: bool
    check: Check | None
    neighbours: tuple[AddressAssessment, ...]


def address_panel(case: AddressCase) -> AddressPanel:
    """Gather what is known of a case's address. Cost: some ten queries."""
    address = case.address
    mentions = list(list_mentions_of(address)[:FIRST_FEW])
    words = particulars_of(mention.report for mention in mentions)
    trace = newest_trace(address)
    return AddressPanel(
        shown=defang(address.normal),
        plain=address.normal,
        network=address.get_network_display(),
        told=tuple(Told(m, words.get(m.report_id), stated_words(m.stated)) for m in mentions),
        reports=case.reported_times,
        trace=trace,
        answers=tuple(answers_of(trace)) if trace else (),
        ours=trace is not None and trace.country == settings.COUNTRY,
        check=newest_check(address),
        neighbours=tuple(list_neighbours(case)),
    )


def stated_words(stated: object) -> tuple[tuple[str, str], ...]:
    """What a sender stated, name and value; a source value, never a grade of ours."""
    if not isinstance(stated, dict):
        return ()
    return tuple((str(name).replace("_", " "), in_short(value)) for name, value in stated.items() if value)


def in_short(value: object) -> str:
    """A stated value as a short text."""
    if isinstance(value, dict):
        text = ", ".join(f"{name} {in_short(part)}" for name, part in value.items())
    elif isinstance(value, list):
        text = ", ".join(in_short(part) for part in value)
    else:
        text = str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


def assessed_facts(assessment: AddressAssessment | None) -> list[Row]:
    """The answers of an assessment in words, in the order of the questionnaire."""
    return side_by_side([assessment]) if assessment else []
