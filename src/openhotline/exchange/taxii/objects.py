"""STIX 2.1 objects: who publishes, and one indicator for each value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from openhotline.exchange.labels import labels
from openhotline.exchange.published import GENERATED, Version
from openhotline.exchange.taxii.names import identity_id, indicator_id

SPEC_VERSION = "2.1"
AMBER_STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
"""TLP:AMBER+STRICT, whose id OASIS fixed: for the recipient's own organisation only."""

HASH, ADDRESS, AI = "csam-hash", "csam-address", "ai-generated"


def _hash(name: str) -> Callable[[str], str]:
    return lambda value: f"[file:hashes.'{name}' = '{value}']"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


PATTERNS: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "md5": ("MD5", _hash("MD5")),
    "sha1": ("SHA-1", _hash("SHA-1")),
    "sha256": ("SHA-256", _hash("SHA-256")),
    # No name of the STIX vocabulary, but a pattern may name any: STIX 2.1, section 9.
    "pdq": ("PDQ", _hash("PDQ")),
    "url": ("Address", lambda value: f"[url:value = '{_quoted(value)}']"),
    "domain": ("Dedicated domain", lambda value: f"[domain-name:value = '{_quoted(value)}']"),
}
"""Algorithm -> what it is called, and the pattern of a value."""


def stamp(at: datetime, *, digits: int = 3) -> str:
    """Write a moment as STIX does, in milliseconds; TAXII writes six digits."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{text[: len(text) - 6 + digits]}Z"


def identity(publisher: UUID, name: str, since: datetime) -> dict[str, Any]:
    """Return the object of whoever publishes."""
    return {
        "type": "identity",
        "spec_version": SPEC_VERSION,
        "id": identity_id(publisher),
        "created": stamp(since),
        "modified": stamp(since),
        "name": name,
        "identity_class": "organization",
        "sectors": ["non-profit"],
    }


def indicator(version: Version, *, feed: UUID, publisher: UUID) -> dict[str, Any]:
    """Return one version of an indicator. A withdrawn one is revoked, and valid no longer than until then."""
    words, pattern = PATTERNS[version.kind]
    kind = ADDRESS if version.kind in ("url", "domain") else HASH
    found: dict[str, Any] = {
        "type": "indicator",
        "spec_version": SPEC_VERSION,
        "id": indicator_id(feed, version.origin, version.kind),
        "created_by_ref": identity_id(publisher),
        "created": stamp(version.created_at),
        "modified": stamp(version.modified_at),
        "name": f"{words} on our list",
        "labels": [kind, *([AI] if version.ai in GENERATED else []), *labels(version.grades, version.ai)],
        "pattern": pattern(version.value),
        "pattern_type": "stix",
        "valid_from": stamp(version.created_at),
        "object_marking_refs": [AMBER_STRICT],
    }
    if version.quality is not None:
        found["description"] = f"Quality {version.quality} of 100; below 50 it should not be matched."
    if version.withdrawn:
        found |= {"revoked": True, "valid_until": stamp(version.modified_at)}
    return found
