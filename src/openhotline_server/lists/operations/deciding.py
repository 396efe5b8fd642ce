"""Loadings that need a person's word, and those that end without an edition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput, Conflict
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.lists.operations.merging import drop_staged


def stop_loading(loading: Loading, problem: str, *, at: datetime) -> Loading:
    """Let a loading wait for a person. Call it inside a transaction."""
    loading.state, loading.problem = Loading.State.STOPPED, problem
    loading.save(update_fields=["state", "problem"])
    _tell(loading, Event.LOADING_STOPPED, {"problem": problem}, actor=loading.started_by, at=at)
    return loading


@transaction.atomic
def accept_loading(*, loading: Loading, reason: str, actor: str, at: datetime) -> Loading:
    """Let a stopped loading go on in spite of what stopped it, by a person's word."""
    if len(reason.strip()) < 5:
        raise BadInput("Accepting a stopped loading needs a reason. Write why its rows are in order.")
    _decided(loading, Loading.State.READING, accepted=True, problem="")
    _tell(loading, Event.LOADING_ACCEPTED, {"reason": reason.strip()[:300]}, actor=actor, at=at)
    return Loading.objects.select_related("hash_list").get(pk=loading.pk)


@transaction.atomic
def abandon_loading(*, loading: Loading, reason: str, actor: str, at: datetime) -> None:
    """Give an open loading up. The edition in force stays; :func:`clear_staging` takes the staged rows away."""
    _decided(loading, Loading.State.ABANDONED, finished_at=at, problem=reason.strip()[:300])
    _tell(loading, Event.LOADING_ABANDONED, {"reason": reason.strip()[:300]}, actor=actor, at=at)


@transaction.atomic
def fail_loading(*, loading: Loading, problem: str, actor: str, at: datetime) -> None:
    """End a loading whose file or feed cannot be taken as a whole. The edition in force stays."""
    _decided(loading, Loading.State.FAILED, finished_at=at, problem=problem[:300])
    _tell(loading, Event.LOADING_FAILED, {"problem": problem[:300]}, actor=actor, at=at)


def clear_staging(*, hash_list: HashList) -> None:
    """Take away the staged rows of loadings that have ended, a part in each transaction."""
    ended = Loading.objects.filter(hash_list=hash_list).exclude(state__in=Loading.OPEN)
    for loading in ended.filter(pk__in=ended.order_by("-pk").values("pk")[:20]):
        while drop_staged(loading):
            pass


def _decided(loading: Loading, state: Loading.State, **changes: object) -> None:
    if not Loading.objects.filter(pk=loading.pk, state__in=Loading.OPEN).update(state=state, **changes):
        raise Conflict("This loading has ended already.")


def _tell(loading: Loading, event: Event, details: Mapping[str, object], *, actor: str, at: datetime) -> None:
    told = {"loading": str(loading.code), "rows": loading.rows, "bad_rows": loading.bad_rows, **details}
    record(actor=actor, at=at, event=event, subject=loading.hash_list.subject, details=told)
