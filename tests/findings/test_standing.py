"""What follows from a match, and what happens to it later."""

from __future__ import annotations

import pytest
from tests.conftest import NOON
from tests.lists.lists_cast import a_list, fed
from tests.pipeline.matching_cast import ONE, TWO, held, listed, off, unlisted

from openhotline.errors import NotFound
from openhotline.hashlists import Row
from openhotline_server.findings import matches, standing
from openhotline_server.findings.digests import held_on
from openhotline_server.findings.models import Fingerprint, KnownMatch
from openhotline_server.findings.prints import everything_held, prints_of
from openhotline_server.ledger.queries import search
from openhotline_server.lists.models import Edition, HashList
from openhotline_server.lists.operations import set_aside

pytestmark = pytest.mark.django_db


def _set_aside(hash_list: HashList) -> None:
    set_aside(hash_list=hash_list, reason="asked by the sender", actor="command-line", at=NOON)


def test_a_match_says_why_nothing_follows_from_it() -> None:
    partner, false = a_list(), a_list("false", suppresses=True)
    listed(partner, off(ONE, 9))
    listed(false, off(ONE, 2))
    held(ONE)
    found = KnownMatch.objects.get()

    def why() -> str:
        return standing.why_not(standing.get_match(found.code))

    assert (why(), standing.standing().exists()) == ("suppressed", False)
    _set_aside(false)
    assert (why(), standing.standing().exists()) == ("", True)
    _set_aside(partner)
    assert (why(), standing.standing().exists()) == ("set_aside", False)
    unlisted(partner, off(ONE, 9))
    assert (why(), standing.standing().exists()) == ("withdrawn", False)


def test_a_match_that_is_not_there() -> None:
    with pytest.raises(NotFound):
        standing.get_match("00000000-0000-0000-0000-000000000007")


def test_lapsing_and_suppressing_twice_is_once() -> None:
    partner = a_list()
    listed(partner, ONE, TWO)
    one, two = held(ONE, TWO)
    unlisted(partner, ONE)
    editions = list(Edition.objects.all())
    assert matches.lapse(editions=editions, at=NOON) == {one.pk}
    assert matches.lapse(editions=editions, at=NOON) == set()
    kept = KnownMatch.objects.get(item=two)
    false = a_list("false", suppresses=True)
    listed(false, TWO)
    by = {kept.pk: kept.entry_id}
    assert matches.suppress(suppressors=by, at=NOON) == {two.pk}
    lines = search().count()
    assert matches.suppress(suppressors=by, at=NOON) == set()
    assert search().count() == lines
    assert matches.suppress(suppressors={kept.pk: None}, at=NOON) == {two.pk}


def test_digests_are_joined_in_the_database() -> None:
    one, two = held(None, None)
    partner = a_list()
    fed(partner, [Row("md5", one.md5, 1), Row("sha256", two.md5 * 2, 2)])
    first = Edition.objects.get()
    fed(partner, [Row("sha1", two.sha1, 1), Row("file_sha256", str(two.sha256), 2)])
    second = Edition.objects.get(number=2)
    assert [item for item, _ in held_on([first], at=NOON)] == [one.pk]
    assert [item for item, _ in held_on([second], at=NOON)] == [two.pk, two.pk]
    assert len(held_on([first, second], at=NOON)) == 3
    assert held_on([], at=NOON) == []


def test_the_strict_hash_is_the_best_one_and_everything_held_comes_in_parts() -> None:
    one, two, _ = items = held(ONE, TWO, None)
    Fingerprint.objects.create(
        item=one, algorithm="pdq", value=TWO, quality=70, mode="fast", decoder="a test"
    )
    Fingerprint.objects.filter(item=two).update(mode="fast")
    best = prints_of(item.pk for item in items)
    assert {key: (p.value, p.is_strict) for key, p in best.items()} == {
        one.pk: (ONE, True),
        two.pk: (TWO, False),
    }
    parts = list(everything_held(size=2))
    assert [len(part.items) for part in parts] == [2, 1]
    assert [len(part.prints) for part in parts] == [2, 0]
