"""VICS-2.0-compatible JSON: what every open reader of it takes. Not certified by anybody.

The data model is shared under agreement only, so this profile was inferred from open readers (IPED's
``HashDBTool``, GLEAPP's ``projectvic.py``) and is the narrowest that satisfies all of them:

1. A hash set has ``@odata.context`` as its first key and ``value`` as its second, and nothing beside them.
2. ``Category`` is a JSON number. MD5 and SHA-1 are upper-case; an unknown one is left out, never null.
3. A flag is the text ``"true"`` or is left out. No object stands inside a media entry but in the known arrays.
4. UTF-8 without a byte-order mark, moments with their time zone, no sign ``|`` in a text.

A document is written entry by entry: a list of millions needs the memory of one entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TextIO

from openhotline.errors import BadInput
from openhotline.exchange.labels import labels
from openhotline.exchange.vics.categories import Categories
from openhotline.exchange.vics.media import Case, Media, Place

MODEL = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml"
HASH_SET = f"{MODEL}/Default/$metadata#Media"
"""IPED takes this one value only."""

APPLICATION = "OpenHotline"


def write_hash_set(stream: TextIO, media: Iterable[Media], categories: Categories | None) -> int:
    """Write a list for tools; return how many entries it has. Without ``categories`` no number is written.

    Raises Refused for categories that nobody confirmed. A file without MD5 and SHA-1 is no entry of a hash set.
    """
    if categories is not None:
        categories.require_confirmed()
    stream.write(json.dumps({"@odata.context": HASH_SET})[:-1] + ', "value": [')
    count = _write_media(stream, (m for m in media if m.md5 or m.sha1), categories)
    stream.write("\n]}\n")
    return count


def write_case(
    stream: TextIO, case: Case, media: Iterable[Media], categories: Categories | None, *, version: str
) -> int:
    """Write a case for the police; return how many files it has. ``version`` is that of this software."""
    if categories is not None:
        categories.require_confirmed()
    country = categories.context if categories else "CUSTOM"
    head = {
        "CaseID": case.id,
        "CaseNumber": case.number,
        "ContactName": case.contact_name,
        "ContactOrganization": case.organisation,
        "ContactEmail": case.email,
        "ContactPhone": case.phone,
        "ContactTitle": case.title,
        "SourceApplicationName": APPLICATION,
        "SourceApplicationVersion": version,
    }
    stream.write(json.dumps({"@odata.context": f"{MODEL}/{country}/$metadata#Cases"})[:-1] + ', "value": [\n')
    stream.write(_json({key: _text(value) for key, value in head.items() if value})[:-1] + ', "Media": [')
    count = _write_media(stream, media, categories)
    stream.write("\n]}\n]}\n")
    return count


def _write_media(stream: TextIO, media: Iterable[Media], categories: Categories | None) -> int:
    count = 0
    numbers = set[int]()
    for found in media:
        if found.number < 1 or found.number in numbers:
            raise BadInput("Two files have one number, or a number is below 1. Number them from 1 on.")
        numbers.add(found.number)
        number = categories.number(found.grades) if categories else None
        entry = dict(chain(_said(found, number), _arrays(found)))
        stream.write((",\n" if count else "\n") + _json(entry))
        count += 1
    return count


def _said(found: Media, category: int | None) -> Iterator[tuple[str, Any]]:
    yield "MediaID", found.number
    if category is not None:
        yield "Category", category
    for name, value in (
        ("MD5", found.md5.upper()),
        ("SHA1", found.sha1.upper()),
        ("PhotoDNA", found.photodna),
    ):
        if value:
            yield name, value
    if found.size is not None:
        yield "MediaSize", found.size
    yield "DateUpdated", _moment(found.updated_at)
    # Always there: a reader that asks for a property beside the hash finds one, even without a category.
    tags = [*labels(found.grades, found.ai), 'openhotline:status="confirmed"']
    texts = {
        "Series": found.series,
        "Tags": ", ".join(tags),
        "Comments": found.comment,
        "MimeType": found.mime,
        "RelativeFilePath": found.relative_path,
    }
    yield from ((name, _text(value)) for name, value in texts.items() if value)
    flags = {
        "VictimIdentified": found.victim_identified,
        "OffenderIdentified": found.offender_identified,
        "IsDistributed": found.distributed,
        "SelfGenerated": found.self_generated,
    }
    yield from ((name, "true") for name, value in flags.items() if value)


def _arrays(found: Media) -> Iterator[tuple[str, Any]]:
    others = [("SHA256", found.sha256.upper()), ("PDQ", found.pdq)]
    if any(value for _, value in others):
        yield "AlternativeHashes", [{"HashName": name, "HashValue": value} for name, value in others if value]
    if found.places:
        yield "MediaFiles", [_place(found, place) for place in found.places]
    if found.exif:
        yield (
            "Exifs",
            [
                {**_md5(found), "PropertyName": _text(name), "PropertyValue": _text(value)}
                for name, value in found.exif.items()
            ],
        )


def _place(found: Media, place: Place) -> dict[str, str]:
    times = {"Created": place.created_at, "Written": place.written_at, "Accessed": place.accessed_at}
    said = {**_md5(found), "FileName": _text(place.name), "FilePath": _text(place.path)}
    return said | {name: _moment(at) for name, at in times.items() if at}


def _md5(found: Media) -> dict[str, str]:
    return {"MD5": found.md5.upper()} if found.md5 else {}


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise BadInput("A moment has no time zone. Pass one that has.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(value: str) -> str:
    """IPED joins texts by this sign."""
    return value.replace("|", " ")


def _json(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False)
