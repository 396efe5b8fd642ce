"""The documents of a TAXII 2.1 server that are no STIX objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from openhotline.exchange.taxii.objects import stamp
from openhotline.exchange.taxii.queries import Page

MEDIA_TYPE = "application/taxii+json;version=2.1"
STIX_MEDIA_TYPE = "application/stix+json;version=2.1"
LARGEST_REQUEST = 65536
"""Bytes; nothing is written here, so no client needs more."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A feed as TAXII shows it. ``name`` may stand in an address instead of the id."""

    id: UUID
    name: str
    title: str


def accepts(header: str) -> bool:
    """Say whether a request's ``Accept`` takes what this server sends (TAXII 2.1, section 1.6.8)."""
    return any(_accepted(part) for part in header.split(","))


def _accepted(part: str) -> bool:
    name, *parameters = [word.strip().lower() for word in part.split(";")]
    versions = [word.removeprefix("version=") for word in parameters if word.startswith("version=")]
    return name in ("application/taxii+json", "application/*", "*/*") and all(v == "2.1" for v in versions)


def discovery(title: str, root: str) -> dict[str, Any]:
    """Return what the server is; ``root`` is the address of its one API root."""
    return {
        "title": title,
        "description": "Lists of this hotline, read only.",
        "default": root,
        "api_roots": [root],
    }


def api_root(title: str) -> dict[str, Any]:
    """Return what the API root is."""
    return {"title": title, "versions": [MEDIA_TYPE], "max_content_length": LARGEST_REQUEST}


def collection(found: Collection) -> dict[str, Any]:
    """Return a collection, which nobody may write to."""
    return {
        "id": str(found.id),
        "title": found.title,
        "alias": found.name,
        "can_read": True,
        "can_write": False,
        "media_types": [STIX_MEDIA_TYPE],
    }


def collections(found: Iterable[Collection]) -> dict[str, Any]:
    """Return the collections that a caller may read."""
    shown = [collection(one) for one in found]
    return {"collections": shown} if shown else {}


def envelope(page: Page) -> dict[str, Any]:
    """Return a page of objects."""
    return _paged(page, "objects", [found.document for found in page.found])


def manifest(page: Page) -> dict[str, Any]:
    """Return what a page of objects holds, without the objects."""
    entries = [
        {
            "id": found.document["id"],
            "date_added": stamp(found.added_at, digits=6),
            "version": found.document["modified"],
            "media_type": STIX_MEDIA_TYPE,
        }
        for found in page.found
    ]
    return _paged(page, "objects", entries)


def versions(page: Page) -> dict[str, Any]:
    """Return the versions of one object."""
    return _paged(page, "versions", [found.document["modified"] for found in page.found])


def added_headers(page: Page) -> dict[str, str]:
    """Return the headers that say when the first and the last object of a page were added."""
    if not page.found:
        return {}
    first, last = page.found[0].added_at, page.found[-1].added_at
    return {
        "X-TAXII-Date-Added-First": stamp(first, digits=6),
        "X-TAXII-Date-Added-Last": stamp(last, digits=6),
    }


def problem(status: int, title: str, description: str) -> dict[str, Any]:
    """Return an error as TAXII words it."""
    return {"title": title, "description": description, "http_status": str(status)}


def _paged(page: Page, name: str, entries: list[Any]) -> dict[str, Any]:
    more = {"more": True, "next": page.next} if page.next else {"more": False}
    return {**more, name: entries} if entries else more
