"""What triage looks at, of many addresses at once. Cost: seven queries for each few thousand addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.traces import newest_traces
from openhotline_server.intake.models import Address, Mention, Particulars, Report
from openhotline_server.lists.asking import exact
from openhotline_server.lists.models import HashList
from openhotline_server.triage.address_rules import AddressSignals, Stated

Statement = tuple[int, Mapping[str, Any], str]
"""An address's key, what a sender says of it, and the report's kind."""

_OURS = (Report.Kind.PARTNER, Report.Kind.CYBERTIP, Report.Kind.HOTLINE)
"""Whose word on severity and series counts: they are known to us by an account or a person's hand."""

_DIGESTS = ("md5", "sha1", "sha256")


def gather(addresses: Sequence[Address], *, at: datetime) -> dict[int, AddressSignals]:
    """Signals by address key, from every report of it that was taken in."""
    found: dict[int, AddressSignals] = {}
    by_key = {address.pk: address for address in addresses}
    for keys in in_parts(by_key):
        found |= _gather([by_key[key] for key in keys], at=at)
    return found


def _gather(addresses: Sequence[Address], *, at: datetime) -> dict[int, AddressSignals]:
    keys = [address.pk for address in addresses]
    mentions = Mention.objects.filter(address__in=keys, report__standing=Report.Standing.TAKEN).order_by()
    counted = mentions.values_list("address_id").annotate(
        n=Count("pk"), day=Min("report__received_on"), moment=Min("report__created_at")
    )
    signals = {
        key: AddressSignals(sightings=n, days=_days(day, moment, at=at)) for key, n, day, moment in counted
    }
    signals = {key: signals.get(key, AddressSignals()) for key in keys}
    at_risk, about_self = _said(mentions, "at_risk_now"), _said(mentions, "about_self")
    statements = list(mentions.exclude(stated={}).values_list("address_id", "stated", "report__kind"))
    stated, files = _stated(statements), _listed_files(statements, at=at)
    listed, home = _listed(addresses, at=at), _in_own_country(keys)
    return {
        key: replace(
            one,
            at_risk=key in at_risk,
            about_self=key in about_self,
            stated=stated.get(key, ()),
            listed_by=listed.get(key, ()),
            files_listed_by=files.get(key, ()),
            own_country=key in home,
        )
        for key, one in signals.items()
    }


def _days(day: date, moment: datetime, *, at: datetime) -> int:
    """Whole days since it was first received; by the calendar only where that was before it came to us."""
    days = (at.date() - day).days if day < moment.date() else (at - moment).days
    return max(0, days)


def _said(mentions: QuerySet[Mention], what: str) -> set[int]:
    says = Particulars.objects.filter(report=OuterRef("report"), **{what: True})
    return set(mentions.filter(Exists(says)).values_list("address_id", flat=True).distinct())


def _stated(statements: Iterable[Statement]) -> dict[int, list[Stated]]:
    found: dict[int, list[Stated]] = {}
    for key, stated, kind in statements:
        one = stated_of(stated, trusted=kind in _OURS)
        if one not in found.setdefault(key, []):
            found[key].append(one)
    return found


def stated_of(stated: Mapping[str, Any], *, trusted: bool) -> Stated:
    """Read what the rules know of a sender's statement; texts are cut, for they are a stranger's."""
    return Stated(
        severity=_text(stated.get("severity"), 20),
        scheme=_text(stated.get("scheme"), 30),
        listed_by=_text(stated.get("list"), 60),
        known_series=stated.get("known_series") is True,
        commercial=stated.get("commercial") is True,
        ai=_text(stated.get("ai"), 60),
        trusted=trusted,
    )


def _text(value: object, longest: int) -> str:
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""


def _listed(addresses: Iterable[Address], *, at: datetime) -> dict[int, list[str]]:
    """Titles of the lists in force that name an address, its host or its domain."""
    return _titles_of({address.pk: _names(address) for address in addresses}, at=at)


def _listed_files(statements: Iterable[Statement], *, at: datetime) -> dict[int, list[str]]:
    """Titles of the lists in force that hold the digest of a file which a partner says lies at an address."""
    asked: dict[int, set[tuple[str, str]]] = {}
    for key, stated, kind in statements:
        if kind in _OURS:
            asked.setdefault(key, set()).update(_digests(stated.get("hashes")))
    return _titles_of(asked, at=at) if any(asked.values()) else {}


def _digests(stated: Any) -> list[tuple[str, str]]:
    """Digests as partners state them: by algorithm, or as a row each. Near hashes are not asked for here."""
    if isinstance(stated, Mapping):
        pairs = list(stated.items())
    else:
        rows = stated if isinstance(stated, list) else ()
        pairs = [(one.get("algorithm"), one.get("value")) for one in rows if isinstance(one, Mapping)]
    return [(name, value.lower()) for name, value in pairs if name in _DIGESTS and isinstance(value, str)]


def _titles_of(asked: Mapping[int, Collection[tuple[str, str]]], *, at: datetime) -> dict[int, list[str]]:
    """Titles of the lists in force that have one of an address's (algorithm, value)."""
    entries = exact((name for names in asked.values() for name in names), at=at)
    if not entries:
        return {}
    return {
        key: titles
        for key, names in asked.items()
        if (titles := sorted({t for name in names for t in _titles(entries.get(name, ()))}))
    }


def _names(address: Address) -> list[tuple[str, str]]:
    domains = {name for name in (address.host, address.domain) if name}
    return [("url", address.normal), *(("domain", name) for name in sorted(domains))]


def _titles(entries: Iterable[Any]) -> list[str]:
    return [entry.hash_list.title for entry in entries if entry.hash_list.purpose == HashList.Purpose.MATCHES]


def _in_own_country(keys: Iterable[int]) -> set[int]:
    # A trace names a country only where its sources agree or a supervisor settled it.
    return {key for key, trace in newest_traces(keys).items() if trace.country == settings.COUNTRY}
