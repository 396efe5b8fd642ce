"""A feed as a file on this machine, for a recipient who takes no feed: handed over by a person."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.db import transaction

from openhotline.errors import BadInput, NotFound
from openhotline.exchange import vics
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.lists.queries import find_edition
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.own_list import FORMS
from openhotline_server.sharing.vics_list import write_vics

VICS = "vics"


def export_feed(
    *, feed: Feed, form: str, out: Path, categories: vics.Categories | None, actor: str, at: datetime
) -> None:
    """Write a feed into a file that is there whole or not at all, readable by its owner only; write that down."""
    new = out.with_name(f".{out.name}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            _write(stream, feed, form, categories, at)
            stream.flush()
            os.fsync(stream.fileno())
        new.rename(out)
    finally:
        new.unlink(missing_ok=True)
    _note(feed, form, actor, at)


def _write(stream: TextIO, feed: Feed, form: str, categories: vics.Categories | None, at: datetime) -> None:
    if form == VICS:
        write_vics(stream, feed, categories, now=at)
        return
    if form not in FORMS:
        raise BadInput(f"There is no form of that name. Use one of: {', '.join((VICS, *FORMS))}.")
    edition = find_edition(feed.hash_list)
    if edition is None and feed.content == Feed.Content.HASHES:
        raise NotFound("Nothing was published yet. Publish confirmed items first.")
    number, loaded_at = (edition.number, edition.loaded_at) if edition else (1, at)
    FORMS[form](stream, feed, number, loaded_at, now=at)


@transaction.atomic
def _note(feed: Feed, form: str, actor: str, at: datetime) -> None:
    record(actor=actor, at=at, event=Event.FEED_EXPORTED, subject=f"feed:{feed.code}", details={"form": form})
