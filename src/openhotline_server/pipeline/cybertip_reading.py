"""What a provider's documents become: addresses and words. Plain values in and out.

Whatever the provider says of the material is a source value: kept as stated, and never a grade of ours. Its letter
A or B is the age of the child, not a grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from openhotline.exchange.cybertip import FileDetails, Report
from openhotline_server.intake.given import LONGEST_WORDS, Given, GivenAddress

SCHEME = "cybertip-industry"
AI = "generative_ai"
SHORTENED = "\n… The whole document is kept with the report."


@dataclass(frozen=True)
class Said:
    """What is said of the whole report, on every address of it."""

    incident_type: str
    annotations: tuple[str, ...]


def given_by(report: Report, files: Sequence[FileDetails]) -> Given:
    """Return the addresses and the words of a provider's report."""
    said = Said(
        report.incident_summary.incident_type.value, _marks(report.incident_summary.report_annotations)
    )
    places = dict.fromkeys(report.urls) | dict.fromkeys(
        f.location_of_file for f in files if f.location_of_file
    )
    addresses = tuple(GivenAddress(url, stated=_stated(said, _at(files, url))) for url in places)
    urgent = report.incident_summary.escalate_to_high_priority
    return Given(addresses, words=_words(report), at_risk_now=bool(urgent and urgent.strip()))


def _at(files: Iterable[FileDetails], url: str) -> list[FileDetails]:
    return [file for file in files if file.location_of_file == url]


def _stated(said: Said, files: Sequence[FileDetails]) -> dict[str, Any]:
    stated: dict[str, Any] = {"protocol": "cybertip", "incident_type": said.incident_type}
    if said.annotations:
        stated["annotations"] = list(said.annotations)
    classes = sorted({file.industry_classification.value for file in files if file.industry_classification})
    if classes:
        stated |= {"scheme": SCHEME, "severity": ", ".join(classes)}
    marks = sorted({mark for file in files for mark in _marks(file.file_annotations)})
    if marks:
        stated["file_annotations"] = marks
    if AI in marks:
        stated["ai"] = AI
    return stated


def _marks(annotations: Any) -> tuple[str, ...]:
    """The names of the marks that are set."""
    return (
        tuple(one.name for one in fields(annotations) if getattr(annotations, one.name))
        if annotations
        else ()
    )


def _words(report: Report) -> str:
    summary = report.incident_summary
    pages = [one.web_page.additional_info for one in report.internet_details if one.web_page]
    lines = [
        f"Incident: {summary.incident_type.value}",
        f"Platform: {summary.platform}" if summary.platform else "",
        f"Urgent, says the provider: {summary.escalate_to_high_priority}"
        if summary.escalate_to_high_priority
        else "",
        summary.incident_date_time_description or "",
        *(page or "" for page in pages),
        report.additional_info or "",
    ]
    words = "\n".join(line.strip() for line in lines if line.strip())
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - len(SHORTENED)] + SHORTENED
