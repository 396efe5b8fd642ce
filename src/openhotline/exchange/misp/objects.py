"""MISP objects of one line: stock ones that every MISP knows, and ``media-hash`` for what none of them holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID, uuid5

from openhotline.exchange.labels import labels
from openhotline.exchange.published import Published

DIGESTS = ("md5", "sha1", "sha256")
STOCK = (*DIGESTS, "url", "domain")
"""What stock objects hold, in the order in which it is written."""

_FILE = ("file", "file", "688c46fb-5edb-40a3-8273-1af7923e2215", "25", "A file by its digests.")
_URL = ("url", "network", "60efb77b-40b5-4c46-871b-ed1ed999fce5", "10", "An address.")
_DOMAIN = (
    "domain-ip",
    "network",
    "43b3b146-77eb-4931-b4cc-b66c60f28734",
    "11",
    "A domain that serves nothing else.",
)


@cache
def media_hash_template() -> dict[str, Any]:
    """Return our object template, as MISP reads it from ``objects/media-hash/definition.json``."""
    text = (resources.files(__package__) / "media-hash.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of a feed, and when another took its place: its objects are deleted from then on."""

    line: Published
    replaced_at: datetime | None = None

    @property
    def timestamp(self) -> int:
        """Return when its objects last changed, in seconds since 1970."""
        came = int(self.line.at.timestamp())
        return came if self.replaced_at is None else max(came + 1, int(self.replaced_at.timestamp()))


def objects(shown: Shown, *, feed: UUID, list_name: str) -> list[dict[str, Any]]:
    """Return a line's objects: what every MISP knows first, then what only ours says."""
    values = shown.line.values
    stock = _stock(shown, feed)
    said = [("pdq", "text", values["pdq"])] if "pdq" in values else []
    if shown.line.quality is not None and said:
        said.append(("quality", "counter", str(shown.line.quality)))
    said += [("grade", "text", tag) for tag in labels(shown.line.grades, "")]
    said += [("ai", "text", shown.line.ai)] if shown.line.ai else []
    said += [("list", "text", list_name), ("published-at", "datetime", shown.line.at.isoformat())]
    media = _object(shown, feed, _media_hash(), said)
    media["ObjectReference"] = [_reference(shown, media["uuid"], other["uuid"]) for other in stock]
    return [*stock, media]


def _stock(shown: Shown, feed: UUID) -> list[dict[str, Any]]:
    values = shown.line.values
    found = []
    if digests := [(name, name, values[name]) for name in DIGESTS if name in values]:
        found.append(_object(shown, feed, _FILE, digests))
    if "url" in values:
        found.append(_object(shown, feed, _URL, [("url", "url", values["url"])]))
    if "domain" in values:
        found.append(_object(shown, feed, _DOMAIN, [("domain", "domain", values["domain"])]))
    return found


def _media_hash() -> tuple[str, str, str, str, str]:
    found = media_hash_template()
    return (
        *(found["name"], found["meta-category"], found["uuid"]),
        *(str(found["version"]), found["description"]),
    )


def _object(
    shown: Shown, feed: UUID, template: tuple[str, str, str, str, str], said: list[tuple[str, str, str]]
) -> dict[str, Any]:
    name, category, uuid, version, description = template
    return {
        "name": name,
        "meta-category": category,
        "description": description,
        "template_uuid": uuid,
        "template_version": version,
        "uuid": str(uuid5(feed, f"{shown.line.code}/{name}")),
        "timestamp": str(shown.timestamp),
        "deleted": shown.replaced_at is not None,
        "ObjectReference": [],
        "Attribute": [_attribute(shown, feed, name, number, *part) for number, part in enumerate(said)],
    }


def _attribute(
    shown: Shown, feed: UUID, of: str, number: int, relation: str, kind: str, value: str
) -> dict[str, Any]:
    known = kind in STOCK
    category = {"url": "Network activity", "domain": "Network activity"}.get(kind, "Payload delivery")
    return {
        "uuid": str(uuid5(feed, f"{shown.line.code}/{of}/{number}/{relation}")),
        "object_relation": relation,
        "type": kind,
        "category": category if known else "Other",
        "value": value,
        "to_ids": known,
        "disable_correlation": not known and relation != "pdq",
        "comment": "",
        "deleted": shown.replaced_at is not None,
        "timestamp": str(shown.timestamp),
        "Tag": [{"name": tag, "colour": "#5b6b7b"} for tag in labels(shown.line.grades, shown.line.ai)]
        if known
        else [],
    }


def _reference(shown: Shown, source: str, target: str) -> dict[str, Any]:
    return {
        "uuid": str(uuid5(UUID(source), target)),
        "timestamp": str(shown.timestamp),
        "relationship_type": "characterizes",
        "comment": "",
        "object_uuid": source,
        "referenced_uuid": target,
    }
