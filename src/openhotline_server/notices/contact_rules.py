"""What may stand in the contact book. Pure: text in, checked values out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from openhotline.errors import BadInput

# One mailbox, in ASCII, with a domain of letters, digits and hyphens. No display name, no quotes, no comments.
_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}"
)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_COUNTRY = re.compile(r"[A-Z]{2}")
LARGEST_ASN = 2**32 - 1
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Entry:
    """What somebody in the contact book is found by, and how they are written to. ``rests_on``: 0 is Monday."""

    name: str
    email: str
    domains: tuple[str, ...] = ()
    asns: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    language: str = "en"
    wants_json: bool = True
    rests_on: tuple[int, ...] = ()
    note: str = ""


def check(entry: Entry, *, languages: Collection[str]) -> Entry:
    """The entry in its one spelling; BadInput for what cannot stand there."""
    name = " ".join(entry.name.split())
    if not name or len(name) > 200:
        raise BadInput("A contact needs a name of at most 200 characters.")
    if entry.language not in languages:
        raise BadInput(f"There are no letters in that language. Use one of: {', '.join(sorted(languages))}.")
    if set(entry.rests_on) - set(range(7)) or len(set(entry.rests_on)) == 7:
        raise BadInput("Days of rest are weekdays, and at least one day must be left for letters.")
    if len(entry.note) > 500:
        raise BadInput("The note is longer than 500 characters. Shorten it.")
    return Entry(
        name=name,
        email=mail(entry.email),
        domains=_all(entry.domains, _domain),
        asns=tuple(sorted({_asn(number) for number in entry.asns})),
        countries=_all(entry.countries, _country),
        language=entry.language,
        wants_json=entry.wants_json,
        rests_on=tuple(sorted(set(entry.rests_on))),
        note=entry.note.strip(),
    )


def mail(text: str) -> str:
    """A mail address with its domain in lower case; BadInput for anything else."""
    local, at_sign, domain = text.strip().rpartition("@")
    found = f"{local}{at_sign}{domain.lower()}"
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if len(found) > 254 or dots or not _MAIL.fullmatch(found):
        raise BadInput("That is no mail address that a letter can go to. Correct it.", details=text)
    return found


def is_mail(text: object) -> bool:
    """Whether a stranger's answer holds a mail address that a letter can go to."""
    try:
        return isinstance(text, str) and bool(mail(text))
    except BadInput:
        return False


def _all(values: Iterable[str], checked: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(sorted({checked(value) for value in values}))


def _domain(text: str) -> str:
    try:
        found = text.strip().strip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        found = ""
    if not _DOMAIN.fullmatch(found) or len(found) > 253:
        raise BadInput(
            "One of the domains is none. Write them as example.org, without https://.", details=text
        )
    return found


def _country(text: str) -> str:
    found = text.strip().upper()
    if not _COUNTRY.fullmatch(found):
        raise BadInput("A country has two letters, such as NL. Correct it.", details=text)
    return found


def _asn(number: int) -> int:
    if not 0 < number <= LARGEST_ASN:
        raise BadInput("A network's number lies between 1 and 4294967295. Correct it.", details=str(number))
    return number
