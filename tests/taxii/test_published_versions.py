"""What became of each value of a thing: it came, it changed, it went; one that comes back is a new one."""

from __future__ import annotations

from datetime import timedelta

from tests.conftest import NOON
from tests.taxii.published_lines import hashes, line

from openhotline.exchange.published import by_reference, versions


def test_a_published_thing_has_one_version_of_each_value() -> None:
    came = line("a")
    found = versions([came])
    assert {(v.kind, v.value) for v in found} == set(hashes("a").items())
    assert all(v.first and v.last and not v.withdrawn and v.origin == came.code for v in found)
    assert [v.quality for v in found if v.kind == "pdq"] == [88]
    assert {v.quality for v in found if v.kind != "pdq"} == {None}


def test_another_grade_is_another_version_of_the_same_value() -> None:
    found = [v for v in versions([line("a"), line("a", grade="C", hours=1)]) if v.kind == "md5"]
    assert [(v.first, v.last) for v in found] == [(True, False), (False, True)]
    assert len({v.origin for v in found}) == 1
    assert found[1].created_at == NOON
    assert found[1].modified_at == NOON + timedelta(hours=1)


def test_the_same_again_is_no_new_version() -> None:
    assert len(versions([line("a"), line("a", hours=1)])) == 4


def test_a_withdrawal_even_in_the_same_moment_is_later() -> None:
    first, second = [v for v in versions([line("a"), line("a", withdrawn=True)]) if v.kind == "md5"]
    assert second.withdrawn
    assert second.modified_at > first.modified_at


def test_a_value_that_comes_back_is_a_new_one() -> None:
    lines = [line("a"), line("a", withdrawn=True, hours=1), line("a", hours=2)]
    found = [v for v in versions(lines) if v.kind == "md5"]
    assert [v.withdrawn for v in found] == [False, True, False]
    assert found[0].origin == found[1].origin != found[2].origin
    assert [v.last for v in found] == [False, True, True]


def test_a_value_that_a_newer_line_no_longer_names_is_withdrawn() -> None:
    fewer = {k: v for k, v in hashes("a").items() if k != "pdq"}
    found = versions([line("a"), line("a", values=fewer, hours=1)])
    assert [v.kind for v in found if v.withdrawn] == ["pdq"]


def test_lines_are_sorted_to_their_things() -> None:
    one, other, again = line("a"), line("b"), line("a")
    assert by_reference([again, one, other]) == {"a": [one, again], "b": [other]}
