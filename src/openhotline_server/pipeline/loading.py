"""A file or a feed on its way into a list: read, staged chunk by chunk, brought into force, compared with all held."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from openhotline.errors import BadInput, WrongUsage
from openhotline.hashlists import FORMS, BadRow, Position, Row, read_rows, sniff
from openhotline_server.lists import operations, queries
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.pipeline.retro_tasks import compare_after_commit

Clock = Callable[[], datetime]

CHUNK = 5000
"""Rows in one transaction: about 2 MB, and nothing that a person waits for behind the same database."""

HEAD = 65536
"""Bytes from which a file's form is told."""


@dataclass(frozen=True)
class Progress:
    """Where a loading stands: rows read, of which bad; bytes of the file behind, of all, where that is known."""

    rows: int
    bad_rows: int
    done: int = 0
    total: int | None = None


def load_file(
    *,
    hash_list: HashList,
    path: Path,
    form: str | None = None,
    incremental: bool = False,
    actor: str,
    clock: Clock,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Loading:
    """Load a file into a list. Run again after any interruption, it goes on where it stopped.

    Answers with the loading: DONE, or STOPPED for a person. Raises BadInput where the file as a whole cannot be
    taken; the edition before stays in force. A whole list that is in force already is not read again.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        standing = None if incremental else _in_force_already(hash_list, digest)
        if standing is not None:
            return standing
        loading = operations.begin_loading(
            hash_list=hash_list,
            form=form_of(stream, named=form),
            origin_digest=digest,
            incremental=incremental,
            actor=actor,
            at=clock(),
        )
        total = path.stat().st_size
        with reading(loading, actor=actor, clock=clock):
            stream.seek(0)
            start = Position.from_json(loading.position) if loading.position else None
            rows = read_rows(stream, form=loading.form, start=start)
            return load_rows(
                loading=loading,
                rows=rows,
                position=lambda: rows.position.as_json(),
                actor=actor,
                clock=clock,
                progress=lambda step: progress(Progress(step.rows, step.bad_rows, rows.bytes_done, total)),
            )


def load_rows(
    *,
    loading: Loading,
    rows: Iterable[Row | BadRow],
    position: Callable[[], Mapping[str, Any] | None],
    actor: str,
    clock: Clock,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Loading:
    """Stage all rows of any source, then bring them into force. ``position`` is asked after each chunk.

    What a source raises leaves the loading open, to go on with later; where its content is to blame, the caller
    ends it with :func:`openhotline_server.lists.operations.fail_loading`, as :func:`reading` does.
    """
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        loading = operations.stage_rows(loading=loading, rows=chunk, position=position(), at=clock())
        progress(Progress(loading.rows, loading.bad_rows))
        if loading.state == Loading.State.STOPPED:
            return loading
    return finish(loading=loading, actor=actor, clock=clock)


def finish(*, loading: Loading, actor: str, clock: Clock) -> Loading:
    """Bring what was staged into force, and let the worker compare it with everything held."""
    with transaction.atomic():
        loading = operations.finish_loading(loading=loading, actor=actor, at=clock())
        if loading.edition is not None:
            compare_after_commit(loading.hash_list)
    operations.clear_staging(hash_list=loading.hash_list)
    return loading


def form_of(stream: BinaryIO, *, named: str | None = None) -> str:
    """The form of an open file: the ``named`` one, else by its first bytes; raises BadInput where they fit none."""
    if named is not None and named not in FORMS:
        raise WrongUsage(f"There is no form of that name. Use one of: {', '.join(FORMS)}.")
    stream.seek(0)
    found = named or sniff(stream.read(HEAD))
    if found is None:
        raise BadInput(f"The form of this file is not known. Name it with --form: {', '.join(FORMS)}.")
    return found


@contextmanager
def reading(loading: Loading, *, actor: str, clock: Clock) -> Iterator[None]:
    """End a loading whose content turns out not to be takeable; an interruption leaves it open."""
    try:
        yield
    except BadInput as problem:
        operations.fail_loading(loading=loading, problem=problem.message, actor=actor, at=clock())
        operations.clear_staging(hash_list=loading.hash_list)
        raise


def _in_force_already(hash_list: HashList, digest: str) -> Loading | None:
    """The last loading, if it brought this very file into force and nothing changed the list since."""
    last = queries.list_loadings(hash_list).first()
    newest = queries.find_edition(hash_list)
    if last is None or newest is None or last.state != Loading.State.DONE or last.incremental:
        return None
    assert last.finished_at is not None
    unchanged = newest.loaded_at <= last.finished_at
    return last if last.origin_digest == digest and unchanged else None
