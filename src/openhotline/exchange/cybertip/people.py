"""Persons, contacts, captures of addresses and devices, and accounts: the building blocks of a report."""

# ruff: noqa: RUF009 - the fields say where they stand by a function; every one makes a field of its own

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from openhotline.exchange.cybertip.shapes import attribute, child, many, maybe, text
from openhotline.exchange.cybertip.terms import AccountType, AddressType, EmailType, EventName, PhoneType

NAME = 100
URL = 2083
WORDS = 3000
"""Longest name, address and free text in characters, where the protocol limits them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A telephone number."""

    value: str = text(most=50)
    type: PhoneType | None = attribute()
    verified: bool | None = attribute()
    verification_date: datetime | None = attribute()
    country_calling_code: str | None = attribute(pattern=r"\+[0-9]{1,3}")
    extension: str | None = attribute(most=10, pattern=r"[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """A mail address."""

    value: str = text(most=255)
    type: EmailType | None = attribute()
    verified: bool | None = attribute()
    verification_date: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Where somebody lives or works. ``state`` and ``country`` are codes of two letters."""

    address: str | None = maybe(most=255)
    city: str | None = maybe(most=100)
    zip_code: str | None = maybe(most=20)
    state: str | None = maybe(pattern=r"[A-Z]{2}")
    non_usa_state: str | None = maybe(most=100)
    country: str | None = maybe(pattern=r"[A-Z][A-Z0-9]")
    type: AddressType | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person, as far as the reporter knows anything."""

    first_name: str | None = maybe(most=NAME)
    last_name: str | None = maybe(most=NAME)
    phone: tuple[Phone, ...] = many()
    email: tuple[Email, ...] = many()
    address: tuple[PostalAddress, ...] = many()
    age: int | None = maybe(least=0, largest=150)
    age_assertion_discrepancy: bool | None = maybe(read_only=True)
    date_of_birth: date | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPerson:
    """A person by office: whom to ask."""

    first_name: str | None = maybe(most=NAME)
    last_name: str | None = maybe(most=NAME)
    phone: tuple[Phone, ...] = many()
    email: tuple[Email, ...] = many()
    address: tuple[PostalAddress, ...] = many()


@dataclass(frozen=True, slots=True, kw_only=True)
class IpCapture:
    """An IP address and the act at which it was seen."""

    ip_address: str = child(most=45)
    event_name: EventName | None = maybe()
    date_time: datetime | None = maybe()
    possible_proxy: bool | None = maybe()
    port: int | None = maybe(least=1, largest=65535)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceId:
    """A device's number of some kind, and the act at which it was seen."""

    id_type: str = child(most=255)
    id_value: str = child(most=URL)
    event_name: EventName | None = maybe()
    date_time: datetime | None = maybe()


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporarilyDisabled:
    """An account was closed for a time: whether, when, and whether its user was told."""

    value: bool = text()
    disabled_date: datetime | None = attribute()
    user_notified: bool | None = attribute()
    user_notified_date: datetime | None = attribute()
    reenabled_date: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class PermanentlyDisabled:
    """An account was closed for good: whether, when, and whether its user was told."""

    value: bool = text()
    disabled_date: datetime | None = attribute()
    user_notified: bool | None = attribute()
    user_notified_date: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedLocation:
    """Where somebody may be."""

    city: str | None = maybe(most=255)
    region: str | None = maybe(most=255)
    country_code: str | None = maybe(pattern=r"[A-Z][A-Z0-9]")
    verified: bool | None = attribute()
    timestamp: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The service that an associated account belongs to."""

    value: str = text(most=256)
    third_party_user: bool | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociatedAccount:
    """Another account of the same person."""

    type: AccountType = attribute(needed=True, also="accountType")
    platform: Platform | None = maybe()
    first_name: str | None = maybe(most=256)
    middle_name: str | None = maybe(most=256)
    last_name: str | None = maybe(most=256)
    approximate_age: int | None = maybe(least=0, largest=150)
    age_assertion_discrepancy: bool | None = maybe(read_only=True)
    date_of_birth: date | None = maybe()
    phone: tuple[Phone, ...] = many()
    email: tuple[Email, ...] = many()
    all_emails_reported: bool | None = maybe()
    address: tuple[PostalAddress, ...] = many()
    esp_service: str | None = maybe(most=256)
    esp_identifier: str | None = maybe(most=256)
    profile_url: tuple[str, ...] = many(most=URL)
    screen_name: str | None = maybe(most=256)
    display_name: tuple[str, ...] = many(most=256)
    profile_bio: str | None = maybe()
    group_identifier: str | None = maybe(most=256)
    compromised_account: bool | None = maybe()
    account_temporarily_disabled: TemporarilyDisabled | None = maybe()
    account_permanently_disabled: PermanentlyDisabled | None = maybe()
    ip_capture_event: tuple[IpCapture, ...] = many()
    device_id: tuple[DeviceId, ...] = many()
    prior_ct_report: tuple[int, ...] = many("priorCTReport", least=0, largest=2**63 - 1)
    additional_info: str | None = maybe()
