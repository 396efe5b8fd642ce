"""Reading lists."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, QuerySet

from openhotline_server.lists.models import Edition, Entry, HashList
from openhotline_server.lists.operations import OWN_LIST


def list_lists() -> QuerySet[HashList]:
    """Every list, ours first."""
    return HashList.objects.order_by("-origin", "name")


def find_own_list() -> HashList | None:
    """Our own list, once anything was published."""
    return HashList.objects.filter(name=OWN_LIST).first()


def find_edition(hash_list: HashList) -> Edition | None:
    """The edition in force."""
    return Edition.objects.filter(hash_list=hash_list).order_by("-number").first()


def entries_in_force(hash_list: HashList | None = None) -> QuerySet[Entry]:
    """What is on a list now; on every list where none is named."""
    entries = Entry.objects.filter(withdrawn_in=None).select_related("hash_list")
    return entries.filter(hash_list=hash_list) if hash_list else entries


def entries_ever(hash_list: HashList) -> Iterator[Entry]:
    """Every entry a list ever had, by hash; for each hash the one in force first, then the last that went."""
    entries = Entry.objects.filter(hash_list=hash_list).select_related("added_in", "withdrawn_in")
    order = (F("withdrawn_in__number").desc(nulls_first=True), "-pk")
    return entries.order_by("algorithm", "value", *order).iterator(chunk_size=2000)


def entries_of_source(reference: str) -> QuerySet[Entry]:
    """Entries in force that came from one item of ours."""
    return entries_in_force().filter(source_reference=reference)
