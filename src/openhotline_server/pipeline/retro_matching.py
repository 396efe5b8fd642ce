"""A list that changed against everything held: new entries find old items, and what rested on withdrawn ones lapses.

Numbered as the code:

1. Matches with entries that were withdrawn are marked, and so their cases' reasons are given anew.
2. New entries are compared with all that is held: digests by a join in the database, PDQ hashes in a stream.
3. Where too much matches at once the list is set aside and everything stops; nothing rests on it then.
4. A list of false positives is asked about everything that matches other lists.
5. Cases of what changed are seen to, and the editions are marked as compared.

Every part is a transaction of its own and may run twice: what was recorded is not recorded again, and editions are
marked last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from openhotline_server.findings import matches
from openhotline_server.findings.operations import record_matches
from openhotline_server.findings.prints import Held, everything_held
from openhotline_server.findings.standing import suppressed_by_gone
from openhotline_server.ledger.events import Event
from openhotline_server.lists import index, queries
from openhotline_server.lists import operations as lists
from openhotline_server.lists.asking import Match
from openhotline_server.lists.models import Edition, Entry, HashList
from openhotline_server.lists.rules import Share
from openhotline_server.pipeline.comparing import (
    PATIENCE,
    AskNear,
    Found,
    Part,
    add_near,
)
from openhotline_server.pipeline.false_positives import ask_false_positives, suppress_again
from openhotline_server.pipeline.flooding import judge
from openhotline_server.pipeline.new_entries import ask_new, found_by_digest
from openhotline_server.pipeline.regrading import regrade

AT_ONCE = 5000
RECORDED_AT_ONCE = 500

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Compared:
    """What came of it: items held, items newly found or lapsed, cases seen to; or that the list was set aside."""

    held: int = 0
    found: int = 0
    lapsed: int = 0
    cases: int = 0
    set_aside: bool = False


def compare(
    *, hash_list: HashList, clock: Clock, progress: Callable[[int], None] = lambda _: None
) -> Compared:
    """Compare what changed on a list since it was last compared with everything held."""
    editions = list(queries.list_not_compared().filter(hash_list=hash_list))
    if not editions:
        return Compared()
    index.catch_up(hash_list, patience=PATIENCE)
    index.merge(hash_list)
    gone, freed = _lapse(editions, at=clock())  # 1
    cases = _see_to(gone, freed, clock=clock)
    hash_list.refresh_from_db()
    if hash_list.purpose == HashList.Purpose.SUPPRESSES:
        changed = suppress_again(at=clock())  # 4
        cases += _see_to(changed, changed, clock=clock)
        done = Compared(found=len(changed), lapsed=len(gone), cases=cases)
    else:
        done = _compare_new(hash_list, editions, clock=clock, progress=progress)  # 2
        done = Compared(done.held, done.found, len(gone), cases + done.cases, done.set_aside)
    if not done.set_aside:
        _mark(hash_list, editions, done, at=clock())  # 5
    return done


@transaction.atomic
def _lapse(editions: list[Edition], *, at: datetime) -> tuple[set[int], set[int]]:
    """Items that lost a match, and items of which a false positive that went gives one back."""
    freed = set(suppressed_by_gone(editions).values_list("item_id", flat=True))
    return matches.lapse(editions=editions, at=at), freed


def _see_to(gone: set[int], come: set[int], *, clock: Clock) -> int:
    """See to the cases of items that may have lost matches, and of those that may have won some."""
    seen = regrade(items=gone | come, lapsed=True, at=clock())
    regrade(items=come, at=clock())
    return seen


@transaction.atomic
def _mark(hash_list: HashList, editions: list[Edition], done: Compared, *, at: datetime) -> None:
    for edition in editions:
        lists.note_compared(edition=edition, at=at)
    asked = matches.Asked(looked=done.held, matched=done.found, too_poor=0)
    matches.note_run(hash_list=hash_list, edition=editions[-1], report=None, asked=asked, at=at)
    matches.tell_of_asking(
        subject=hash_list.subject,
        event=Event.HELD_COMPARED,
        asked={hash_list.name: asked},
        editions={hash_list.name: editions[-1].number},
        at=at,
    )


def _compare_new(
    hash_list: HashList, editions: list[Edition], *, clock: Clock, progress: Callable[[int], None]
) -> Compared:
    by_digest = found_by_digest(editions, at=clock())
    ask = ask_new(hash_list, editions, at=clock())
    held = found = cases = 0
    for some in everything_held(size=AT_ONCE):
        with transaction.atomic():
            at = clock()
            items = _record(hash_list, editions[-1], some, by_digest, ask, at=at)
            held, found = held + len(some.items), found + len(items)
            if judge(hash_list, recent=Share(found, held), at=at):  # 3
                return Compared(held, found, set_aside=True)
            cases += regrade(items=items, at=at)
        progress(held)
    return Compared(held=held, found=found, cases=cases)


def _record(
    hash_list: HashList,
    edition: Edition,
    some: Held,
    by_digest: dict[int, list[Entry]],
    ask: AskNear | None,
    *,
    at: datetime,
) -> set[int]:
    """Record what some of what is held has on the list; return the keys of the items that are on it."""
    found, part = Found(), Part.of(some.items)
    for item in some.items:
        for entry in by_digest.get(item, ()):
            found.add(item, Match(hash_list, edition, entry))
    if ask is not None:
        add_near(found, part, (hash_list, edition), ask)
    items = found.on(hash_list)
    ask_false_positives(found, part, items, at=at)
    rows = found.as_rows()
    for first in range(0, len(rows), RECORDED_AT_ONCE):
        record_matches(matches=rows[first : first + RECORDED_AT_ONCE], at=at)
    return items
