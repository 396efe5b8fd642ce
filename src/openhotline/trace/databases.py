"""Country and network from offline databases in MaxMind's format. Whose database it is, its own metadata say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import maxminddb

from openhotline.errors import BadInput
from openhotline.trace.answer import Answer, Question, country_code, failed


def open_database(path: Path) -> maxminddb.Reader:
    """Open one file. BadInput where it is missing or damaged."""
    try:
        return maxminddb.open_database(path, maxminddb.MODE_MMAP)
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise BadInput(
            "A database of networks cannot be opened. Put it back, or correct OPENHOTLINE_GEO_DATABASES and "
            "OPENHOTLINE_ASN_DATABASE.",
            details=str(path),
        ) from error


def maker_of(database_type: str) -> str:
    """Who made a database of this type, by the table in data/makers.toml, else by the first word of the type."""
    low = database_type.lower()
    for start, maker in _makers().items():
        if low.startswith(start):
            return maker
    return low.replace("-", " ").split()[0] if low.strip() else "unknown"


@cache
def _makers() -> Mapping[str, str]:
    text = files("openhotline.trace").joinpath("data/makers.toml").read_text("utf-8")
    return {start.lower(): str(maker) for start, maker in tomllib.loads(text)["makers"].items()}


class CountrySource:
    """One country database. Its group is its maker: two databases of one maker are one voice."""

    def __init__(self, path: Path) -> None:
        self._reader = open_database(path)
        metadata = self._reader.metadata()
        maker = maker_of(metadata.database_type)
        self.group = f"maker:{maker}"
        self.name = f"geo:{maker}"
        self._built = datetime.fromtimestamp(metadata.build_epoch, UTC).date().isoformat()
        self._type = metadata.database_type

    def ask(self, question: Question, *, at: datetime) -> Answer:
        """The country of the place's addresses. Two countries for one name are no answer."""
        if not question.ips:
            return failed(self.name, self.group, at, "No IP address is known, so none was looked up.")
        by_ip = {ip: _country(self._reader.get(ip)) for ip in question.ips}
        said = {"countries": by_ip, "database": self._type, "built": self._built}
        named = set(by_ip.values()) - {""}
        if len(named) > 1:
            return Answer(
                self.name, self.group, at, kind="geoip", said={**said, "note": "more than one country"}
            )
        country = named.pop() if named else ""
        return Answer(self.name, self.group, at, kind="geoip", country=country, said=said)


@dataclass(frozen=True)
class Unopened:
    """A configured database that could not be opened: a source that fails each time it is asked, and says why."""

    name: str
    sentence: str
    group: str = "unopened"

    def ask(self, question: Question, *, at: datetime) -> Answer:
        return failed(self.name, self.group, at, self.sentence)


def country_source(path: Path) -> CountrySource | Unopened:
    """The country database at ``path``, or in its place what says that it cannot be opened."""
    try:
        return CountrySource(path)
    except BadInput as error:
        return Unopened(f"geo:{path.stem}"[:40], error.message)


def asn_source(path: Path) -> AsnSource | Unopened:
    """The database of systems at ``path``, or in its place what says that it cannot be opened."""
    try:
        return AsnSource(path)
    except BadInput as error:
        return Unopened(AsnSource.name, error.message)


@dataclass(frozen=True)
class _Asn:
    number: int
    holder: str


class AsnSource:
    """A database of autonomous systems: which network carries the machine, and whose it is. It names no country."""

    name = "asn database"

    def __init__(self, path: Path) -> None:
        self._reader = open_database(path)
        self.group = f"asn:{maker_of(self._reader.metadata().database_type)}"

    def ask(self, question: Question, *, at: datetime) -> Answer:
        if not question.ips:
            return failed(self.name, self.group, at, "No IP address is known, so none was looked up.")
        found = {ip: _asn(self._reader.get(ip)) for ip in question.ips}
        first = next((asn for asn in found.values() if asn), None)
        said = {"systems": {ip: [asn.number, asn.holder] for ip, asn in found.items() if asn}}
        return Answer(
            self.name,
            self.group,
            at,
            asn=first.number if first else None,
            network=first.holder if first else "",
            said=said,
        )


def _country(record: object) -> str:
    """The place of the machine, in the two shapes that makers use; never the country of registration."""
    if not isinstance(record, Mapping):
        return ""
    inside = record.get("country")
    if isinstance(inside, Mapping):
        return country_code(inside.get("iso_code"))
    return country_code(record.get("country_code") or inside)


def _asn(record: object) -> _Asn | None:
    if not isinstance(record, Mapping):
        return None
    number: Any = record.get("autonomous_system_number", record.get("asn"))
    holder = _text(record, ("autonomous_system_organization", "as_name", "name"))
    digits = str(number).upper().removeprefix("AS") if number is not None else ""
    return _Asn(int(digits), holder) if digits.isdecimal() else None


def _text(record: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((str(record[key])[:200] for key in keys if record.get(key)), "")
