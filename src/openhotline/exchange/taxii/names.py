"""Ids of STIX objects: the same for ever, and found again without a search.

An indicator is one value of one line of the log, as one feed shows it. Its id is that line's own random code,
turned by a mask that feed and algorithm give (uuid5). So two feeds never contradict each other about one id, and
:func:`origins` turns an id back into the few lines it could be.
"""

from __future__ import annotations

import re
from functools import lru_cache
from uuid import UUID, uuid5

KINDS = ("md5", "sha1", "sha256", "pdq", "url", "domain")

# Version and variant of a UUID stay as they are (RFC 9562, section 4): the id of a random code is one too.
_FREE = (1 << 128) - 1 - (0xF << 76) - (0x3 << 62)
_indicator = re.compile(r"indicator--([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)


def indicator_id(feed: UUID, origin: UUID, kind: str) -> str:
    """Return the id of one value of the line ``origin``, in a feed."""
    return f"indicator--{UUID(int=origin.int ^ _mask(feed, kind))}"


def identity_id(publisher: UUID) -> str:
    """Return the id of whoever publishes: of the site, not of its name, which may change."""
    return f"identity--{uuid5(publisher, 'identity')}"


def origins(feed: UUID, object_id: str) -> tuple[UUID, ...]:
    """Return the codes of the lines with which the object of this id may have come; none for a foreign id."""
    found = _indicator.fullmatch(object_id)
    return tuple(UUID(int=UUID(found[1]).int ^ _mask(feed, kind)) for kind in KINDS) if found else ()


@lru_cache(maxsize=1024)
def _mask(feed: UUID, kind: str) -> int:
    return uuid5(feed, kind).int & _FREE
