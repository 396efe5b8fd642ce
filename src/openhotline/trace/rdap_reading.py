"""Registries' documents (RDAP, RFC 9083) to the few facts that a trace needs, by whoisit's parser and by our own.

whoisit knows the registries' habits. Ours is small and tolerant: it takes over where whoisit refuses a whole document
for one missing field, and tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from whoisit.bootstrap import Bootstrap
from whoisit.parser import parse

from openhotline.errors import BadInput
from openhotline.trace.answer import country_code

IP, ASN, DOMAIN = "ip", "autnum", "domain"
CLASS = {IP: "ip network", ASN: "autnum", DOMAIN: "domain"}
DEEPEST = 8
MOST = 20


@dataclass(frozen=True)
class Registered:
    """What a registry holds of one object. ``country`` is whom it was given to, not where a machine stands."""

    handle: str
    name: str
    country: str
    abuse: tuple[str, ...]


def read_registered(kind: str, query: str, document: Mapping[str, Any], bootstrap: Bootstrap) -> Registered:
    """Read one document. BadInput where it is of another kind or cannot be read by either parser."""
    if document.get("objectClassName") != CLASS[kind]:
        raise BadInput("The registry's answer is of another kind than was asked for. It was not used.")
    try:
        read = by_whoisit(kind, query, document, bootstrap)
    except Exception:  # noqa: BLE001
        # A stranger's file must not end a trace: whoisit raises many things, and our own parser tries next.
        read = by_ourselves(document)
    if not (_text(document.get("handle")) or read.name or read.country or read.abuse):
        raise BadInput("The registry's answer holds nothing that can be read. It was not used.")
    return read


def by_whoisit(kind: str, query: str, document: Mapping[str, Any], bootstrap: Bootstrap) -> Registered:
    """whoisit's reading; it raises many things for documents that are not as it expects."""
    said = parse(bootstrap, kind, query, dict(document))
    mails = [mail for entity in said["entities"].get("abuse", ()) for mail in entity.get("emails", ())]
    return Registered(
        handle=_text(said.get("handle")),
        name=_text(said.get("name")),
        country=country_code(said.get("country")),
        abuse=tuple(dict.fromkeys(mails))[:MOST],
    )


def by_ourselves(document: Mapping[str, Any]) -> Registered:
    """Our own reading: whatever is not as the RFC says is passed over."""
    name = document.get("ldhName") if document.get("objectClassName") == "domain" else document.get("name")
    return Registered(
        handle=_text(document.get("handle")),
        name=_text(name),
        country=country_code(document.get("country")),
        abuse=tuple(dict.fromkeys(_abuse_mails(document.get("entities"), DEEPEST)))[:MOST],
    )


def _abuse_mails(entities: object, deep: int) -> Iterator[str]:
    """Addresses of every entity with the role abuse, an entity's own before those of the entities inside it."""
    for entity in entities if isinstance(entities, list) and deep else ():
        if not isinstance(entity, Mapping):
            continue
        roles = entity.get("roles")
        if isinstance(roles, list) and any(str(role).lower() == "abuse" for role in roles):
            yield from _mails(entity.get("vcardArray"))
        yield from _abuse_mails(entity.get("entities"), deep - 1)


def _mails(card: object) -> Iterator[str]:
    """The mail addresses of a jCard (RFC 7095): ``["vcard", [["email", {}, "text", "abuse@example.org"], ...]]``."""
    if not (isinstance(card, list) and len(card) == 2 and card[0] == "vcard" and isinstance(card[1], list)):
        return
    for row in card[1]:
        if isinstance(row, list) and len(row) == 4 and row[0] == "email" and isinstance(row[3], str):
            yield row[3].strip().removeprefix("mailto:")


def _text(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""
