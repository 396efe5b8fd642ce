"""The document ``report``: what opens a submission."""

# ruff: noqa: RUF009 - the fields say where they stand by a function; every one makes a field of its own

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openhotline.exchange.cybertip.incidents import InternetDetails
from openhotline.exchange.cybertip.people import (
    URL,
    WORDS,
    AssociatedAccount,
    ContactPerson,
    DeviceId,
    EstimatedLocation,
    IpCapture,
    PermanentlyDisabled,
    Person,
    TemporarilyDisabled,
)
from openhotline.exchange.cybertip.shapes import attribute, child, flag, many, maybe, text
from openhotline.exchange.cybertip.terms import BatchReason, IncidentType

NAME_OF_SERVICE = 100
NUMBER: dict[str, Any] = {"least": 0, "largest": 2**63 - 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnnotations:
    """What the sender says a report is about, besides its type."""

    sextortion: bool = flag()
    csam_solicitation: bool = flag()
    minor_to_minor_interaction: bool = flag()
    spam: bool = flag()
    sadistic_online_exploitation: bool = flag()
    informational: bool = flag(read_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSummary:
    """What happened, and when."""

    incident_type: IncidentType = child()
    platform: str | None = maybe(most=256)
    escalate_to_high_priority: str | None = maybe(most=WORDS)
    report_annotations: ReportAnnotations | None = maybe()
    incident_date_time: datetime = child()
    incident_date_time_description: str | None = maybe(most=WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedAbroad:
    """Whether another country's authority has served legal process, and which country's."""

    value: bool = text()
    flea_country: str | None = attribute(pattern=r"[A-Z][A-Z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LawEnforcement:
    """Which authority knows already."""

    agency_name: str = child(most=255)
    case_number: str | None = maybe(most=100)
    officer_contact: ContactPerson | None = maybe()
    reported_to_le: bool | None = maybe()
    served_legal_process_domestic: bool | None = maybe()
    served_legal_process_international: ServedAbroad | None = maybe()
    flea_country: str | None = attribute(read_only=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who reports."""

    reporting_person: Person = child()
    contact_person: ContactPerson | None = maybe()
    company_template: str | None = maybe()
    terms_of_service: str | None = maybe(most=WORDS)
    legal_url: str | None = maybe("legalURL", most=URL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedUser:
    """A user or person that a report is about."""

    person: Person | None = maybe("personOrUserReportedPerson")
    vehicle_description: str | None = maybe(most=300)
    esp_identifier: str | None = maybe(most=255)
    esp_service: str | None = maybe(most=NAME_OF_SERVICE)
    compromised_account: bool | None = maybe()
    screen_name: str | None = maybe(most=256)
    display_name: tuple[str, ...] = many(most=256)
    profile_url: tuple[str, ...] = many(most=URL)
    profile_bio: str | None = maybe()
    ip_capture_event: tuple[IpCapture, ...] = many()
    device_id: tuple[DeviceId, ...] = many()
    third_party_user_reported: bool | None = maybe()
    prior_ct_reports: tuple[int, ...] = many("priorCTReports", **NUMBER)
    group_identifier: str | None = maybe(most=255)
    account_temporarily_disabled: TemporarilyDisabled | None = maybe()
    account_permanently_disabled: PermanentlyDisabled | None = maybe()
    estimated_location: EstimatedLocation | None = maybe()
    all_emails_reported: bool | None = maybe()
    associated_account: tuple[AssociatedAccount, ...] = many()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A user or person to whom something was meant to go."""

    person: Person | None = maybe("intendedRecipientPerson")
    esp_identifier: str | None = maybe(most=255)
    esp_service: str | None = maybe(most=NAME_OF_SERVICE)
    compromised_account: bool | None = maybe()
    screen_name: str | None = maybe(most=256)
    display_name: tuple[str, ...] = many(most=256)
    profile_url: tuple[str, ...] = many(most=URL)
    profile_bio: str | None = maybe()
    ip_capture_event: tuple[IpCapture, ...] = many()
    device_id: tuple[DeviceId, ...] = many()
    prior_ct_reports: tuple[int, ...] = many("priorCTReports", **NUMBER)
    group_identifier: str | None = maybe(most=255)
    account_temporarily_disabled: TemporarilyDisabled | None = maybe()
    account_permanently_disabled: PermanentlyDisabled | None = maybe()
    estimated_location: EstimatedLocation | None = maybe()
    all_emails_reported: bool | None = maybe()
    additional_info: tuple[str, ...] = many()


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """A child who was harmed."""

    person: Person = child("victimPerson")
    esp_identifier: str | None = maybe(most=255)
    esp_service: str | None = maybe(most=NAME_OF_SERVICE)
    compromised_account: bool | None = maybe()
    screen_name: str | None = maybe(most=256)
    display_name: tuple[str, ...] = many(most=256)
    profile_url: tuple[str, ...] = many(most=URL)
    profile_bio: str | None = maybe()
    ip_capture_event: tuple[IpCapture, ...] = many()
    device_id: tuple[DeviceId, ...] = many()
    school_name: str | None = maybe(most=255)
    prior_ct_reports: tuple[int, ...] = many("priorCTReports", **NUMBER)
    account_temporarily_disabled: TemporarilyDisabled | None = maybe()
    account_permanently_disabled: PermanentlyDisabled | None = maybe()
    estimated_location: EstimatedLocation | None = maybe()
    all_emails_reported: bool | None = maybe()
    associated_account: tuple[AssociatedAccount, ...] = many()
    additional_info: str | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchedReport:
    """One report about many users, and why."""

    reason: BatchReason = attribute(needed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole document."""

    batched_report: BatchedReport | None = maybe()
    incident_summary: IncidentSummary = child()
    internet_details: tuple[InternetDetails, ...] = many()
    law_enforcement: LawEnforcement | None = maybe()
    reporter: Reporter = child()
    person_or_user_reported: tuple[ReportedUser, ...] = many()
    intended_recipient: tuple[Recipient, ...] = many()
    victim: tuple[Victim, ...] = many()
    additional_info: str | None = maybe()

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address on the web that the report names, in its order."""
        pages = (one.web_page for one in self.internet_details)
        return tuple(url for page in pages if page for url in page.url)
