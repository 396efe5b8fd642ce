"""Loadings: rows of a file or a feed are staged in committed chunks, then come into force in one step.

``begin_loading``, ``stage_rows`` as often as there are rows, ``finish_loading``. A process that dies leaves whole
chunks; the same file or feed begun again goes on behind the last of them. Until ``finish_loading`` has committed,
the edition before is in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from openhotline.errors import BadInput, Conflict
from openhotline.hashlists import BadRow, Row
from openhotline_server.lists import rules
from openhotline_server.lists.models import HashList, Loading, RejectedRow, StagedRow
from openhotline_server.lists.operations.clashes import find_clashes
from openhotline_server.lists.operations.deciding import stop_loading
from openhotline_server.lists.operations.editions import close_edition, next_edition
from openhotline_server.lists.operations.merging import merge, renew
from openhotline_server.lists.operations.staging import fault_of, stage

KEPT_REJECTED = 100_000
"""Of one loading. Further bad rows are counted and not named."""

KEYS_AT_ONCE = 5000
"""Keys in one statement; SQLite takes 32,766."""

EMPTY = "There is no entry in it. A list that ends is ended, not emptied. The edition before stays in force."


@transaction.atomic
def begin_loading(
    *,
    hash_list: HashList,
    form: str,
    origin_digest: str,
    incremental: bool = False,
    keyed: bool = False,
    position: Mapping[str, Any] | None = None,
    actor: str,
    at: datetime,
) -> Loading:
    """Begin a loading, or go on with the open one of the same origin.

    ``origin_digest`` is the SHA-256 of a file's content or of a feed's name. ``incremental`` rows add and withdraw;
    else the rows are the whole list. With ``keyed`` the rows of a reference replace the ones it had, as a feed's
    own entry numbers ask for. ``position`` is where a feed's reading begins.
    Raises Conflict while another loading of this list is open or waits for a person.
    """
    hash_list = HashList.objects.select_for_update().get(pk=hash_list.pk)
    if hash_list.is_own:
        raise BadInput("Our own list takes entries by publishing only. Load this into another list.")
    if hash_list.state == HashList.State.ENDED:
        raise Conflict("This list has ended and takes no more editions. Add another list.")
    standing = Loading.objects.filter(hash_list=hash_list, state__in=Loading.OPEN).first()
    if standing is not None:
        return _same(standing, origin_digest, incremental)
    return Loading.objects.create(
        hash_list=hash_list,
        form=form,
        origin_digest=origin_digest,
        incremental=incremental,
        keyed=keyed,
        position=dict(position) if position is not None else None,
        started_at=at,
        started_by=actor,
    )


def _same(standing: Loading, origin_digest: str, incremental: bool) -> Loading:
    if (standing.origin_digest, standing.incremental) != (origin_digest, incremental):
        raise Conflict(
            "Another file or feed is being loaded into this list. Finish it, or give it up with "
            f"`openhotline lists abandon {standing.hash_list.name}`."
        )
    if standing.state == Loading.State.STOPPED:
        raise Conflict(f"{standing.problem} {_decide(standing.hash_list)}")
    return standing


@transaction.atomic
def stage_rows(
    *, loading: Loading, rows: Sequence[Row | BadRow], position: Mapping[str, Any] | None, at: datetime
) -> Loading:
    """Stage one chunk. ``position`` is where reading goes on behind its last row.

    Answers with the loading as it stands: in the state STOPPED, once there are too many bad rows among them, nothing
    more is to be read. Raises Conflict where another process reads the same loading.
    """
    good: list[Row] = []
    bad: list[BadRow] = []
    for row in rows:
        fault = None if isinstance(row, BadRow) else fault_of(row)
        if isinstance(row, BadRow):
            bad.append(row)
        elif fault:
            bad.append(BadRow(row.line, fault))
        else:
            good.append(row)
    loading = _stepped(loading, len(rows), len(bad), position, named=any(row.reference for row in good))
    stage(loading, good, first=loading.rows - len(rows))
    _reject(loading, bad)
    return _stopped_if_bad(loading, at=at, ended=False)


def _stepped(
    loading: Loading, rows: int, bad: int, position: Mapping[str, Any] | None, *, named: bool
) -> Loading:
    """Move a loading on by one chunk, if nobody else did."""
    changes = {
        "rows": loading.rows + rows,
        "bad_rows": loading.bad_rows + bad,
        "position": dict(position) if position is not None else None,
        "named": loading.named or named,
    }
    mine = Loading.objects.filter(pk=loading.pk, rows=loading.rows, state=Loading.State.READING)
    if not mine.update(**changes):
        raise Conflict("This list is being loaded by another process, or its loading was given up.")
    return Loading.objects.select_related("hash_list").get(pk=loading.pk)


@transaction.atomic
def finish_loading(*, loading: Loading, actor: str, at: datetime) -> Loading:
    """Bring everything that was staged into force as the next edition, in one step.

    Answers with the loading as it stands: DONE with its edition, or STOPPED for a person where too many rows were
    bad or too many entries would go. Rows that change nothing make no edition.
    """
    loading = Loading.objects.select_for_update(of=("self",)).select_related("hash_list").get(pk=loading.pk)
    if loading.state != Loading.State.READING:
        raise Conflict("This loading is not being read: it has ended, or it waits for a person.")
    loading = _without_clashes(loading, at=at)
    if loading.state == Loading.State.STOPPED:
        return loading
    if not loading.incremental and not StagedRow.objects.filter(loading=loading, withdrawn=False).exists():
        raise BadInput(EMPTY)
    hash_list = HashList.objects.select_for_update().get(pk=loading.hash_list_id)
    outer = transaction.savepoint()
    edition = next_edition(hash_list, actor=actor, at=at)
    before = edition.entries
    merged = merge(loading, edition, at=at)
    after = before + merged.added - merged.withdrawn
    if not loading.accepted and rules.loses_too_much(
        before=before, after=after, percent=hash_list.withdrawal_percent
    ):
        transaction.savepoint_rollback(outer)
        return stop_loading(loading, f"It would withdraw {before - after:,} of {before:,} entries.", at=at)
    if merged.changes:
        transaction.savepoint_commit(outer)
        close_edition(edition, hash_list, added=merged.added, withdrawn=merged.withdrawn)
        loading.edition = edition
    else:
        transaction.savepoint_rollback(outer)
    renew(loading, at=at)
    return _end(loading, Loading.State.DONE, at=at)


def _reject(loading: Loading, bad: Sequence[BadRow]) -> None:
    """Name bad rows that are counted already."""
    room = max(0, KEPT_REJECTED - (loading.bad_rows - len(bad)))
    RejectedRow.objects.bulk_create(
        [RejectedRow(loading=loading, line=row.line, reason=row.reason[:300]) for row in bad[:room]],
        batch_size=200,
    )


def _without_clashes(loading: Loading, *, at: datetime) -> Loading:
    """Name the rows of a whole list that contradict others, and leave them out. So many that a person has to decide
    stay where they are: she takes them as they stand, or none.
    """
    whole = not (loading.incremental or loading.accepted)
    clashes = list(find_clashes(loading, most=KEPT_REJECTED)) if whole else []
    loading.bad_rows += len(clashes)
    loading.save(update_fields=["bad_rows"])
    _reject(loading, [BadRow(line, reason) for _, line, reason in clashes])
    loading = _stopped_if_bad(loading, at=at, ended=True)
    if loading.state != Loading.State.STOPPED:
        keys = [key for key, _, _ in clashes]
        for first in range(0, len(keys), KEYS_AT_ONCE):
            StagedRow.objects.filter(pk__in=keys[first : first + KEYS_AT_ONCE]).delete()
    return loading


def _stopped_if_bad(loading: Loading, *, at: datetime, ended: bool) -> Loading:
    percent = loading.hash_list.bad_row_percent
    if loading.accepted or not rules.too_many_bad(
        rows=loading.rows, bad=loading.bad_rows, percent=percent, ended=ended
    ):
        return loading
    problem = f"{loading.bad_rows:,} of {loading.rows:,} rows are bad, more than {percent:g} %."
    return stop_loading(loading, problem, at=at)


def _end(loading: Loading, state: Loading.State, *, at: datetime) -> Loading:
    loading.state, loading.finished_at = state, at
    loading.save(update_fields=["state", "finished_at", "edition"])
    return loading


def _decide(hash_list: HashList) -> str:
    name = hash_list.name
    return (
        f"Look with `openhotline lists rejected {name}`, then `openhotline lists accept {name}` or "
        f"`openhotline lists abandon {name}`."
    )
