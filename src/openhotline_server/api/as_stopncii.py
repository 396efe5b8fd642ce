"""A feed's lines as StopNCII's protocol shows them.

A record is about one value, and ours are about items: two pictures may have one PDQ hash. So a value is withdrawn
only when nothing else in the feed still shows it. A withdrawal says NotBlocked too, because the peers' own client
looks for it: it keeps what is only ``Withdrawn``, and shows the value as disputed when it finds the opinion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from openhotline.exchange import stopncii
from openhotline_server.sharing import spans
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.spans import Line

UNITED_KINGDOM = "gb-eng"
SILENT = ("", "unknown")
Value = tuple[stopncii.Signal, str]


def shown(
    feed: Feed, lines: list[Line], *, last: int, begins: bool, since: datetime | None = None
) -> list[stopncii.Record]:
    """Return the records that lines give, up to a feed's line ``last``.

    Whoever ``begins`` holds nothing yet: it is not given the values of what was withdrawn, which may be innocent. Nor
    is a partner that could read the feed only ``since`` later, when it goes on with a first fetch that broke off.
    """
    published = [line for line in lines if not line.withdrawn]
    records = [_active(line, value) for line in published for value in values(line)]
    held = [] if begins else [line for line in lines if since is None or line.at >= since]
    return records + list(_withdrawn(feed, held, last))


def tags(document: Mapping[str, Any], deciding: str) -> list[str]:
    """Return ``category:X`` where the deciding jurisdiction is that of the letters, and ``ai:code``.

    No other jurisdiction's letter is put there, and where a rule is silent, nothing is.
    """
    found = []
    grade = document.get("grades", {}).get(UNITED_KINGDOM, {}).get("grade")
    if deciding == UNITED_KINGDOM and grade:
        found.append(f"category:{grade}")
    ai = document.get("ai", "")
    return found if ai in SILENT else [*found, f"ai:{ai}"]


def values(line: Line) -> list[Value]:
    """Return what this protocol can say of a line: a picture's PDQ hash, a film's MD5, a page's address."""
    document = line.document
    hashes, address = document.get("hashes", {}), document.get("address", {})
    found = []
    if document.get("media") == "video":
        found += [(stopncii.Signal.VIDEO_MD5, hashes["md5"]["value"])] if "md5" in hashes else []
    elif "pdq" in hashes:
        found.append((stopncii.Signal.IMAGE_PDQ, hashes["pdq"]["value"]))
    if address.get("kind") == "url":
        found.append((stopncii.Signal.URL, address["value"]))
    return found


def _withdrawn(feed: Feed, lines: list[Line], last: int) -> Iterator[stopncii.Record]:
    """What went: the values of withdrawn lines, and those that a thing had and has no longer."""
    before = spans.earlier(feed, lines)
    gone = {
        value: line
        for line in lines
        for value in _values_ever(line, before.get(line.reference, []))
        if line.withdrawn or value not in values(line)
    }
    still = spans.showing(feed, {text for _, text in gone}, last=last)
    for (signal, text), line in gone.items():
        other = still.get(text)
        yield _active(other, (signal, text)) if other else _gone(line, (signal, text))


def _values_ever(line: Line, before: list[Line]) -> set[Value]:
    return {value for each in (*before, line) for value in values(each)}


def _active(line: Line, value: Value) -> stopncii.Record:
    return stopncii.Record(
        at=line.at,
        signal=value[0],
        value=value[1],
        status=stopncii.Status.ACTIVE,
        case=line.reference,
        source=settings.HOTLINE_NAME,
        opinion=stopncii.Opinion.BLOCKED,
        tags=tags(line.document, settings.JURISDICTIONS[0]),
    )


def _gone(line: Line, value: Value) -> stopncii.Record:
    return stopncii.Record(
        at=line.at,
        signal=value[0],
        value=value[1],
        status=stopncii.Status.WITHDRAWN,
        case=line.reference,
        source=settings.HOTLINE_NAME,
        opinion=stopncii.Opinion.NOT_BLOCKED,
    )
