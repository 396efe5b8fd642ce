"""A feed as a VICS hash set: what stands on it now. The receiver replaces the whole set, so what went is not in it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from typing import TextIO

from openhotline.errors import BadInput
from openhotline.exchange import vics
from openhotline_server.sharing.models import Feed, FeedLine, Publication
from openhotline_server.sharing.queries import newest_lines
from openhotline_server.sharing.streams import iterated


def write_vics(stream: TextIO, feed: Feed, categories: vics.Categories | None, *, now: datetime) -> int:
    """Write it; return how many files it has. Raises Refused for categories that nobody confirmed."""
    if feed.content != Feed.Content.HASHES:
        raise BadInput("This feed holds addresses, and VICS is for files. Export it as csv or json.")
    with closing(_media(feed, now=now)) as media:
        return vics.write_hash_set(stream, media, categories)


def _media(feed: Feed, *, now: datetime) -> Generator[vics.Media]:
    rows = newest_lines(feed, now=now).filter(act=Publication.Act.PUBLISHED)
    with closing(iterated(rows)) as found:
        for line in found:
            yield _one(line)


def _one(line: FeedLine) -> vics.Media:
    document = line.publication.document
    hashes = {name: hash_["value"] for name, hash_ in document["hashes"].items()}
    return vics.Media(
        number=line.sequence,
        updated_at=line.at,
        md5=hashes.get("md5", ""),
        sha1=hashes.get("sha1", ""),
        sha256=hashes.get("sha256", ""),
        pdq=hashes.get("pdq", ""),
        grades=document["grades"],
        ai=document["ai"],
    )
