"""A peer's feed on its way into a list: fetched portion by portion, each staged with the checkpoint that follows it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from openhotline.exchange.sources import NCMEC, HashSource
from openhotline_server.lists import operations, queries
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.pipeline.loading import Progress, finish, reading

Clock = Callable[[], datetime]


def fetch_list(
    *,
    hash_list: HashList,
    source: HashSource,
    actor: str,
    clock: Clock,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Loading | None:
    """Fetch what a peer's feed says since the last time, and bring it into force; None where it says nothing new.

    Stopped at any moment, it goes on behind the last portion that was staged. A feed that asks to be read from its
    beginning replaces the whole list. Answers as :func:`openhotline_server.pipeline.loading.load_file` does.
    """
    origin = hashlib.sha256(f"{source.protocol}\n{source.base}\n{source.user}".encode()).hexdigest()
    loading = queries.find_open_loading(hash_list)
    begun = (
        loading.position
        if loading and loading.origin_digest == origin
        else queries.find_last_position(hash_list, origin_digest=origin)
    )
    for portion in source.fetch(begun, at=clock()):
        if portion.begins and loading is not None and loading.origin_digest == origin:
            operations.abandon_loading(loading=loading, reason="it is read anew", actor=actor, at=clock())
            loading = None
        loading = operations.begin_loading(
            hash_list=hash_list,
            form=source.protocol,
            origin_digest=origin,
            incremental=not portion.anew,
            keyed=source.protocol == NCMEC,
            position=begun,
            actor=actor,
            at=clock(),
        )
        with reading(loading, actor=actor, clock=clock):
            loading = operations.stage_rows(
                loading=loading, rows=portion.rows, position=portion.checkpoint, at=clock()
            )
        progress(Progress(loading.rows, loading.bad_rows))
        if loading.state == Loading.State.STOPPED:
            return loading
    if loading is None:
        return None
    with reading(loading, actor=actor, clock=clock):
        return finish(loading=loading, actor=actor, clock=clock)
