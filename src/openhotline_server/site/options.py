"""Every setting of a site, read once from the environment. ``docs/reference/settings.md`` is made from this file."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from openhotline.errors import WrongUsage

LOG_KEPT = 128 * 2**20
"""Bytes of SQLite's write-ahead log that stay on the disk. A large list in one step, or an import, may need more
for a while: 390 bytes a row of a list."""


@dataclass(frozen=True)
class Option:
    """One environment variable: its name, what it means, and its default as text."""

    name: str
    default: str
    meaning: str


OPTIONS = (
    Option("OPENHOTLINE_DATA", "openhotline-data", "The data directory."),
    Option("OPENHOTLINE_DATABASE_URL", "", "A PostgreSQL address; empty: SQLite in the data directory."),
    Option("OPENHOTLINE_VAULT_KEY_FILE", "", "The vault's master key file; empty: secrets/vault-master.key."),
    Option("OPENHOTLINE_HOSTS", "127.0.0.1,localhost", "Host names the site answers to, comma-separated."),
    Option("OPENHOTLINE_HTTPS", "1", "1: cookies only over HTTPS, HSTS on. 0 is for a loopback demo."),
    Option(
        "OPENHOTLINE_REQUIRE_MFA", "1", "1: nobody works without a second factor. 0 is for a loopback demo."
    ),
    Option(
        "OPENHOTLINE_JURISDICTIONS",
        "gb-eng,interpol-baseline,us-ncmec",
        "Jurisdiction files, the deciding first.",
    ),
    Option("OPENHOTLINE_LAW_DIR", "", "A folder with the operator's own jurisdiction files."),
    Option(
        "OPENHOTLINE_TIME_ZONE", "UTC", "The hotline's local time zone, for working days and printed times."
    ),
    Option("OPENHOTLINE_NAME", "OpenHotline", "The hotline's name, as partners' software shows it."),
    Option("OPENHOTLINE_MEMBER_NUMBER", "1", "The hotline's number as a member, in NCMEC's protocol."),
    Option(
        "OPENHOTLINE_FILES_EVERY_HOURS",
        "12",
        "The worker signs a feed's published files anew after so many hours; subscribers trust them for three days.",
    ),
    Option("OPENHOTLINE_SESSION_MINUTES", "480", "A signed-in session ends after this long at the most."),
    Option(
        "OPENHOTLINE_TRUSTED_PROXIES",
        "0",
        "How many proxies of your own stand before the site; their word on addresses counts.",
    ),
    Option(
        "OPENHOTLINE_SUBSCRIBE_KEY_FILE",
        "",
        "For `openhotline subscribe`: a file with your key at another hotline.",
    ),
    Option("OPENHOTLINE_COUNTRY", "GB", "The hotline's own country, two letters (ISO 3166-1)."),
    Option("OPENHOTLINE_ORGANISATION", "", "Who signs notices, with address; empty: the hotline's name."),
    Option("OPENHOTLINE_LANGUAGES", "en,de,fr,es,nl,pl,ar", "Languages of the public pages."),
    Option(
        "OPENHOTLINE_SMTP_URL", "", "The mail server, smtp://user:password@host:587 or smtps://; empty: none."
    ),
    Option("OPENHOTLINE_MAIL_FROM", "", "The address that notices come from; answers go there too."),
    Option(
        "OPENHOTLINE_ASK_NETWORK",
        "0",
        "1: addresses may be traced and checked over the network. 0: recorded answers and local files only.",
    ),
    Option("OPENHOTLINE_EGRESS_PROXY", "", "An HTTP proxy that every such question goes through."),
    Option("OPENHOTLINE_GEO_DATABASES", "", "Country databases (MaxMind format), comma-separated paths."),
    Option("OPENHOTLINE_ASN_DATABASE", "", "A database of autonomous systems (MaxMind format)."),
    Option("OPENHOTLINE_TRACE_AGREE", "2", "How many independent sources must agree on the hosting country."),
    Option(
        "OPENHOTLINE_RECORDED_ANSWERS", "", "A folder of recorded answers instead of the network, for trials."
    ),
    Option(
        "OPENHOTLINE_SILENCE_HOURS",
        "24",
        "No public report for so long is an alarm, where usually some come.",
    ),
    Option(
        "OPENHOTLINE_FORGET_DAYS",
        "90",
        "So long after a report's last case is closed, what its reporter wrote is forgotten.",
    ),
    Option("OPENHOTLINE_TRACE", "0", "1: an unforeseen error of a command prints its whole trace."),
    Option("OPENHOTLINE_DEMO", "0", "1: say on every page that this is a demonstration with drawn pictures."),
)
_DEFAULTS = {option.name: option.default for option in OPTIONS}


def value(name: str) -> str:
    """The setting ``name``; its ``_FILE`` twin, if set, names a file that holds the value."""
    twin = os.environ.get(f"{name}_FILE")
    if twin and f"{name}_FILE" not in _DEFAULTS:
        try:
            return Path(twin).read_text().strip()
        except OSError as error:
            raise WrongUsage(
                f"The file that {name}_FILE names cannot be read. Correct the setting."
            ) from error
    return os.environ.get(name) or _DEFAULTS[name]


def _parsed(name: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(value(name))
    except ValueError as error:
        raise WrongUsage(f"The setting {name} has a value that cannot be read. Correct it.") from error


def switch(name: str) -> bool:
    """A setting that is 1 or 0."""

    def parse(text: str) -> bool:
        if text not in ("0", "1"):
            raise ValueError(text)
        return text == "1"

    return bool(_parsed(name, parse))


def number(name: str) -> int:
    """A setting that is a whole number."""
    return int(_parsed(name, int))


def names(name: str) -> list[str]:
    """A comma-separated setting."""
    return [part.strip() for part in value(name).split(",") if part.strip()]


def database(sqlite_path: Path) -> dict[str, Any]:
    """Django's description of the database: PostgreSQL if one is named, else SQLite made safe for several writers."""
    address = value("OPENHOTLINE_DATABASE_URL")
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sqlite_path,
            # Opening it anew for each request costs more than most requests do.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                # FULL: a committed ledger line survives a power cut, not only the process's death.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; "
                f"PRAGMA journal_size_limit={LOG_KEPT};",
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in ("postgresql", "postgres"):
        raise WrongUsage("OPENHOTLINE_DATABASE_URL must begin with postgresql://. Correct it.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }
