"""Limits and quotas: by the minute and by the day, across lists and across processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from match_cast import KNOWN, OTHER, Program, a_hash, a_list, allow, asked_lines, entries_of
from tests.conftest import NOON

from openhotline.errors import BadInput, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.lists.models import HashList
from openhotline_server.sharing.grants import (
    Asked,
    Terms,
    asked_by_day,
    end_grant,
    grant,
    grants_of,
    write_down,
)
from openhotline_server.sharing.models import MatchGrant

ONE = Asked("hashes", 1, {"no_match": 1})


def _ask(partner: User, questions: int, at: datetime) -> str:
    asked = Asked("hashes", questions, {"no_match": questions})
    too_much = write_down(partner=partner, grants=list(grants_of(partner)), asked=asked, at=at)
    return too_much.limit if too_much else ""


@pytest.mark.django_db
def test_a_minute_and_a_day_have_their_limits(paul: User, known: HashList) -> None:
    allow(paul, known, per_minute=3, per_day=5)
    assert [_ask(paul, n, NOON) for n in (2, 2, 1)] == ["", "3 a minute", ""]
    later = NOON + timedelta(minutes=1)
    assert [_ask(paul, n, later) for n in (2, 1)] == ["", "5 a day"]
    assert _ask(paul, 3, NOON + timedelta(days=1)) == ""
    assert asked_by_day(paul, since=NOON) == {"2026-11-03": 5, "2026-11-04": 3}


@pytest.mark.django_db
def test_the_lowest_limit_of_the_lists_that_are_asked_holds_and_use_counts_over_all(
    paul: User, known: HashList
) -> None:
    allow(paul, known, per_minute=10)
    small = a_list("small")
    allow(paul, small, per_minute=2)
    both, large = list(grants_of(paul)), list(grants_of(paul).filter(hash_list=known))
    assert write_down(partner=paul, grants=both, asked=Asked("hashes", 2, {}), at=NOON) is None
    assert write_down(partner=paul, grants=both, asked=ONE, at=NOON) is not None
    assert write_down(partner=paul, grants=large, asked=ONE, at=NOON) is None


@pytest.mark.django_db
def test_over_the_limit_it_is_429_with_a_time_and_nothing_is_told_or_counted(
    program: Program, paul: User, known: HashList
) -> None:
    allow(paul, known, per_minute=10, per_day=2)
    assert program.hashes(a_hash(KNOWN), a_hash(OTHER)).status_code == 200
    for refused in (program.hashes(a_hash(KNOWN)), program.file(KNOWN)):
        assert refused.status_code == 429 and "a day" in refused.json()["error"]
        assert 0 < int(refused["Retry-After"]) <= 86_401
    assert len(asked_lines(paul)) == 1


@pytest.mark.django_db
def test_new_terms_end_the_old_ones_and_the_same_twice_is_once(paul: User, known: HashList) -> None:
    for terms in (Terms(), Terms(), Terms(tells_tags=True)):
        grant(partner=paul, hash_list=known, terms=terms, actor="system", at=NOON)
    assert [one.tells_tags for one in grants_of(paul)] == [True]
    assert MatchGrant.objects.filter(partner=paul).count() == 2
    assert ledger.search(event=Event.MATCH_GRANTED).count() == 2


@pytest.mark.django_db
def test_a_grant_ends_once_and_a_question_under_way_is_not_answered(paul: User, known: HashList) -> None:
    allow(paul, known)
    held = list(grants_of(paul))
    end_grant(partner=paul, hash_list=known, actor="system", at=NOON)
    with pytest.raises(NotFound):
        end_grant(partner=paul, hash_list=known, actor="system", at=NOON)
    with pytest.raises(NotAllowed):
        write_down(partner=paul, grants=held, asked=ONE, at=NOON)
    assert ledger.search(event=Event.MATCH_GRANT_ENDED).count() == 1


@pytest.mark.django_db
def test_only_partners_are_granted_and_only_lists_of_known_material(
    paul: User, ana: User, known: HashList
) -> None:
    false = a_list("false-positives", *entries_of(OTHER), suppresses=True)
    for partner, hash_list, terms in (
        (ana, known, Terms()),
        (paul, false, Terms()),
        (paul, known, Terms(per_day=0)),
    ):
        with pytest.raises(BadInput):
            grant(partner=partner, hash_list=hash_list, terms=terms, actor="system", at=NOON)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share SQLite's database in memory")
@pytest.mark.django_db(transaction=True)
def test_threads_together_stay_within_the_limit(add_person: Callable[[str, str], User]) -> None:
    partner = add_person("pia", "partner")
    allow(partner, a_list("known"), per_minute=25, per_day=25)
    answered: list[str] = []

    def ask() -> None:
        try:
            answered.extend(_ask(partner, 1, NOON) for _ in range(10))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answered.count("") == 25 and len(answered) == 40
    assert asked_by_day(partner, since=NOON) == {"2026-11-03": 25}
    assert len(asked_lines(partner)) == 25
    assert ledger.verify().lines == ledger.length()


PROCESS = """
import datetime, sys
from openhotline_server.commands import site_ready
site_ready(initialise=True)
from openhotline_server.accounts.models import User
from openhotline_server.lists.operations import ensure_own_list
from openhotline_server.sharing.grants import Asked, Terms, asked_by_day, grant, grants_of, write_down
from openhotline_server.ledger import queries as ledger
NOON = datetime.datetime.fromisoformat(sys.argv[2])
if sys.argv[1] == "make":
    pia = User.objects.create(username="pia", display_name="Pia", role="partner", joined_at=NOON)
    terms = Terms(per_minute=25, per_day=25)
    grant(partner=pia, hash_list=ensure_own_list(at=NOON), terms=terms, actor="system", at=NOON)
pia = User.objects.get(username="pia")
if sys.argv[1] == "ask":
    held, one = list(grants_of(pia)), Asked("hashes", 1, {})
    print(sum(write_down(partner=pia, grants=held, asked=one, at=NOON) is None for _ in range(20)))
if sys.argv[1] == "count":
    assert ledger.verify().lines == ledger.length()
    print(asked_by_day(pia, since=NOON)["2026-11-03"])
"""


def test_processes_together_stay_within_the_limit(tmp_path: Path) -> None:
    environment = {**os.environ, "OPENHOTLINE_DATA": str(tmp_path / "data"), "OPENHOTLINE_DATABASE_URL": ""}

    def start(what: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROCESS, what, NOON.isoformat()]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    assert start("make").wait(120) == 0
    asking = [start("ask") for _ in range(3)]
    assert sum(int(process.communicate(timeout=120)[0]) for process in asking) == 25
    assert start("count").communicate(timeout=120)[0] == "25\n"
