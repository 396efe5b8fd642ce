"""VICS 2.0 JSON, and its forerunners 1.3 and 1.2, as rows: hash sets and case documents.

The data model is shared under agreement only, so this follows what open readers and writers do (IPED, GLEAPP,
C4All): compatible, not certified. Counts and precategorisation in a document are not believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from openhotline.errors import BadInput
from openhotline.hashlists.byte_lines import go_to
from openhotline.hashlists.cells import NO_VALUE, moment_of, printable, reference_of, tags_of
from openhotline.hashlists.columns import algorithm_of
from openhotline.hashlists.hash_list import bad_line
from openhotline.hashlists.json_walk import Walk, utf8
from openhotline.hashlists.kinds import KINDS, media_of, normal_value, placed
from openhotline.hashlists.rows import BadRow, Batch, Item, Mark, Position, Row, gather
from openhotline.hashlists.vics_categories import Categories

CONTEXTS = ("@odata.context", "odata.metadata", "odata.context")
_context = re.compile(r"DataModels/(\d+(?:\.\d+)*)\.xml(?:/(\w+))?(?:/\$metadata)?#(\w+)", re.IGNORECASE)
_number = re.compile(r"[0-9]{1,2}", re.ASCII)

UNKNOWN = "unknown"
MEDIA, CASES = "media", "cases"

FLAGS = {
    "victimidentified": "vics:victim-identified",
    "offenderidentified": "vics:offender-identified",
    "isdistributed": "vics:distributed",
    "issuspected": "vics:suspected",
    "selfgenerated": "vics:self-generated",
}
"""Members that are true or, as text, "true"; everything else counts as not said."""

HASHES = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "photodna": "photodna"}
NO_OBJECT = "Here stands no object with named members."

_openings = {MEDIA: '{"value":[null', CASES: '{"value":[{"Media":[null'}
"""What stands before an entry, so that a walk that begins behind one finds itself in the middle of a document."""


def vics_batches(
    stream: BinaryIO, start: Position, *, categories: Categories | None = None
) -> Iterator[Batch]:
    """Read a document from a position."""
    reader = _Reader(stream, start, categories)
    yield from gather(reader.parts(), reader.mark, lambda: reader.walk.offset)


class _Reader:
    """Walks through a document; ``_inside`` is the array in which the walk is."""

    def __init__(self, stream: BinaryIO, start: Position, categories: Categories | None) -> None:
        self._categories = categories
        self._profile = str(start.state.get("profile", ""))
        self._kind = str(start.state.get("kind", ""))
        self._inside = str(start.state.get("inside", ""))
        self._leave_out = bool(start.state)
        if start.state and self._inside not in _openings:
            raise BadInput("The stored position is not of this form. Read the list again from its beginning.")
        before = _openings[self._inside] if start.state else ""
        go_to(stream, start.offset)
        self.walk = Walk(utf8(stream), before=before, offset=start.offset, line=start.line)

    def mark(self) -> Mark:
        """Return the place behind the last entry; before the first one that is the document's beginning."""
        if not self.walk.offset:
            return Mark(0, 1, {})
        state = {"profile": self._profile, "kind": self._kind, "inside": self._inside}
        return Mark(self.walk.offset, self.walk.line, state)

    def parts(self) -> Iterator[list[Item]]:
        """Yield the rows of one entry after the other."""
        seen = False
        for name in self.walk.names():
            if name.value in CONTEXTS:
                self._see_context(self.walk.value().value)
            elif name.value == "value":
                if seen:
                    raise bad_line(name.line, "'value' stands there twice. Keep one.")
                seen = True
                yield from self._elements()
            else:
                self.walk.value()
        if not seen or not self._kind:
            raise bad_line(
                1, "This is no VICS document: it has no context, or no 'value'. Choose the form that it has."
            )
        self.walk.end()

    def _see_context(self, text: Any) -> None:
        found = _context.search(text) if isinstance(text, str) else None
        if found is None:
            raise bad_line(
                self.walk.line, "The context is none of VICS 1.2, 1.3 or 2.0. Choose the form that it has."
            )
        self._profile = (found[2] or found[1]).lower()
        self._kind = found[3].lower()

    def _elements(self) -> Iterator[list[Item]]:
        """Take the array ``value``: of media, of cases, or of what only its members tell."""
        for _ in self.walk.places():
            if self._kind == MEDIA or self.walk.peek() != "{":
                self._inside = MEDIA
                yield self._entry()
            else:
                yield from self._case()

    def _case(self) -> Iterator[list[Item]]:
        """Take one object member by member, since its media may be gigabytes."""
        line, found, has_media = self.walk.line, dict[str, Any](), False
        for name in self.walk.names():
            if name.value == "Media" and self.walk.peek() == "[":
                has_media, self._inside = True, CASES
                for _ in self.walk.places():
                    yield self._entry()
            else:
                found[name.value] = self.walk.value().value
        if not has_media and self._kind != CASES:
            self._inside = MEDIA
            yield self._rows(found, line)

    def _entry(self) -> list[Item]:
        found = self.walk.entry()
        if self._leave_out:
            self._leave_out = False
            return []
        if found.problem or not isinstance(found.value, dict):
            return [BadRow(found.line, found.problem or NO_OBJECT)]
        return self._rows(found.value, found.line)

    def _rows(self, members: Mapping[str, Any], line: int) -> list[Item]:
        media = {name.lower(): member for name, member in members.items()}
        try:
            told = self._told(media, line)
        except BadInput as problem:
            return [BadRow(line, problem.message)]
        if told is None:
            return []
        rows: list[Item] = []
        for algorithm, text in _hashes(media):
            name, medium = placed(algorithm, told.media)
            try:
                rows.append(told._replace(algorithm=name, value=normal_value(algorithm, text), media=medium))
            except BadInput as problem:
                rows.append(BadRow(line, problem.message))
        return rows or [BadRow(line, NO_VALUE)]

    def _told(self, media: Mapping[str, Any], line: int) -> Row | None:
        """Return what the entry says besides its values, or None for one whose category is left out."""
        number = _category(media.get("category"))
        profile, chosen = self._profile or UNKNOWN, self._categories
        tags = [] if number is None else [f"vics:{profile}:{number}"]
        row = Row(
            algorithm="",
            value="",
            line=line,
            media=media_of(_text(media.get("mimetype"))),
            reference=reference_of(_text(media.get("mediaid"))),
            at=moment_of(_text(media.get("dateupdated"))),
        )
        if chosen is not None and chosen.profile == profile and number is not None:
            if number in chosen.left_out:
                return None
            row = row._replace(grades=chosen.grades.get(number, row.grades))
        tags += [tag for flag, tag in FLAGS.items() if media.get(flag) in (True, "true", "True", "TRUE")]
        series = printable(_text(media.get("series")))
        tags += [f"series:{series}"] if series else []
        return row._replace(tags=(*tags, *tags_of(_text(media.get("tags")))))


def _hashes(media: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(kind, _text(media[name])) for name, kind in HASHES.items() if media.get(name) is not None]
    others = media.get("alternativehashes")
    for other in others if isinstance(others, list) else ():
        if isinstance(other, dict):
            algorithm = algorithm_of(_text(other.get("HashName")))
            if algorithm in KINDS and other.get("HashValue") is not None:
                found.append((algorithm, _text(other["HashValue"])))
    return list(dict.fromkeys((algorithm, text) for algorithm, text in found if text))


def _category(value: Any) -> int | None:
    if value is None or value == "":
        return None
    if _number.fullmatch(str(value)) and not isinstance(value, bool):
        return int(value)
    raise BadInput("The category is no whole number from 0 to 99.")


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
