"""A batch as VICS JSON, versions 1.2, 1.3 and 2.0, cases and hash sets: compatible, not certified.

Each file of the document is an entry: its hashes, and as addresses those of its places that are addresses. A path on a
seized disk is none and is passed over. The number of its category stays in the scheme of its profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from openhotline.errors import BadInput
from openhotline.exchange.batches.entries import BatchEntry, Item, checked_addresses, normal_hashes
from openhotline.hashlists.cells import reference_of
from openhotline.hashlists.columns import algorithm_of
from openhotline.hashlists.hash_list import bad_line
from openhotline.hashlists.json_walk import Walk, utf8
from openhotline.hashlists.rows import BadRow
from openhotline.hashlists.vics import CONTEXTS, NO_OBJECT

MOST_PLACES = 1000
_profile = re.compile(r"DataModels/(\d+(?:\.\d+)*)\.xml(?:/(\w+))?(?:/\$metadata)?#(\w+)", re.IGNORECASE)
_address = re.compile(r"https?://", re.IGNORECASE)
_hashes = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "photodna": "photodna"}
NOTHING = "The entry holds neither an address nor a hash."


def vics_entries(stream: BinaryIO) -> Iterator[Item]:
    """Every entry, good or bad. Raises BadInput for what is no VICS document, or is cut off."""
    reader = _Reader(stream)
    yield from reader.entries()


class _Reader:
    def __init__(self, stream: BinaryIO) -> None:
        self._walk = Walk(utf8(stream))
        self._profile = ""
        self._kind = ""

    def entries(self) -> Iterator[Item]:
        seen = False
        for name in self._walk.names():
            if name.value in CONTEXTS:
                self._see_context(self._walk.value().value)
            elif name.value == "value":
                seen = True
                yield from self._values()
            else:
                self._walk.value()
        if not seen or not self._kind:
            raise bad_line(
                1, "This is no VICS document: it has no context, or no 'value'. Send it as CSV instead."
            )
        self._walk.end()

    def _see_context(self, text: Any) -> None:
        found = _profile.search(text) if isinstance(text, str) else None
        if found is None:
            raise bad_line(
                self._walk.line, "The context is none of VICS 1.2, 1.3 or 2.0. Send it as CSV instead."
            )
        self._profile = f"vics:{(found[2] or found[1]).lower()}"
        self._kind = found[3].lower()

    def _values(self) -> Iterator[Item]:
        for _ in self._walk.places():
            if self._kind == "media" or self._walk.peek() != "{":
                yield self._media()
            else:
                yield from self._case()

    def _case(self) -> Iterator[Item]:
        """A case member by member, because its media may be gigabytes."""
        for name in self._walk.names():
            if name.value == "Media" and self._walk.peek() == "[":
                for _ in self._walk.places():
                    yield self._media()
            else:
                self._walk.value()

    def _media(self) -> Item:
        found = self._walk.entry()
        if found.problem or not isinstance(found.value, dict):
            return BadRow(found.line, found.problem or NO_OBJECT)
        try:
            return self._said({name.lower(): value for name, value in found.value.items()}, found.line)
        except BadInput as problem:
            return BadRow(found.line, problem.message)

    def _said(self, media: Mapping[str, Any], line: int) -> Item:
        addresses = checked_addresses(_places(media))
        hashes = normal_hashes(_stated_hashes(media))
        if not (addresses or hashes):
            return BadRow(line, NOTHING)
        category = _text(media.get("category"))
        return BatchEntry(
            line=line,
            addresses=addresses,
            hashes=hashes,
            severity=category[:10],
            scheme=self._profile if category else "",
            reference=reference_of(_text(media.get("mediaid"))),
            known_series=bool(_text(media.get("series")).strip()) or None,
        )


def _places(media: Mapping[str, Any]) -> list[str]:
    files = media.get("mediafiles")
    rows = files[:MOST_PLACES] if isinstance(files, list) else []
    paths = [
        _text(row.get(name)) for row in rows if isinstance(row, dict) for name in ("FilePath", "FileName")
    ]
    paths.append(_text(media.get("relativefilepath")))
    return [path for path in paths if _address.match(path.strip())]


def _stated_hashes(media: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(kind, _text(media.get(name))) for name, kind in _hashes.items()]
    others = media.get("alternativehashes")
    for other in others if isinstance(others, list) else ():
        if isinstance(other, dict) and (name := algorithm_of(_text(other.get("HashName")))) in (
            *_hashes,
            "pdq",
        ):
            found.append((name, _text(other.get("HashValue"))))
    return found


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
