"""The letter itself: plain text from a language's file, with addresses defanged. The attachment has them exactly."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from string import Template
from typing import Any

from openhotline_server.notices import host_law
from openhotline_server.notices.documents.told import Matter, Told
from openhotline_server.notices.kinds import NoticeKind

FOLDER = resources.files("openhotline_server.notices") / "wording"
FALLBACK = "en"


@dataclass(frozen=True)
class Letter:
    """What the mail says. ``edition`` is that of the language's file."""

    language: str
    edition: str
    title: str
    words: str


def languages() -> tuple[str, ...]:
    """The languages that letters are written in."""
    names = (file.name for file in FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@lru_cache(maxsize=16)
def wording(language: str) -> Mapping[str, Any]:
    """A language's file; English where there is none."""
    known = language if language in languages() else FALLBACK
    return tomllib.loads((FOLDER / f"{known}.toml").read_text("utf-8"))


def write(matter: Matter) -> Letter:
    """The letter in the recipient's language. Every placeholder must have its value: KeyError otherwise."""
    table = wording(matter.language)
    kind, parts = table["kinds"][matter.kind], table["parts"]
    values = _values(matter)
    title = kind["title"] if matter.reminder_of is None else f"{parts['reminder_title']}{kind['title']}"
    paragraphs = [
        parts["greeting"],
        *([parts["reminder"]] if matter.reminder_of is not None else []),
        kind["opening"],
        *_law(matter, parts),
        kind["ask"],
        *([parts["preservation"]] if matter.kind == NoticeKind.TAKEDOWN else []),
        *([parts["dsa"]] if _dsa(matter) else []),
        f"{parts['heading']}\n{_list(matter, parts)}",
        parts["defanged"],
        f"{parts['imagery']} {parts['answer']}",
        parts["closing"],
    ]
    words = "\n\n".join(Template(paragraph).substitute(values) for paragraph in paragraphs)
    reference = f"[{matter.reference}] "
    return Letter(
        table["language"], table["edition"], reference + Template(title).substitute(values), words + "\n"
    )


def _values(matter: Matter) -> dict[str, str]:
    law = matter.told[0].law
    until = matter.at + timedelta(days=host_law.preservation_days(matter.country))
    mail = matter.sender.email
    return {
        "organisation": matter.sender.organisation,
        "sender": f"{matter.sender.organisation}\n{mail}" if mail else matter.sender.organisation,
        "recipient": matter.recipient,
        "reference": matter.reference,
        "count": str(len(matter.told)),
        "country": matter.country or "-",
        "law": law.title,
        "provision": law.provision or law.outcome,
        "until": until.date().isoformat(),
        "first": matter.reminder_of.date().isoformat() if matter.reminder_of else "",
    }


def _law(matter: Matter, parts: Mapping[str, str]) -> list[str]:
    """How the hosting country's law stands to it; for those who host it or act there."""
    if matter.kind not in (NoticeKind.TAKEDOWN, NoticeKind.HOTLINE_FORWARD, NoticeKind.ALERT):
        return []
    said = {one.law.illegal for one in matter.told}
    if said == {True}:
        return [parts["illegal_there"]]
    return [parts["not_illegal_there"]] if said == {False} else [parts["no_file"]]


def _dsa(matter: Matter) -> bool:
    illegal = all(one.law.illegal is not False for one in matter.told)
    return matter.kind == NoticeKind.TAKEDOWN and host_law.dsa_applies(matter.country) and illegal


def _list(matter: Matter, parts: Mapping[str, str]) -> str:
    # Dollar signs of an address are not placeholders of ours.
    lines = (_lines(number, one, parts) for number, one in enumerate(matter.told, start=1))
    return "\n".join(lines).replace("$", "$$")


def _lines(number: int, told: Told, parts: Mapping[str, str]) -> str:
    lines = [f"{number}. {told.defanged}"]
    if told.place is not None:
        asn = f"AS{told.place.asn}" if told.place.asn else ""
        where = [told.place.ip, asn, told.place.network, told.place.country]
        lines.append(
            f"   {parts['traced']}: {', '.join(w for w in where if w)} ({_when(told.place.traced_at)})"
        )
    lines.append(f"   {parts['assessed']}: {told.words} ({_when(told.assessed_at)})")
    return "\n".join(lines)


def _when(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
