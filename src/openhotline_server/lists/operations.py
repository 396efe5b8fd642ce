"""Lists and their editions. Entries come and go with a numbered edition, never by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.lists.models import Edition, Entry, HashList

OWN_LIST = "own"


@dataclass(frozen=True)
class NewEntry:
    """An entry about to be added. ``value`` is lower-case hexadecimal."""

    algorithm: str
    value: str
    quality: int | None = None
    mode: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ai: str = ""
    source_reference: str = ""


@transaction.atomic
def ensure_own_list(*, at: datetime) -> HashList:
    """Our own list, made at its first use."""
    own, _ = HashList.objects.get_or_create(
        name=OWN_LIST,
        defaults={"title": "Our own list", "origin": HashList.Origin.OWN, "created_at": at},
    )
    return own


@transaction.atomic
def load_edition(
    *, hash_list: HashList, add: Sequence[NewEntry], withdraw: Sequence[Entry], actor: str, at: datetime
) -> Edition:
    """Make the next edition: ``add`` comes into force, ``withdraw`` goes out. Entries already in force stay."""
    HashList.objects.select_for_update().get(pk=hash_list.pk)
    last = Edition.objects.filter(hash_list=hash_list).order_by("-number").first()
    edition = Edition.objects.create(
        hash_list=hash_list, number=(last.number if last else 0) + 1, entries=0, loaded_at=at, loaded_by=actor
    )
    Entry.objects.filter(pk__in=[e.pk for e in withdraw], withdrawn_in=None).update(withdrawn_in=edition)
    Entry.objects.bulk_create(
        [_entry(hash_list, edition, new) for new in add], ignore_conflicts=True, batch_size=500
    )
    edition.entries = Entry.objects.filter(hash_list=hash_list, withdrawn_in=None).count()
    edition.save(update_fields=["entries"])
    record(
        actor=actor,
        at=at,
        event=Event.EDITION_PUBLISHED,
        subject=f"list:{hash_list.code}",
        details={
            "edition": edition.number,
            "added": len(add),
            "withdrawn": len(withdraw),
            "entries": edition.entries,
        },
    )
    return edition


def _entry(hash_list: HashList, edition: Edition, new: NewEntry) -> Entry:
    return Entry(
        hash_list=hash_list,
        added_in=edition,
        algorithm=new.algorithm,
        value=new.value.lower(),
        quality=new.quality,
        mode=new.mode,
        facts=dict(new.facts),
        grades={code: dict(grade) for code, grade in new.grades.items()},
        ai=new.ai,
        source_reference=new.source_reference,
    )
