"""Reading lists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet

from openhotline.errors import NotFound
from openhotline_server.lists.models import (
    Edition,
    Entry,
    EntrySource,
    HashList,
    Loading,
    RejectedRow,
)
from openhotline_server.lists.newest import find_newest
from openhotline_server.lists.operations import OWN_LIST


def list_lists() -> QuerySet[HashList]:
    """Every list, ours first."""
    return HashList.objects.order_by("-origin", "name")


def list_in_force() -> list[tuple[HashList, Edition]]:
    """Every list that may match now, ours first, with its edition."""
    editions = {e.hash_list_id: e for e in Edition.objects.filter(pk__in=_last(Edition))}
    found = list_lists().filter(state=HashList.State.IN_FORCE)
    return [(one, editions[one.pk]) for one in found if one.pk in editions]


@dataclass(frozen=True)
class Overview:
    """One list in a row: its edition in force and its last loading, None where there is none yet."""

    list: HashList
    edition: Edition | None
    loading: Loading | None


def list_overviews() -> list[Overview]:
    """Every list, ours first, with its edition and its last loading. Three queries, however many lists."""
    editions = {e.hash_list_id: e for e in Edition.objects.filter(pk__in=_last(Edition))}
    loadings = {one.hash_list_id: one for one in Loading.objects.filter(pk__in=_last(Loading))}
    return [Overview(one, editions.get(one.pk), loadings.get(one.pk)) for one in list_lists()]


def _last(model: type[Edition] | type[Loading]) -> QuerySet[Any]:
    """The key of each list's newest row."""
    rows: QuerySet[Any] = model.objects.order_by().values("hash_list").annotate(last=Max("pk"))
    return rows.values("last")


def get_list(code: uuid.UUID | str) -> HashList:
    """The list with this code."""
    found = HashList.objects.filter(code=code).first()
    if found is None:
        raise NotFound("There is no list with that code.")
    return found


def get_list_named(name: str) -> HashList:
    """The list with this name."""
    found = HashList.objects.filter(name=name).first()
    if found is None:
        raise NotFound("There is no list of that name. `openhotline lists show` names them all.")
    return found


def find_own_list() -> HashList | None:
    """Our own list, once anything was published."""
    return HashList.objects.filter(name=OWN_LIST).first()


def find_edition(hash_list: HashList) -> Edition | None:
    """The edition in force."""
    return find_newest(hash_list)


def list_editions(hash_list: HashList) -> QuerySet[Edition]:
    """Every edition of a list, the one in force first."""
    return Edition.objects.filter(hash_list=hash_list).order_by("-number")


def entries_in_force(hash_list: HashList | None = None) -> QuerySet[Entry]:
    """What is on a list now; on every list where none is named."""
    entries = Entry.objects.filter(withdrawn_in=None).select_related("hash_list")
    return entries.filter(hash_list=hash_list) if hash_list else entries


def may_match(*, at: datetime) -> Q:
    """Entries that may match at a moment: neither withdrawn nor expired."""
    return Q(withdrawn_in=None) & (Q(expires_at=None) | Q(expires_at__gt=at))


def are_any_due(*, at: datetime) -> bool:
    """Whether some entry in force has come to its time."""
    return Entry.objects.filter(withdrawn_in=None, expires_at__lte=at).exists()


def entries_ever(hash_list: HashList) -> Iterator[Entry]:
    """Every entry a list ever had, by hash; for each hash the one in force first, then the last that went."""
    entries = Entry.objects.filter(hash_list=hash_list).select_related("added_in", "withdrawn_in")
    order = (F("withdrawn_in__number").desc(nulls_first=True), "-pk")
    return entries.order_by("algorithm", "value", *order).iterator(chunk_size=2000)


def entries_of_source(reference: str) -> QuerySet[Entry]:
    """Entries in force that came from one item of ours."""
    return entries_in_force().filter(source_reference=reference)


def count_sources(entries: Iterable[int]) -> dict[int, int]:
    """How many sources name each of these entries now, by the entry's key; left out where none has a name."""
    rows = EntrySource.objects.filter(entry__in=list(entries), withdrawn_in=None).order_by()
    return dict(rows.values_list("entry").annotate(n=Count("pk")))


def list_sources(entry: Entry) -> QuerySet[EntrySource]:
    """Who names an entry now."""
    return EntrySource.objects.filter(entry=entry, withdrawn_in=None).order_by("reference")


def kinds_in_force(hash_list: HashList) -> dict[str, int]:
    """How many entries of each algorithm are in force."""
    rows = Entry.objects.filter(hash_list=hash_list, withdrawn_in=None).order_by("algorithm")
    return dict(rows.values_list("algorithm").annotate(n=Count("pk")))


def list_loadings(hash_list: HashList) -> QuerySet[Loading]:
    """Every loading of a list, newest first."""
    return Loading.objects.filter(hash_list=hash_list).select_related("edition").order_by("-pk")


def get_loading(code: uuid.UUID | str) -> Loading:
    """The loading with this code."""
    found = Loading.objects.select_related("hash_list", "edition").filter(code=code).first()
    if found is None:
        raise NotFound("There is no loading with that code.")
    return found


def find_open_loading(hash_list: HashList) -> Loading | None:
    """The loading that is being read, or waits for a person."""
    open_ones = Loading.objects.filter(hash_list=hash_list, state__in=Loading.OPEN)
    return open_ones.select_related("hash_list").first()


def find_last_position(hash_list: HashList, *, origin_digest: str) -> dict[str, Any] | None:
    """Where the last loading of a feed that came into force had read to; the next one goes on there."""
    done = Loading.objects.filter(
        hash_list=hash_list, origin_digest=origin_digest, state=Loading.State.DONE
    ).order_by("-pk")
    last = done.first()
    return last.position if last else None


def list_rejected(loading: Loading) -> QuerySet[RejectedRow]:
    """The rows that could not be taken, by line."""
    return RejectedRow.objects.filter(loading=loading).order_by("line", "pk")


def list_alarms() -> list[HashList]:
    """Lists that wait for a person: set aside, or with a loading that stopped. ``problem`` says why."""
    stopped = Loading.objects.filter(state=Loading.State.STOPPED).values("hash_list")
    waiting = HashList.objects.filter(Q(state=HashList.State.SET_ASIDE) | Q(pk__in=stopped))
    return list(waiting.order_by("name"))


def list_not_compared() -> QuerySet[Edition]:
    """Editions of lists in force whose changes were not compared with all that is held, oldest first."""
    rows = Edition.objects.filter(compared_at=None, hash_list__state=HashList.State.IN_FORCE)
    return rows.select_related("hash_list").order_by("pk")
