"""What a VICS document says of one file, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a copy of the file was found: its name and address or path, and its times if they are known."""

    name: str
    path: str
    created_at: datetime | None = None
    written_at: datetime | None = None
    accessed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """One file by its hashes. ``number`` is its number in the document, from 1.

    ``grades`` is by jurisdiction, each with ``outcome`` and ``grade``. ``photodna`` is base64 of 144 bytes. A flag
    that is false is not written, because readers disagree about how false is spelled.
    """

    number: int
    updated_at: datetime
    md5: str = ""
    sha1: str = ""
    sha256: str = ""
    pdq: str = ""
    photodna: str = ""
    size: int | None = None
    mime: str = ""
    grades: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    ai: str = ""
    series: str = ""
    comment: str = ""
    relative_path: str = ""
    victim_identified: bool = False
    offender_identified: bool = False
    distributed: bool = False
    self_generated: bool = False
    places: tuple[Place, ...] = ()
    exif: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A case that goes to the police with its files. ``id`` is a UUID, ``number`` the hotline's own."""

    id: str
    number: str
    contact_name: str
    organisation: str
    email: str = ""
    phone: str = ""
    title: str = ""
