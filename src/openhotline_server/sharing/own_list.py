"""A feed as a file in our own format: every entry in force, and a tombstone for every one that went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from typing import TextIO

from openhotline import hashlists
from openhotline_server.lists.models import Entry
from openhotline_server.lists.queries import entries_ever
from openhotline_server.sharing import address_list
from openhotline_server.sharing.feeds import selection_of
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.queries import out_until
from openhotline_server.sharing.rules import Selection


def write_csv(stream: TextIO, feed: Feed, edition: int, published_at: datetime, *, now: datetime) -> None:
    """The feed as CSV; its columns stand in ``docs/reference/hash-list-format.md``."""
    write_table(stream, feed, now=now)


def write_table(stream: TextIO, feed: Feed, *, now: datetime) -> None:
    """The same, which does not say of which edition it is: sorted by algorithm and value."""
    if feed.content == Feed.Content.ADDRESSES:
        address_list.write_csv(stream, feed, now=now)
    else:
        hashlists.write_csv(stream, _entries(feed, now=now))


def write_json(stream: TextIO, feed: Feed, edition: int, published_at: datetime, *, now: datetime) -> None:
    """The feed as JSON, one line an entry, with its edition and time."""
    if feed.content == Feed.Content.ADDRESSES:
        address_list.write_json(stream, feed, edition, published_at, now=now)
        return
    hashlists.write_json(
        stream, name=feed.name, edition=edition, published_at=published_at, entries=_entries(feed, now=now)
    )


def _entries(feed: Feed, *, now: datetime) -> Iterator[hashlists.Entry]:
    """One entry for each hash that the feed shows or ever showed."""
    selection, until = selection_of(feed), out_until(feed, now=now)
    ever = (e for e in entries_ever(feed.hash_list) if e.added_in.loaded_at <= until)
    for _, standings in groupby(ever, key=lambda e: (e.algorithm, e.value)):
        shown = _shown(list(standings), selection, until)
        if shown is not None:
            yield shown


def _shown(standings: list[Entry], selection: Selection, until: datetime) -> hashlists.Entry | None:
    """A hash as the feed shows it: in force, or the tombstone of what the feed showed once; None if it never did."""
    taken = [e for e in standings if selection.takes({"grades": e.grades, "ai": e.ai})]
    if not taken:
        return None
    newest = taken[0]
    if newest.withdrawn_in is None or newest.withdrawn_in.loaded_at > until:
        return _listed(newest)
    return hashlists.Entry(
        newest.algorithm, newest.value, newest.withdrawn_in.number, status=hashlists.Status.WITHDRAWN
    )


def _listed(entry: Entry) -> hashlists.Entry:
    grades = {
        code: hashlists.Grade(outcome=g["outcome"], grade=g["grade"], edition=g["edition"])
        for code, g in entry.grades.items()
        if g["outcome"]  # where a jurisdiction's rule is silent, nothing is exported
    }
    return hashlists.Entry(
        entry.algorithm, entry.value, entry.added_in.number, quality=entry.quality, grades=grades, ai=entry.ai
    )


Writer = Callable[..., None]
FORMS: dict[str, Writer] = {"csv": write_csv, "json": write_json}
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
