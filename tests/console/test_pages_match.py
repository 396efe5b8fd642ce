"""A match's page: two hashes bit by bit, every number that made it a match, and no picture."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import PSEUDO_B, answered
from tests.lists.lists_cast import a_list, fed
from tests.pipeline.matching_cast import ONE, TWO, case_of, held, listed, off, report_of, unlisted

from openhotline.hashlists import Row
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role
from openhotline_server.console.bit_grids import compared
from openhotline_server.findings.models import Fingerprint, KnownMatch
from openhotline_server.pipeline.matching import match

SignIn = Callable[[User], Client]


def page_of(found: KnownMatch) -> str:
    return f"/console/matches/{found.code}/"


def test_it_says_everything_and_shows_no_picture(sign_in: SignIn, ana: User) -> None:
    rows = [Row("pdq", off(ONE, 12), 1, quality=77, reference=name) for name in ("a", "b")]
    fed(a_list(), rows)
    held(ONE)
    client = sign_in(ana)
    with at_most(16):
        answer = client.get(page_of(KnownMatch.objects.get()))
    words, html = text_of(answer), answer.content.decode()
    assert "12 of 256 bits differ; this list allows 31." in words
    assert "Distance 12 bits Threshold 31 bits Quality 90 here, 77 on the list" in words
    assert "Variant as it is Sources 2" in words
    assert "Edition 1" in words
    assert "item matched" in words
    assert "<img" not in html
    assert len(re.findall(r"<rect class=", html)) == 512
    assert len(re.findall(r"<rect class=\"\w+ differs\"", html)) == 24


def test_the_table_says_what_the_grids_show(sign_in: SignIn, ana: User) -> None:
    listed(a_list(), off(ONE, 12))
    held(ONE)
    words = text_of(sign_in(ana).get(page_of(KnownMatch.objects.get())))
    for row in compared(ONE, off(ONE, 12)).rows:
        assert f"{row.number} {row.one} {row.other} {row.differing}" in words
    assert "All 12" in words


def test_bits_are_compared_as_they_stand() -> None:
    zero = "0" * 64
    bits = compared("8" + "0" * 62 + "1", zero)
    assert [place for place, cell in enumerate(bits.one) if cell.on] == [0, 255]
    assert [place for place, cell in enumerate(bits.other) if cell.differs] == [0, 255]
    assert not any(cell.on for cell in bits.other)
    assert (bits.rows[0].differing, bits.rows[15].differing, bits.differing) == (1, 1, 2)


def test_an_exact_match_has_no_grids(sign_in: SignIn, ana: User) -> None:
    (item,) = held(ONE, run=False)
    fed(a_list(), [Row("md5", item.md5, 1)])
    match(report=report_of(item), at=item.captured_at)
    answer = sign_in(ana).get(page_of(KnownMatch.objects.get()))
    assert "The very file is on the list: its MD5 is the entry\u2019s." in text_of(answer)
    assert "<rect" not in answer.content.decode()


def test_it_says_who_else_says_so_and_why_something_counts_no_more(sign_in: SignIn, ana: User) -> None:
    first, second = a_list("first"), a_list("second")
    listed(first, off(ONE, 3), TWO)
    listed(second, off(ONE, 9))
    one, _ = held(ONE, TWO)
    page = page_of(KnownMatch.objects.get(item=one, entry__hash_list=first))
    words = text_of(sign_in(ana).get(page))
    assert "2 lists in force agree" in words
    assert "The list second edition 1 PDQ 9 of 31 1 Counts" in words
    unlisted(second, off(ONE, 9))
    words = text_of(sign_in(ana).get(page))
    assert "1 list in force agrees" in words
    assert "The list second edition 1 PDQ 9 of 31 1 Entry withdrawn" in words


def test_a_match_that_was_taken_back_says_by_what(sign_in: SignIn, ana: User) -> None:
    listed(a_list(), off(ONE, 9))
    listed(a_list("false", suppresses=True), off(ONE, 1))
    (one,) = held(ONE)
    words = text_of(sign_in(ana).get(page_of(KnownMatch.objects.get())))
    assert "Nothing follows from this match An entry of “The list false”" in words
    case = text_of(sign_in(ana).get(f"/console/cases/{case_of(one).code}/"))
    assert "Nothing follows from 1 other match: The list partner (known false positive)." in case


def test_the_case_leads_to_its_matches_and_names_what_is_too_poor(sign_in: SignIn, ana: User) -> None:
    listed(a_list(), ONE)
    (one,) = held(ONE)
    answer = sign_in(ana).get(f"/console/cases/{case_of(one).code}/")
    assert page_of(KnownMatch.objects.get()) in answer.content.decode()
    Fingerprint.objects.update(quality=30)
    match(report=report_of(one), at=one.captured_at)
    words = text_of(sign_in(ana).get(f"/console/cases/{case_of(one).code}/"))
    assert "its hash is too poor for every list (quality 30 of at least 50)" in words


def test_a_blind_reader_sees_no_vote_in_the_trail(sign_in: SignIn, ana: User, ben: User) -> None:
    listed(a_list(), ONE)
    (one,) = held(ONE)
    answered(case_of(one), (ana, PSEUDO_B))
    page = page_of(KnownMatch.objects.get())
    assert "vote cast" not in text_of(sign_in(ben).get(page))
    assert "vote cast" in text_of(sign_in(ana).get(page))


@pytest.mark.parametrize("role", Role.values)
def test_whoever_may_read_findings_may_open_it(
    sign_in: SignIn, add_person: Callable[..., User], role: str
) -> None:
    listed(a_list(), ONE)
    held(ONE)
    status = sign_in(add_person("somebody", role)).get(page_of(KnownMatch.objects.get())).status_code
    assert status == (200 if role in ("analyst", "second_reader", "manager") else 403)


def test_a_match_that_is_not_there_says_so(sign_in: SignIn, ana: User) -> None:
    assert sign_in(ana).get(f"/console/matches/{uuid.uuid4()}/").status_code == 404
