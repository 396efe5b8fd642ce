"""What a notice may tell, as plain values. There is no field for a reporter, a report or a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openhotline_server.notices.host_law import HostLaw


@dataclass(frozen=True)
class Sender:
    """Who we are in a letter. ``email`` may be empty as long as none is set."""

    organisation: str
    email: str
    country: str

    @property
    def domain(self) -> str:
        """The part of the mail address that names our domain."""
        return self.email.rpartition("@")[2]


@dataclass(frozen=True)
class Place:
    """Where an address was traced to. ``front``: a network that stands before an origin that is not known."""

    trace: str
    country: str
    ip: str
    asn: int | None
    network: str
    front: str
    traced_at: datetime


@dataclass(frozen=True)
class FileTold:
    """A model file or a manual that lies at an address: names and hashes, never its content."""

    kind: str
    name: str
    sha256: str
    sha1: str
    md5: str
    size: int | None


@dataclass(frozen=True)
class Told:
    """One address of a notice. ``results`` are the jurisdictions' results as the assessment stores them."""

    case: str
    address: str
    defanged: str
    host: str
    domain: str
    place: Place | None
    assessment: str
    assessed_at: datetime
    outcome: str
    grade: str
    words: str
    results: tuple[Mapping[str, str], ...]
    recorded: Mapping[str, str]
    pictures: int
    films: int
    law: HostLaw
    files: tuple[FileTold, ...] = field(default=())

    @property
    def media_type(self) -> str:
        """``image``, ``video`` or ``mixed``, as far as it was counted; empty otherwise."""
        if self.pictures and self.films:
            return "mixed"
        return "image" if self.pictures else "video" if self.films else ""


@dataclass(frozen=True)
class Attachment:
    """One file of a letter, as it is stored with the notice."""

    name: str
    media_type: str
    text: str


@dataclass(frozen=True)
class Matter:
    """Everything one notice tells, before it is put into words. ``reminder_of`` is when the first notice was issued."""

    notice: str
    kind: str
    sender: Sender
    recipient: str
    language: str
    wants_json: bool
    told: tuple[Told, ...]
    at: datetime
    reminder_of: datetime | None = None

    @property
    def reference(self) -> str:
        """The ticket that an answer names."""
        return f"OH-{self.notice[:8].upper()}"

    @property
    def country(self) -> str:
        """The hosting country that all addresses share; empty where they do not."""
        countries = {one.law.country for one in self.told}
        return countries.pop() if len(countries) == 1 else ""
