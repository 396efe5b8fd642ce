"""What is asked about an address, and what a source says: plain values that go into JSON and come back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_address
from typing import Any

WEB, ONION, OTHER = "web", "onion", "other"
_email = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_country = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Place:
    """One address in its normal form. ``network`` is ``web``, ``onion`` or ``other``, as the addresses say it."""

    address: str
    network: str
    host: str
    domain: str

    @property
    def literal(self) -> str:
        """The host itself where it is an IP address, else empty."""
        try:
            return str(ip_address(self.host.strip("[]")))
        except ValueError:
            return ""

    @property
    def authority(self) -> str:
        """The host as it is written in an address: an IPv6 address has brackets there."""
        return f"[{self.literal}]" if ":" in self.literal else self.host


@dataclass(frozen=True)
class Contact:
    """Where abuse may be reported, and which source named it. The address is checked in form, never tried."""

    email: str
    source: str


@dataclass(frozen=True)
class Answer:
    """What one source said at one time.

    ``group``: sources of one group are one voice however many answer. ``kind`` keeps the countries apart:
    ``registry`` (to whom the numbers were given), ``geoip`` (where a maker believes the machine to be), ``provider``
    (what the host itself stated), and empty for a source that names no country. ``failure`` is a sentence, and then
    nothing else counts. ``said`` is what was said, as it was said, in JSON.
    """

    source: str
    group: str
    asked_at: datetime
    kind: str = ""
    country: str = ""
    ips: tuple[str, ...] = ()
    asn: int | None = None
    network: str = ""
    front: str = ""
    abuse: tuple[Contact, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True)
class Question:
    """What is known so far of a place: later sources need what earlier ones found."""

    place: Place
    ips: tuple[str, ...] = ()
    asn: int | None = None
    names: tuple[str, ...] = ()

    def after(self, answer: Answer) -> Question:
        """The question as it stands once this was answered. The first to name a thing is kept."""
        said_names = answer.said.get("names", ())
        return replace(
            self,
            ips=self.ips or answer.ips,
            asn=self.asn if self.asn is not None else answer.asn,
            names=self.names or tuple(str(name) for name in said_names),
        )


def failed(source: str, group: str, at: datetime, sentence: str) -> Answer:
    """A source that gave nothing, with the sentence that says why."""
    return Answer(source, group, at, failure=sentence[:200])


def contacts(emails: Sequence[object], source: str) -> tuple[Contact, ...]:
    """Those that have the form of a mail address, each once. Whatever could add a header or a recipient has not."""
    found: dict[str, Contact] = {}
    for email in emails:
        text = email.strip() if isinstance(email, str) else ""
        if len(text) <= 254 and _email.fullmatch(text):
            found.setdefault(text.lower(), Contact(text, source))
    return tuple(found.values())


def country_code(value: object) -> str:
    """Two capital letters (ISO 3166-1 alpha-2), or nothing. "EU" and "AP" are registries' words for no country."""
    text = value.strip().upper() if isinstance(value, str) else ""
    return text if _country.fullmatch(text) and text not in ("EU", "AP", "ZZ", "XX") else ""


def plain(value: Any) -> Any:
    """JSON that every database takes: control signs and halves of signs, which strangers may send, are replaced."""
    if isinstance(value, str):
        return "".join(sign if _storable(sign) else "\N{REPLACEMENT CHARACTER}" for sign in value)
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def _storable(sign: str) -> bool:
    return sign == "\n" or not (sign < " " or "\x7f" <= sign < "\xa0" or "\ud800" <= sign <= "\udfff")


def to_json(answer: Answer) -> dict[str, Any]:
    """An answer as plain JSON. :func:`from_json` gives the same back."""
    return {
        "source": answer.source,
        "group": answer.group,
        "asked_at": answer.asked_at.isoformat(),
        "kind": answer.kind,
        "country": answer.country,
        "ips": list(answer.ips),
        "asn": answer.asn,
        "network": answer.network,
        "front": answer.front,
        "abuse": [{"email": c.email, "source": c.source} for c in answer.abuse],
        "said": dict(answer.said),
        "failure": answer.failure,
    }


def from_json(raw: Mapping[str, Any], *, at: datetime) -> Answer:
    """The answer in ``raw``, asked at ``at``. Hand-written records need only ``source`` and what it says."""
    raw = plain(raw)
    source = str(raw["source"])
    asn = raw.get("asn")
    return Answer(
        source=source,
        group=str(raw.get("group") or source),
        asked_at=at,
        kind=str(raw["kind"]) if "kind" in raw else _kind_of(source),
        country=country_code(raw.get("country")),
        ips=tuple(str(ip_address(ip)) for ip in raw.get("ips") or ()),
        asn=int(asn) if asn is not None else None,
        network=str(raw.get("network") or "")[:200],
        front=str(raw.get("front") or "")[:60],
        abuse=tuple(
            contact
            for row in raw.get("abuse") or ()
            for contact in contacts([row["email"]], str(row.get("source") or source))
        ),
        said=dict(raw.get("said") or {}),
        failure=str(raw.get("failure") or "")[:200],
    )


def _kind_of(source: str) -> str:
    """A hand-written record may leave the kind out where the source's name says it."""
    by_name = {"rdap network": "registry", "provider": "provider"}
    return "geoip" if source.startswith("geo:") else by_name.get(source, "")
