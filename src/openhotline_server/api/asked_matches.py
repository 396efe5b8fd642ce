"""One partner's question about lists, from the limits to the ledger line; the doors put it into their own words."""

from __future__ import annotations

import atexit
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.http import HttpRequest

from openhotline.errors import BadInput, NotAllowed, OpenHotlineError, TooLarge
from openhotline.exchange.gate.looking import LARGEST_FILE, Look, Looking, decided
from openhotline.known import Question, Verdict, overall
from openhotline.known.answers import MARGIN
from openhotline_server.accounts.models import User
from openhotline_server.sharing import grants, match_answers
from openhotline_server.sharing.grants import Asked, TooMuch
from openhotline_server.sharing.match_answers import Answer
from openhotline_server.sharing.models import MatchGrant
from openhotline_server.sharing.refusals import note_refusal

MOST_PROCESSES = 4
NOT_GRANTED = "This organisation may not ask about any such list. Ask the hotline."
FEW = 20
"""So many hashes cost less than asking beforehand whether the limits allow them."""

FAILED = "failed"
"""What the ledger line of a question says that could not be answered for a reason of ours."""


class OverLimitError(Exception):
    """The partner asked more than was agreed; nothing of the question is answered."""

    def __init__(self, too_much: TooMuch) -> None:
        super().__init__(too_much.limit)
        self.seconds = too_much.seconds
        self.sentence = (
            f"This organisation may ask {too_much.limit}. Wait {too_much.seconds} seconds, then ask again."
        )


@dataclass(frozen=True)
class Asker:
    """Who asks which lists, in which manner, when."""

    partner: User
    grants: tuple[MatchGrant, ...]
    kind: str
    at: datetime


def asker(
    *, partner: User, kind: str, at: datetime, lists: Iterable[str] | None = None, tags: bool = False
) -> Asker:
    """Find what a partner may ask about: everything granted, or the lists named; with ``tags``, where those are told.

    Raises NotAllowed, in the same words whether a list does not exist or is another's business.
    """
    granted = [one for one in grants.granted_to(partner) if one.tells_tags or not tags]
    if lists is not None:
        wanted = set(lists)
        granted = [one for one in granted if one.hash_list.name in wanted]
        if len(granted) != len(wanted):
            raise NotAllowed(NOT_GRANTED)
    if not granted:
        raise NotAllowed(NOT_GRANTED)
    return Asker(partner, tuple(granted), kind, at)


def ask(who: Asker, questions: Sequence[Question]) -> list[list[Answer]]:
    """Answer questions about hashes; the ledger line is written before anything is told."""
    if len(questions) > FEW:
        _within_limits(who, len(questions))
    with _told_if_failed(who, len(questions)):
        answers = match_answers.ask(grants=who.grants, questions=questions, at=who.at)
    _write_down(who, answers)
    return answers


def ask_file(who: Asker, read: Callable[[], bytes]) -> tuple[Look, list[Answer]]:
    """Look at one file and answer about it. ``read`` is called once the limits are kept."""
    _within_limits(who, 1)
    with _told_if_failed(who, 1):
        look = _look(who, read())
        answers = match_answers.ask(grants=who.grants, questions=[look.question()], at=who.at)
    _write_down(who, answers)
    return look, answers[0]


def _look(who: Asker, untrusted_bytes: bytes) -> Look:
    lists = [one.hash_list for one in who.grants]
    return decided(
        partial(looking().look, untrusted_bytes),
        quick=all(one.tells_distance for one in who.grants),
        turned=any(one.turned for one in lists),
        least_quality=max(one.min_quality for one in lists),
        is_near=lambda look: match_answers.lies_near(
            grants=who.grants, question=look.question(), margin=MARGIN
        ),
    )


def verdict_over(answers: Iterable[Answer]) -> Verdict:
    """Return the gravest verdict of several lists."""
    return overall(answer.verdict for answer in answers)


def body_of(request: HttpRequest) -> bytes:
    """Read a file that is the body of a request. It stays in memory: nothing of it is written to disk."""
    if request.content_type == "multipart/form-data":
        raise BadInput("Send the file itself as the body, not a form.")
    announced = request.headers.get("Content-Length", "")
    if not announced.isdigit():
        raise BadInput("Say with Content-Length how many bytes the file has.")
    if int(announced) > LARGEST_FILE:
        raise TooLarge(f"The file is larger than {LARGEST_FILE:,} bytes. It was not read.")
    untrusted_bytes = request.read(LARGEST_FILE + 1)
    if not untrusted_bytes:
        raise BadInput("The file holds no bytes. Send the file itself as the body.")
    if len(untrusted_bytes) != int(announced):
        raise BadInput("The file did not arrive whole. Send it again.")
    return untrusted_bytes


def _within_limits(who: Asker, questions: int) -> None:
    """Refuse before any work is done; the count that holds is made with the ledger line."""
    too_much = grants.would_pass(partner=who.partner, grants=who.grants, questions=questions, at=who.at)
    if too_much is not None:
        raise _refused(who, too_much)


def _write_down(who: Asker, answers: Sequence[Sequence[Answer]]) -> None:
    tally = Counter(verdict_over(mine).value for mine in answers)
    asked = Asked(who.kind, len(answers), tally)
    too_much = grants.write_down(partner=who.partner, grants=who.grants, asked=asked, at=who.at)
    if too_much is not None:
        raise _refused(who, too_much)


def _refused(who: Asker, too_much: TooMuch) -> OverLimitError:
    """Write down that a limit stood in the way."""
    note_refusal(partner=who.partner, kind=who.kind, limit=too_much.limit, at=who.at)
    return OverLimitError(too_much)


@contextmanager
def _told_if_failed(who: Asker, questions: int) -> Iterator[None]:
    try:
        yield
    except BadInput:  # the question itself could not be taken: nothing was asked
        raise
    except OpenHotlineError:
        failed = Asked(who.kind, questions, {FAILED: questions})
        grants.note_failure(partner=who.partner, grants=who.grants, asked=failed, at=who.at)
        raise


class _Held:
    """This process's crew of confined processes: started at the first file, warm from then on."""

    lock = threading.Lock()
    crew: Looking | None = None
    owner = 0


def looking() -> Looking:
    """Return this process's crew; a process that was forked makes its own."""
    with _Held.lock:
        if _Held.crew is None or _Held.owner != os.getpid():
            processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
            _Held.crew, _Held.owner = Looking(workers=processes), os.getpid()
            atexit.register(_Held.crew.close)
        return _Held.crew
