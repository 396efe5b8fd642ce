"""What the law of the hosting country makes of the facts: asked of the jurisdiction file that speaks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from openhotline import law
from openhotline_server.notices.data_files import read_data

NO_FILE = "No jurisdiction file in force here speaks for this country."
FALLBACK_LANGUAGE = "en"


@dataclass(frozen=True)
class HostLaw:
    """``illegal`` is None where no file speaks for the country, or where its file does not decide."""

    country: str
    illegal: bool | None
    jurisdiction: str = ""
    edition: str = ""
    title: str = ""
    outcome: str = ""
    provision: str = ""

    @property
    def words(self) -> str:
        """One sentence for the case's page."""
        if not self.jurisdiction:
            return NO_FILE
        if self.illegal is None:
            return f"{self.title}: the file does not decide this. Ask counsel."
        if self.illegal:
            return f"{self.title}: criminal material. {self.provision}".rstrip()
        return (
            f"{self.title}: not criminal material there. "
            "The provider can still be asked to act under its own terms of service."
        )


def ask(country: str, facts: Mapping[str, str]) -> HostLaw:
    """What the hosting country's file makes of the facts. An empty country has no file."""
    found = _speaking_for(country)
    if found is None:
        return HostLaw(country, None)
    code, entry = found
    jurisdiction = law.load_jurisdiction(code, extra_dir=settings.LAW_DIR)
    result = law.derive(facts, jurisdiction)
    return HostLaw(
        country,
        _illegal(result.outcome or "", entry),
        jurisdiction.code,
        jurisdiction.edition,
        jurisdiction.title,
        result.outcome or "",
        result.provision,
    )


def dsa_applies(country: str) -> bool:
    """Whether a host in this country takes notices under Article 16 of the Digital Services Act."""
    return country in read_data("host_law.toml").get("dsa", {}).get("countries", ())


def preservation_days(country: str) -> int:
    """For how many days a host in this country is asked to keep what it holds."""
    table = read_data("host_law.toml").get("preservation", {})
    return int(table.get(country, table.get("default", 90)))


def language_of(country: str) -> str:
    """The language of a letter to a host there that nobody has a contact for."""
    return str(read_data("host_law.toml").get("languages", {}).get(country, FALLBACK_LANGUAGE))


def _speaking_for(country: str) -> tuple[str, Mapping[str, Any]] | None:
    files: Mapping[str, Mapping[str, Any]] = read_data("host_law.toml").get("files", {})
    for code, entry in files.items():
        if country in entry.get("countries", ()) and code in settings.JURISDICTIONS:
            return code, entry
    return None


def _illegal(outcome: str, entry: Mapping[str, Any]) -> bool | None:
    if outcome in entry.get("illegal", ()):
        return True
    return False if outcome in entry.get("not_illegal", ()) else None
