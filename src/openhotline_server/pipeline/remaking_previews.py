"""Previews that are missing or damaged are made anew from the originals, by the confined decoder as at first.

Without its preview an item leaves an empty place on a reader's sheet, and she grades what she does not see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction

from openhotline.errors import Damaged, Destroyed, NotFound
from openhotline.media import confined
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.operations import keep_previews
from openhotline_server.findings.answers import LOOK_ENTRY, found_in
from openhotline_server.findings.queries import list_shown
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import Entry, record_many
from openhotline_server.pipeline.looking import LOOK

AT_ONCE = 64
Clock = Callable[[], datetime]


@dataclass
class Remade:
    """How many previews there should be, how many were made anew, and the items of which none can be made."""

    previews: int = 0
    remade: int = 0
    lost: list[Item] = field(default_factory=list)


def remake_previews(*, actor: str, clock: Clock, progress: Callable[[int], None] = lambda _: None) -> Remade:
    """Open every preview; make those that do not open anew. Cut short, run it again. Takes as long as reading them."""
    done = Remade()
    with confined.Pool(LOOK_ENTRY, workers=1) as pool:
        replies = pool.map((item, data, LOOK) for item, data in _originals(done, progress))
        while part := dict(islice(replies, AT_ONCE)):
            made = {item: found_in(reply)[1] for item, reply in part.items()}
            whole = {item: preview for item, preview in made.items() if preview}
            done.lost += [item for item in made if item not in whole]
            done.remade += len(whole)
            keep_previews(whole)
            entries = [Entry(Event.PREVIEW_REMADE, item.subject, {}) for item in whole]
            with transaction.atomic():
                record_many(actor=actor, at=clock(), entries=entries)
    return done


def _originals(done: Remade, progress: Callable[[int], None]) -> Iterator[tuple[Item, bytes]]:
    """The originals of items whose preview does not open."""
    for item in _without_preview(done, progress):
        try:
            yield item, evidence.original(item)
        except (Damaged, NotFound):
            done.lost.append(item)
        except Destroyed:
            continue


def _without_preview(done: Remade, progress: Callable[[int], None]) -> Iterable[Item]:
    for item in list_shown().iterator(chunk_size=2000):
        done.previews += 1
        progress(done.previews)
        try:
            evidence.preview(item)
        except (Damaged, NotFound):
            yield item
        except Destroyed:
            continue
