"""Editions of a list. Entries come and go with a numbered edition, never by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record
from openhotline_server.lists.index import update_after_commit
from openhotline_server.lists.models import Edition, Entry, HashList


@dataclass(frozen=True)
class NewEntry:
    """An entry about to be added. ``value`` has the normal form of its algorithm."""

    algorithm: str
    value: str
    quality: int | None = None
    mode: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ai: str = ""
    source_reference: str = ""
    media: str = "image"
    tags: Sequence[str] = ()


@transaction.atomic
def load_edition(
    *, hash_list: HashList, add: Sequence[NewEntry], withdraw: Sequence[Entry], actor: str, at: datetime
) -> Edition:
    """Make the next edition: ``add`` comes into force, ``withdraw`` goes out. Entries already in force stay."""
    edition = next_edition(hash_list, actor=actor, at=at)
    keys = [e.pk for e in withdraw]
    gone = Entry.objects.filter(pk__in=keys, withdrawn_in=None).update(withdrawn_in=edition)
    Entry.objects.bulk_create(
        [_entry(hash_list, edition, new) for new in add], ignore_conflicts=True, batch_size=500
    )
    came = Entry.objects.filter(added_in=edition).count()
    close_edition(edition, hash_list, added=came, withdrawn=gone)
    return edition


def next_edition(hash_list: HashList, *, actor: str, at: datetime) -> Edition:
    """The next edition, still without its numbers. The list's row is locked, so that there is one at a time."""
    HashList.objects.select_for_update().get(pk=hash_list.pk)
    last = Edition.objects.filter(hash_list=hash_list).order_by("-number").first()
    return Edition.objects.create(
        hash_list=hash_list,
        number=(last.number if last else 0) + 1,
        entries=last.entries if last else 0,
        loaded_at=at,
        loaded_by=actor,
    )


def close_edition(edition: Edition, hash_list: HashList, *, added: int, withdrawn: int) -> None:
    """Write down what an edition changed; once that is committed, bring the list's index up to it."""
    edition.added, edition.withdrawn = added, withdrawn
    edition.entries += added - withdrawn
    edition.save(update_fields=["added", "withdrawn", "entries"])
    record(
        actor=edition.loaded_by,
        at=edition.loaded_at,
        event=Event.EDITION_PUBLISHED,
        subject=hash_list.subject,
        details={
            "edition": edition.number,
            "added": added,
            "withdrawn": withdrawn,
            "entries": edition.entries,
        },
    )
    update_after_commit(hash_list)


@transaction.atomic
def let_expired_go(*, at: datetime) -> list[Edition]:
    """Withdraw every entry whose time has come, one edition for each list that has any."""
    due = Entry.objects.filter(withdrawn_in=None, expires_at__lte=at)
    lists = HashList.objects.filter(pk__in=due.order_by().values_list("hash_list").distinct())
    made = []
    for hash_list in lists.exclude(state=HashList.State.ENDED):
        edition = next_edition(hash_list, actor=SYSTEM, at=at)
        gone = due.filter(hash_list=hash_list).update(withdrawn_in=edition)
        close_edition(edition, hash_list, added=0, withdrawn=gone)
        made.append(edition)
    return made


@transaction.atomic
def note_compared(*, edition: Edition, at: datetime) -> None:
    """Write down that everything held was compared with what an edition changed."""
    Edition.objects.filter(pk=edition.pk).update(compared_at=at)


def _entry(hash_list: HashList, edition: Edition, new: NewEntry) -> Entry:
    return Entry(
        hash_list=hash_list,
        added_in=edition,
        algorithm=new.algorithm,
        value=new.value.lower() if new.media != "address" else new.value,
        quality=new.quality,
        mode=new.mode,
        facts=dict(new.facts),
        grades={code: dict(grade) for code, grade in new.grades.items()},
        ai=new.ai,
        source_reference=new.source_reference,
        media=new.media,
        tags=list(new.tags),
    )
