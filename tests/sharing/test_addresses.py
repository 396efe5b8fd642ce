"""Addresses: one page at a time, and never a whole domain unless somebody says that it is dedicated, and why."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import NOON

from openhotline import hashlists
from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.sharing import own_list
from openhotline_server.sharing.addresses import (
    Found,
    Kind,
    publish_address,
    standing_addresses,
    withdraw_address,
)
from openhotline_server.sharing.models import Publication
from openhotline_server.sharing.queries import get_feed, lines

pytestmark = pytest.mark.django_db

PAGE = Found(
    Kind.URL, "https://img.example.net/benign/test-1.png", "pseudo_photograph", "B", "wholly_generated"
)
DOMAIN = Found(Kind.DOMAIN, "dedicated.example.org", "photograph", "A", "none", "every page of it was seen")
EVENING = NOON.replace(hour=18)


def _table(name: str = "addresses") -> list[hashlists.Row]:
    out = io.StringIO(newline="")
    own_list.write_table(out, get_feed(name), now=EVENING)
    rows = list(hashlists.read_rows(io.BytesIO(out.getvalue().encode()), form="csv"))
    assert all(isinstance(row, hashlists.Row) for row in rows), rows
    return rows  # type: ignore[return-value]


def test_a_page_is_published_and_our_own_reader_reads_it(mia: User) -> None:
    line = publish_address(found=PAGE, person=mia, at=NOON)
    assert line.document["address"] == {"kind": "url", "value": PAGE.address}
    (row,) = _table()
    assert (row.algorithm, row.value, row.media) == ("url", PAGE.address, "address")
    assert row.grades["gb-eng"] == hashlists.Grade("pseudo_photograph", "B", "2026-11")
    assert row.ai == "wholly_generated"


def test_it_goes_to_address_feeds_and_to_no_feed_of_hashes(mia: User) -> None:
    publish_address(found=PAGE, person=mia, at=NOON)
    publish_address(
        found=replace(PAGE, address="https://a.example.net/2", outcome="prohibited_image", grade=""),
        person=mia,
        at=NOON,
    )
    assert lines(get_feed("addresses"), now=EVENING).count() == 2
    assert lines(get_feed("prohibited-addresses"), now=EVENING).count() == 1
    assert lines(get_feed("all"), now=EVENING).count() == 0


def test_it_comes_out_at_the_times_of_release(mia: User) -> None:
    publish_address(found=PAGE, person=mia, at=NOON.replace(hour=13))
    feed = get_feed("addresses")
    assert not lines(feed, now=NOON.replace(hour=16, minute=59)).exists()
    assert lines(feed, now=NOON.replace(hour=17)).exists()


def test_a_withdrawal_is_a_tombstone(mia: User) -> None:
    line = publish_address(found=PAGE, person=mia, at=NOON)
    withdraw_address(reference=line.reference, reason="was the wrong page", person=mia, at=NOON)
    (row,) = _table()
    assert row.withdrawn
    assert row.grades == {}
    assert not standing_addresses().exists()
    with pytest.raises(Conflict):
        withdraw_address(reference=line.reference, reason="once more", person=mia, at=NOON)


def test_the_same_address_keeps_its_reference(mia: User) -> None:
    first = publish_address(found=PAGE, person=mia, at=NOON)
    again = publish_address(found=replace(PAGE, grade="A"), person=mia, at=NOON + timedelta(hours=1))
    withdraw_address(reference=first.reference, reason="an error", person=mia, at=NOON + timedelta(hours=2))
    back = publish_address(found=PAGE, person=mia, at=NOON + timedelta(hours=3))
    assert first.reference == again.reference == back.reference
    assert standing_addresses().count() == 1


def test_equal_addresses_are_one_however_they_are_written(mia: User) -> None:
    publish_address(found=PAGE, person=mia, at=NOON)
    written = replace(PAGE, address=" HTTPS://IMG.Example.NET:443/benign/test-1.png#top ")
    with pytest.raises(Conflict, match="already"):
        publish_address(found=written, person=mia, at=NOON)


def test_the_same_words_again_are_refused(mia: User) -> None:
    publish_address(found=PAGE, person=mia, at=NOON)
    with pytest.raises(Conflict, match="same words"):
        publish_address(found=PAGE, person=mia, at=NOON)


def test_a_domain_is_published_only_with_a_reason(mia: User) -> None:
    for reason in ("", "   ", "dedicated"):
        with pytest.raises(BadInput, match="serves nothing else"):
            publish_address(found=replace(DOMAIN, dedicated=reason), person=mia, at=NOON)
    assert not Publication.objects.exists()
    line = publish_address(found=DOMAIN, person=mia, at=NOON)
    assert line.document["dedicated"] == DOMAIN.dedicated
    (row,) = _table()
    assert (row.algorithm, row.value) == ("domain", "dedicated.example.org")


_host = st.from_regex(r"[a-z]{1,10}(\.[a-z]{2,8}){1,3}", fullmatch=True)
_ending = st.sampled_from(
    ["", "/", "/#top", ":443/", ":8080", "/?", "/#?a=b", ":443", "//", "/.", "/./..", "/%2e/", "/%2F#a"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["https", "HTTP", "http"]), _host, _ending, st.booleans())
def test_a_front_page_is_a_whole_domain_however_it_is_written(
    mia: User, scheme: str, host: str, ending: str, said: bool
) -> None:
    """Nothing that was not marked as a dedicated domain comes out as the address of a whole one."""
    reason = "is said to be dedicated" if said else ""
    with pytest.raises(BadInput, match="whole site"):
        found = replace(PAGE, address=f"{scheme}://{host}{ending}", dedicated=reason)
        publish_address(found=found, person=mia, at=NOON)


def test_the_log_holds_no_domain_that_was_not_dedicated(mia: User) -> None:
    for found in (PAGE, DOMAIN, replace(DOMAIN, address="other.example.org", dedicated="")):
        try:
            publish_address(found=found, person=mia, at=NOON)
        except BadInput:
            continue
    whole = [p.document for p in Publication.objects.all() if p.document["address"]["kind"] == "domain"]
    assert [document["dedicated"] for document in whole] == [DOMAIN.dedicated]
    assert [row.value for row in _table() if row.algorithm == "domain"] == ["dedicated.example.org"]


@pytest.mark.parametrize(
    "address",
    [
        *("", "example", "ftp://example.org/a", "javascript:alert(1)", "https://ana:key@example.org/a"),
        *(
            "https://example.org/a b",
            "https:///a",
            "https://exa\x00mple.org/a",
            "https://example.org/" + "a" * 2100,
        ),
    ],
)
def test_what_is_no_address_is_refused(mia: User, address: str) -> None:
    with pytest.raises(BadInput):
        publish_address(found=replace(PAGE, address=address), person=mia, at=NOON)


@pytest.mark.parametrize(
    "domain", ["", "example", "https://example.org", "example.org/a", "*.example.org", "exa mple.org"]
)
def test_what_is_no_domain_is_refused(mia: User, domain: str) -> None:
    with pytest.raises(BadInput):
        publish_address(found=replace(DOMAIN, address=domain), person=mia, at=NOON)


@pytest.mark.parametrize(
    "words",
    [
        {"outcome": "discounted", "grade": ""},
        {"outcome": "prohibited_image", "grade": "A"},
        *({"outcome": "x"}, {"grade": ""}, {"grade": "A1"}, {"ai": "x"}),
    ],
)
def test_only_the_deciding_jurisdictions_words_of_criminal_material_are_taken(
    mia: User, words: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        publish_address(found=replace(PAGE, **words), person=mia, at=NOON)


def test_only_who_may_publish_may_and_a_reason_is_needed(ana: User, mia: User) -> None:
    with pytest.raises(NotAllowed):
        publish_address(found=PAGE, person=ana, at=NOON)
    line = publish_address(found=PAGE, person=mia, at=NOON)
    with pytest.raises(NotAllowed):
        withdraw_address(reference=line.reference, reason="a reason", person=ana, at=NOON)
    with pytest.raises(BadInput):
        withdraw_address(reference=line.reference, reason=" ", person=mia, at=NOON)
    with pytest.raises(NotFound):
        withdraw_address(reference="another", reason="a reason", person=mia, at=NOON)


def test_the_ledger_keeps_the_act_and_not_the_address(mia: User) -> None:
    line = publish_address(found=PAGE, person=mia, at=NOON)
    withdraw_address(reference=line.reference, reason="an error", person=mia, at=NOON)
    for event in (Event.ENTRY_PUBLISHED, Event.ENTRY_WITHDRAWN):
        (found,) = ledger.search(event=event)
        assert found.subject == f"address:{line.reference}"
        assert "example" not in json.dumps([found.subject, found.details])


def test_a_list_of_addresses_as_json_is_sorted_and_whole(mia: User) -> None:
    for number in (3, 1, 2):
        publish_address(
            found=replace(PAGE, address=f'https://e.example.net/{number}?q=","'), person=mia, at=NOON
        )
    out = io.StringIO()
    own_list.write_json(out, get_feed("addresses"), 1, NOON, now=EVENING)
    values = [entry["value"] for entry in json.loads(out.getvalue())["entries"]]
    assert values == [f'https://e.example.net/{number}?q=","' for number in (1, 2, 3)]
    assert [row.value for row in _table()] == values
