"""Refused questions are in the ledger, and a flood of them is a line a minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from match_cast import KNOWN, Program, a_hash, allow
from tests.conftest import NOON

from openhotline_server.accounts.models import User
from openhotline_server.api import match
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.lists.models import HashList
from openhotline_server.sharing.models import MatchUse
from openhotline_server.sharing.pruning import USE_KEPT, prune
from openhotline_server.sharing.refusals import note_refusal, tell_refusals

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def _told(partner: User) -> list[dict[str, Any]]:
    lines = ledger.search(event=Event.MATCH_REFUSED, actor=str(partner.code)).order_by("sequence")
    return [line.details for line in lines]


def _refuse(partner: User, times: int, at: datetime) -> None:
    for _ in range(times):
        note_refusal(partner=partner, kind="hashes", limit="3 a minute", at=at)


def test_the_first_refusal_of_a_minute_is_a_line_at_once_and_the_rest_come_with_the_next(paul: User) -> None:
    _refuse(paul, 50, NOON)
    assert _told(paul) == [{"kind": "hashes", "limit": "3 a minute", "refused": 1}]
    _refuse(paul, 50, NOON + MINUTE)
    assert [one["refused"] for one in _told(paul)] == [1, 50]


def test_the_worker_tells_what_nobody_else_did_once_the_minute_is_over(paul: User, ana: User) -> None:
    _refuse(paul, 5, NOON)
    _refuse(ana, 1, NOON)
    assert tell_refusals(at=NOON + timedelta(seconds=30)) == 0
    assert tell_refusals(at=NOON + MINUTE) == 1
    assert tell_refusals(at=NOON + MINUTE) == 0
    assert [one["refused"] for one in _told(paul)] == [1, 4] and len(_told(ana)) == 1
    assert ledger.verify().lines == ledger.length()


def test_a_flood_over_http_is_refused_and_counted_whole(
    program: Program, paul: User, known: HashList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match.timezone, "now", lambda: NOON)
    allow(paul, known, per_minute=1, per_day=100)
    assert program.hashes(a_hash(KNOWN)).status_code == 200
    for _ in range(6):
        assert program.hashes(a_hash(KNOWN)).status_code == program.file(KNOWN).status_code == 429
    tell_refusals(at=NOON + MINUTE)
    assert [one["refused"] for one in _told(paul)] == [1, 11]
    assert MatchUse.objects.get().questions == 1  # what is refused costs nothing


def test_what_was_asked_goes_after_a_month_and_an_untold_refusal_stays(paul: User, ana: User) -> None:
    _refuse(paul, 2, NOON)
    _refuse(ana, 1, NOON)
    MatchUse.objects.create(partner=ana, minute=NOON + 5 * MINUTE, questions=3)
    assert prune(at=NOON + USE_KEPT).minutes == 0
    assert prune(at=NOON + USE_KEPT + MINUTE).minutes == 1
    tell_refusals(at=NOON + USE_KEPT)
    assert prune(at=NOON + USE_KEPT + 6 * MINUTE).minutes == 2
    assert not MatchUse.objects.exists()
