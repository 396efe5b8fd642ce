"""When a letter is tried again, and when it is given up. Plain values in and out.

Tries are counted in rounds of ``TRIES_A_ROUND``. A round takes three days and more by the waits alone, so a mail server
that is down for a day makes no dead letter; and since the tries are counted and not the hours, neither does a
clock that jumps forward. After a person's "try again" the next round begins.
"""

from __future__ import annotations

from datetime import timedelta

FIRST_WAITS = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40))
LONGEST_WAIT = timedelta(hours=1)
TRIES_A_ROUND = 80
LEASE = timedelta(minutes=10)
"""For so long one worker has a letter to itself. Longer than a whole dialogue may take (``smtp.Limits.whole_s``)."""

RESTS = timedelta(hours=1)
"""After so long it is asked again whether a letter that has to wait (a day of rest, a hold) may leave."""


def wait_after(tries: int) -> timedelta:
    """How long to wait after a letter's so-many-th try (1 is the first) went wrong."""
    place = (tries - 1) % TRIES_A_ROUND
    return FIRST_WAITS[place] if place < len(FIRST_WAITS) else LONGEST_WAIT


def is_given_up(tries: int) -> bool:
    """Whether the round ended with this try."""
    return tries > 0 and tries % TRIES_A_ROUND == 0


def next_round(tries: int) -> int:
    """What ``tries`` becomes when a person begins a new round. Never less than before: the count names a try."""
    return -(-tries // TRIES_A_ROUND) * TRIES_A_ROUND
