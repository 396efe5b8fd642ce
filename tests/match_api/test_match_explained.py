"""An answer explains itself to whom it was given, as far as the grant goes, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from match_cast import KNOWN, KNOWN_AGAIN, Program, a_hash, allow
from tests.conftest import NOON

from openhotline.errors import NotFound
from openhotline_server.accounts.models import User
from openhotline_server.lists import operations
from openhotline_server.lists.models import Entry, HashList
from openhotline_server.sharing.explanations import KEPT, explain
from openhotline_server.sharing.grants import end_grant

pytestmark = pytest.mark.django_db


def _identifier(program: Program, **asked: object) -> str:
    answer = program.hashes(a_hash(KNOWN_AGAIN, **asked)).json()["answers"][0]
    return str(answer["lists"][0]["matches"][0]["explanation"])


def test_an_answer_is_explained(program: Program) -> None:
    told = program.explain(_identifier(program)).json()
    assert told["list"] == "known" and told["edition"] == 1 and told["in_force"] is True
    assert (told["algorithm"], told["threshold"], told["least_quality"]) == ("pdq", 31, 50)
    assert "distance" not in told and "tags" not in told and "31 of 256 bits" in told["words"]


def test_what_is_told_is_what_is_granted_now(program: Program, paul: User, known: HashList) -> None:
    identifier = _identifier(program)
    allow(paul, known, tells_distance=True, tells_tags=True)
    told = program.explain(identifier).json()
    assert told["distance"] <= 31 and told["tags"]["severity"] == "A"
    end_grant(partner=paul, hash_list=known, actor="system", at=NOON)
    assert program.explain(identifier).status_code == 404


def test_a_withdrawal_since_is_told(program: Program, known: HashList) -> None:
    identifier = _identifier(program)
    entries = list(Entry.objects.filter(hash_list=known, algorithm="pdq"))
    operations.load_edition(hash_list=known, add=[], withdraw=entries, actor="system", at=NOON)
    told = program.explain(identifier).json()
    assert told["in_force"] is False and "nothing follows" in told["words"]


def test_anothers_answer_a_forged_one_and_none_are_alike(
    program: Program, known: HashList, add_person: Callable[[str, str], User]
) -> None:
    identifier = _identifier(program)
    other = add_person("pia", "partner")
    allow(other, known)
    refused = [
        Program(other).explain(identifier),
        program.explain(identifier[:-4] + "AAAA"),
        program.explain("x"),
        program.explain("ä"),
    ]
    assert {one.status_code for one in refused} == {404}
    assert len({one.content for one in refused}) == 1


def test_an_old_answer_is_not_explained(program: Program, paul: User) -> None:
    from django.utils import timezone

    identifier = _identifier(program)
    now = timezone.now()
    assert explain(identifier, partner=paul, at=now).threshold == 31
    with pytest.raises(NotFound):
        explain(identifier, partner=paul, at=now + KEPT + timedelta(seconds=5))


def test_an_identifier_says_nothing_by_itself(program: Program) -> None:
    one, other = _identifier(program), _identifier(program)
    assert one != other  # the same answer twice cannot be recognised
    assert len(one) == len(other) and a_hash(KNOWN)["value"] not in one
