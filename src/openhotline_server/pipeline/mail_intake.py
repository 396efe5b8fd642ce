"""Reports that come as mail: each letter of a listed sender is a report; nothing else of the mailbox is kept.

1. A letter that cannot be read, or is huge, is named and left where it lies.
2. A sender who is not listed is counted, and nothing of the letter is kept.
3. Our own mail server's word decides how far the sender is believed. It vouches: the report is taken in. It does not: the
   letter is left. Nobody was named whose word counts: the report is set aside until a person lets it in.
4. The same letter twice is once, by sender and Message-ID. A run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import transaction

from openhotline.errors import BadInput
from openhotline.exchange.mailbox import Letter, RawLetter, Senders, is_authentic, read_letter
from openhotline_server.evidence.stated import Stated, note_stated
from openhotline_server.intake.given import LONGEST_WORDS, Given, GivenAddress
from openhotline_server.intake.models import Report
from openhotline_server.intake.origins import were_taken
from openhotline_server.intake.reports import Taken, ToTake
from openhotline_server.pipeline.reporting import take_in_many

IN_PART = 100
NAMED = 1000
"""Letters that are named in an answer; the others are counted."""

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Skipped:
    """A letter that was left in the mailbox, and why."""

    place: str
    reason: str


@dataclass
class MailTaken:
    """What an import of mail did. ``held`` counts attachments whose very content is held already."""

    letters: int = 0
    taken: int = 0
    set_aside: int = 0
    again: int = 0
    not_listed: int = 0
    not_vouched: int = 0
    without_address: int = 0
    new: int = 0
    known: int = 0
    attachments: int = 0
    held: int = 0
    unreadable: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, place: str, reason: str) -> None:
        """Count a letter that was left, and name it unless there are too many."""
        self.unreadable += 1
        if len(self.skipped) < NAMED:
            self.skipped.append(Skipped(place, reason))


@dataclass(frozen=True)
class _Read:
    letter: Letter
    source: str
    received_on: date
    standing: Report.Standing


def is_known(identity: str) -> bool:
    """Whether a letter of this identity was taken in before, so that it need not be fetched."""
    return bool(were_taken([_origin(identity)]))


def import_letters(
    *,
    letters: Iterable[RawLetter],
    senders: Senders,
    authserv_id: str,
    actor: str,
    clock: Clock,
    progress: Callable[[int], None] = lambda _: None,
) -> MailTaken:
    """Take in letters part by part, each part one transaction. ``authserv_id`` is empty where no server vouches."""
    found = MailTaken()
    for part in _in_parts(letters):
        read = [one for raw in part if (one := _read(raw, senders, authserv_id, clock(), found))]
        _take_in(read, found, actor=actor, at=clock())
        found.letters += len(part)
        progress(found.letters)
    return found


def _in_parts(letters: Iterable[RawLetter]) -> Iterator[list[RawLetter]]:
    waiting = iter(letters)
    while part := list(islice(waiting, IN_PART)):
        yield part


def _read(raw: RawLetter, senders: Senders, authserv_id: str, at: datetime, found: MailTaken) -> _Read | None:
    if raw.untrusted_bytes is None:
        found.skip(raw.place, raw.problem)
        return None
    try:
        letter = read_letter(raw.untrusted_bytes)
    except BadInput as refused:
        found.skip(raw.place, refused.message)
        return None
    source = senders.name_of(letter.sender)
    if not source:
        found.not_listed += 1
        return None
    standing = Report.Standing.TAKEN if authserv_id else Report.Standing.QUARANTINED
    if authserv_id and not is_authentic(letter.headers, sender=letter.sender, authserv_id=authserv_id):
        found.not_vouched += 1
        return None
    if letter.says_nothing:
        found.skip(raw.place, "It has no text. Look at it in the mailbox.")
        return None
    return _Read(letter, source, _received_on(raw, letter, at), standing)


def _received_on(raw: RawLetter, letter: Letter, at: datetime) -> date:
    """The day our server took it, else the day it says it was sent; never a day that has not come."""
    return min(raw.arrived_on or letter.sent_on or at.date(), at.date())


@transaction.atomic
def _take_in(read: Sequence[_Read], found: MailTaken, *, actor: str, at: datetime) -> None:
    taken = take_in_many(deliveries=[_delivery(one) for one in read], actor=actor, at=at)
    for one, made in zip(read, taken, strict=True):
        if not made.fresh:
            found.again += 1
            continue
        _count(made, one, found)
        stated = [
            Stated(f"attachment {number}", {"sha256": a.sha256, "sha1": a.sha1, "md5": a.md5})
            for number, a in enumerate(one.letter.attachments, 1)
        ]
        found.held += note_stated(report=made.report, stated=stated, actor=actor, at=at) if stated else 0


def _count(made: Taken, one: _Read, found: MailTaken) -> None:
    if one.standing == Report.Standing.TAKEN:
        found.taken += 1
    else:
        found.set_aside += 1
    found.new += made.new
    found.known += made.known
    found.without_address += not made.mentions
    found.attachments += len(one.letter.attachments)


def _delivery(one: _Read) -> ToTake:
    given = Given(
        addresses=[GivenAddress(text, _found_in(text)) for text in one.letter.addresses],
        words=_words(one.letter),
    )
    return ToTake(
        kind=Report.Kind.MAIL,
        source=one.source,
        given=given,
        received_on=one.received_on,
        origin=_origin(one.letter.identity),
        standing=one.standing,
    )


def _found_in(address: str) -> str:
    host = address.partition("://")[2].partition("/")[0].partition(":")[0]
    return "onion" if host.lower().endswith(".onion") else "web"


def _words(letter: Letter) -> str:
    """The letter's own words, and that something hangs on it which was left."""
    if not letter.attachments:
        return letter.words
    left = f"[Left in the mailbox, unopened: {len(letter.attachments)} attached.]"
    return f"{letter.words[: LONGEST_WORDS - len(left) - 1]}\n{left}".strip()


def _origin(identity: str) -> str:
    return f"mail\n{identity}"
