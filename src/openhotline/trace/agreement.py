"""From answers to a verdict: where an address lies, whether enough independent sources say so, and whom to write to.

Pure: no clock, no chance, no network. Counting is by group, so two databases of one maker are one voice. A front (a
CDN) hides the origin; what was found is then the front's, unless the provider named the origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar

from openhotline.trace.answer import Answer, Contact

T = TypeVar("T")

NEEDED = 2
"""Of three sources configured by default. The published practice of one hotline is three pieces of technology to trace
with; how many of them must say the same is the operator's setting (OPENHOTLINE_TRACE_AGREE)."""

CONTACT_ORDER = ("provider", "rdap network", "rdap asn", "rdap domain", "security.txt")
"""The network that carries the machine first. A site's own security.txt comes last: it may be the offender's."""


@dataclass(frozen=True)
class Verdict:
    """``country`` is empty unless ``agreed``. ``leading`` is the country most voices name, agreed or not."""

    country: str
    agreed: bool
    agreeing: int
    against: int
    asked: int
    leading: str = ""
    ip: str = ""
    asn: int | None = None
    network: str = ""
    front: str = ""
    origin_known: bool = True
    abuse: tuple[Contact, ...] = ()


def agree(answers: Sequence[Answer], *, need: int = NEEDED) -> Verdict:
    """Count the voices. Agreed: at least ``need`` groups name one country, and more than name another."""
    heard = [answer for answer in answers if not answer.failure]
    front = next((answer.front for answer in heard if answer.front), "")
    statement = next((a for a in heard if a.kind == "provider" and (a.country or a.ips)), None)
    voices = _voices(heard)
    if front and statement is not None and not statement.ips:
        # The others looked at the front's machine and say nothing of the origin's.
        voices = {statement.group: {statement.country}}
    leading, agreeing = _leading(voices)
    against = sum(1 for named in voices.values() if named != {leading})
    agreed = bool(leading) and agreeing >= max(need, 1) and agreeing > against
    return Verdict(
        country=leading if agreed else "",
        agreed=agreed,
        agreeing=agreeing,
        against=against,
        asked=len({answer.group for answer in answers}),
        leading=leading,
        ip=_ip(heard, statement),
        asn=_first(answer.asn for answer in heard),
        network=_first(_named(heard)) or "",
        front=front,
        origin_known=not front or statement is not None,
        abuse=_ordered(heard),
    )


def _voices(heard: Iterable[Answer]) -> dict[str, set[str]]:
    """What each group names. A group that names two countries contradicts itself and speaks for neither."""
    voices: dict[str, set[str]] = {}
    for answer in heard:
        if answer.country:
            voices.setdefault(answer.group, set()).add(answer.country)
    return voices


def _leading(voices: dict[str, set[str]]) -> tuple[str, int]:
    """The country most groups name, and how many; none where two are equally named."""
    counts: dict[str, int] = {}
    for named in voices.values():
        if len(named) == 1:
            (country,) = named
            counts[country] = counts.get(country, 0) + 1
    if not counts:
        return "", 0
    most = max(counts.values())
    at_the_top = sorted(country for country, count in counts.items() if count == most)
    return (at_the_top[0], most) if len(at_the_top) == 1 else ("", most)


def _ip(heard: Sequence[Answer], statement: Answer | None) -> str:
    """The origin's address where it was stated; else the lowest that DNS gave, whatever order it gave them in."""
    if statement is not None and statement.ips:
        return statement.ips[0]
    ips = _first(answer.ips or None for answer in heard) or ()
    return min(ips, key=lambda ip: (ip_address(ip).version, int(ip_address(ip))), default="")


def _named(heard: Sequence[Answer]) -> Iterable[str | None]:
    ranked = sorted(heard, key=lambda answer: answer.kind != "provider")
    return (answer.network or None for answer in ranked)


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _ordered(heard: Sequence[Answer]) -> tuple[Contact, ...]:
    """Every contact once, the best source's first."""
    rank = {source: place for place, source in enumerate(CONTACT_ORDER)}
    every = [contact for answer in heard for contact in answer.abuse]
    every.sort(key=lambda contact: rank.get(contact.source, len(rank)))
    once = {contact.email.lower(): contact for contact in reversed(every)}
    return tuple(contact for contact in every if once[contact.email.lower()] is contact)
