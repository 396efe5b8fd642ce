"""The doors of a feed, as a program meets them: known, entitled, limited, written down, and exact in every word."""

from __future__ import annotations

import base64
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.feeds.feeds_cast import (
    GRADES,
    a_document,
    a_feed,
    a_key,
    entry_id,
    listed,
    pdq,
    withdraw_now,
    write,
)

from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import revoke_partner_key
from openhotline_server.accounts.queries import keys_in_force
from openhotline_server.api import as_ncmec, as_stopncii, limits, ncmec
from openhotline_server.ledger import queries as ledger
from openhotline_server.sharing.models import Delivery, Feed
from openhotline_server.sharing.operations import end_entitlement

pytestmark = pytest.mark.django_db
STOPNCII, NCMEC = "/api/1/feeds/all/stopncii", "/api/1/feeds/all/ncmec"
PAGES = [
    (STOPNCII + "/FetchHashes"),
    (NCMEC + "/v2/entries"),
    (NCMEC + "/v2/status"),
    (NCMEC + "/v2/members"),
]
Get = Callable[..., Any]


def headers(key: str, user: str = "paul") -> dict[str, str]:
    """The credentials of both protocols."""
    pair = base64.b64encode(f"{user}:{key}".encode()).decode()
    return {"x-functions-key": key, "Authorization": f"Basic {pair}", "Ocp-Apim-Subscription-Key": "any"}


@pytest.fixture
def feed(paul: User) -> Feed:
    return a_feed()


@pytest.fixture
def key(paul: User, feed: Feed) -> str:
    return a_key(paul, feed, since=NOON)


@pytest.fixture
def get(client: Client, key: str) -> Get:
    def ask(path: str, **query: Any) -> Any:
        return client.get(path, query, headers=headers(key))

    return ask


def entries(answer: Any) -> list[dict[str, str | None]]:
    found = []
    for entry in ElementTree.fromstring(answer.content).iterfind("{*}*/*"):
        parts = {"tag": entry.tag.rpartition("}")[2]}
        parts |= {child.tag.rpartition("}")[2]: child.text for child in entry.iter() if child is not entry}
        found.append(parts)
    return found


# Who may


@pytest.mark.parametrize("page", PAGES)
def test_nobody_and_a_wrong_key_are_401(client: Client, feed: Feed, page: str) -> None:
    for brought in ({}, headers("ohl_wrong"), {"Authorization": "Basic !"}, {"Authorization": "Basic YQ=="}):
        answer = client.get(page, headers=brought)
        assert answer.status_code == 401
        assert b"Ask the hotline" in answer.content


def test_a_program_is_told_how_to_identify_itself(client: Client, feed: Feed) -> None:
    assert client.get(NCMEC + "/v2/status")["WWW-Authenticate"].startswith("Basic ")


def test_a_key_goes_with_its_organisations_name(client: Client, key: str, mia: User) -> None:
    assert client.get(NCMEC + "/v2/status", headers=headers(key)).status_code == 200
    assert client.get(NCMEC + "/v2/status", headers=headers(key, "mia")).status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_a_revoked_key_is_401_at_once(get: Get, paul: User, page: str) -> None:
    (held,) = keys_in_force(paul)
    revoke_partner_key(key=held, actor="system", at=NOON)
    assert get(page).status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_an_ended_right_is_403_like_a_feed_that_does_not_exist(
    get: Get, paul: User, feed: Feed, page: str
) -> None:
    assert get(page).status_code == 200
    end_entitlement(partner=paul, feed=feed, actor="system", at=NOON)
    refused, missing = get(page), get(page.replace("/all/", "/none/"))
    assert refused.status_code == missing.status_code == 403
    assert refused.content == missing.content


@pytest.mark.parametrize("page", PAGES)
def test_another_method_is_405(client: Client, key: str, page: str) -> None:
    assert client.delete(page, headers=headers(key)).status_code == 405


def test_a_session_opens_no_door(client: Client, feed: Feed, mia: User) -> None:
    client.force_login(mia)
    assert {client.get(page).status_code for page in PAGES} == {401}


@pytest.mark.parametrize("page", PAGES[:2])
def test_too_many_calls_are_429_with_a_time_to_wait(
    get: Get, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(limits, "CALLS_A_MINUTE", 3)
    codes = [get(page).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert 0 < int(get(page)["Retry-After"]) <= 60


def test_pages_do_not_use_up_the_whole_files(get: Get, client: Client, key: str, paul: User) -> None:
    write([a_document()], [NOON])
    for _ in range(limits.DOWNLOADS_AN_HOUR + 1):
        assert get(PAGES[0]).status_code == 200
    assert not limits.too_often(paul, now=NOON)


def test_every_page_is_a_ledger_line_and_a_whole_range_moves_the_delivery(
    get: Get, paul: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ncmec, "PAGE_SIZE", 2)
    write([a_document() for _ in range(3)], [NOON] * 3)
    first = get(NCMEC + "/v2/entries")
    assert not Delivery.objects.exists()
    assert get(NCMEC + ElementTree.fromstring(first.content).findtext("{*}paging/{*}next")).status_code == 200
    assert Delivery.objects.get().protocol == "ncmec"
    lines = ledger.search(event="list.downloaded", actor=str(paul.code))
    assert [line.details for line in lines] == [{"protocol": "ncmec", "lines": n} for n in (1, 2)]


# What is said


def test_ncmec_gives_the_item_its_hashes_and_its_own_letter(get: Get) -> None:
    document = a_document()
    write([document], [NOON])
    (entry,) = entries(get(NCMEC + "/v2/entries"))
    hashes = {name: document["hashes"][name]["value"] for name in ("md5", "sha1", "pdq")}
    assert entry == {
        "tag": "image",
        "member": "OpenHotline",
        "timestamp": "2026-11-03T12:00:00Z",
        "id": entry_id(document),
        "classification": "A2",
        "fingerprints": None,
        **hashes,
    }
    withdraw_now([document])
    (stone,) = entries(get(NCMEC + "/v2/entries"))
    assert (stone["tag"], stone["id"], "pdq" in stone) == ("deletedImage", entry_id(document), False)


def test_stopncii_gives_the_pdq_hash_with_its_tags(get: Get) -> None:
    document = a_document(ai="wholly_generated")
    write([document], [NOON])
    page = get(STOPNCII + "/FetchHashes", startTimestamp=10).json()
    (record,) = page["hashRecords"]
    assert record == {
        "lastModtimestamp": int(NOON.timestamp()),
        "signalType": "ImagePDQ",
        "hashValue": pdq(document),
        "hashStatus": "Active",
        "caseNumbers": {entry_id(document): "Active"},
        "CSPFeedbacks": [
            {
                "source": "OpenHotline",
                "feedbackValue": "Blocked",
                "tags": ["category:C", "ai:wholly_generated"],
            }
        ],
    }
    assert (page["count"], page["nextPageToken"], page["hasMoreRecords"]) == (1, None, False)


def test_a_film_is_a_video_in_both_and_an_address_only_in_one(get: Get) -> None:
    film = a_document(media="video")
    address = {
        "reference": "a-1",
        "address": {"kind": "url", "value": "https://example.org/a"},
        "grades": {},
        "ai": "",
    }
    domain = {
        "reference": "a-2",
        "address": {"kind": "domain", "value": "example.org"},
        "grades": {},
        "ai": "",
    }
    write([film], [NOON])
    Feed.objects.update(content="addresses")
    write([address, domain], [NOON] * 2)
    assert [entry["tag"] for entry in entries(get(NCMEC + "/v2/entries"))] == ["video"]
    records = get(STOPNCII + "/FetchHashes").json()["hashRecords"]
    assert [(r["signalType"], r["hashValue"]) for r in records] == [
        ("VideoMD5", film["hashes"]["md5"]["value"]),
        ("URL", "https://example.org/a"),
    ]


@pytest.mark.parametrize("uk", ["A", "B", "C", ""])
@pytest.mark.parametrize("us", ["A1", "A2", "B1", "B2", ""])
def test_letters_of_age_and_letters_of_severity_never_mix(uk: str, us: str) -> None:
    grades = {
        "gb-eng": {"outcome": "photograph", "grade": uk, "edition": "t"},
        "us-ncmec": {"outcome": "industry_classification", "grade": us, "edition": "t"},
        "interpol-baseline": {"outcome": "baseline", "grade": "B1", "edition": "t"},
    }
    document = a_document(grades=grades)
    assert as_ncmec.classification(grades) == us
    assert as_stopncii.tags(document, "gb-eng") == ([f"category:{uk}"] if uk else []) + ["ai:none"]
    assert as_stopncii.tags(document, "us-ncmec") == ["ai:none"]


def test_where_a_rule_is_silent_nothing_is_said() -> None:
    assert as_ncmec.classification({}) == ""
    assert as_ncmec.classification({"gb-eng": GRADES["gb-eng"]}) == ""
    annotated = {"us-ncmec": {"outcome": "annotation_only", "grade": "A1", "edition": "t"}}
    assert as_ncmec.classification(annotated) == ""
    assert as_ncmec.classification({"us-ncmec": {**GRADES["us-ncmec"], "grade": "C"}}) == ""
    for ai in ("unknown", ""):
        assert as_stopncii.tags(a_document(ai=ai, grades={}), "gb-eng") == []


def test_members_are_the_hotline_and_whoever_asks(get: Get, paul: User) -> None:
    found = ElementTree.fromstring(get(NCMEC + "/v2/members").content)
    assert [(m.get("id"), m.text) for m in found] == [("1", "OpenHotline"), (str(1000 + paul.pk), "Paul")]
    status = ElementTree.fromstring(get(NCMEC + "/v2/status").content)
    assert status.findtext("{*}username") == "paul"
    assert status.find("{*}member").get("id") == str(1000 + paul.pk)  # type: ignore[union-attr]


# Withdrawals by value


def fetched(get: Get, start: int) -> dict[str, tuple[str, str, str]]:
    """What a fetch says of each value: status, opinion, and which item."""
    page = get(STOPNCII + "/FetchHashes", startTimestamp=start).json()
    return {
        r["hashValue"]: (r["hashStatus"], r["CSPFeedbacks"][0]["feedbackValue"], *r["caseNumbers"])
        for r in page["hashRecords"]
    }


def test_a_withdrawal_says_so_twice_but_not_to_a_newcomer(get: Get) -> None:
    document = a_document()
    write([document], [NOON])
    withdraw_now([document])
    gone = {pdq(document): ("Withdrawn", "NotBlocked", entry_id(document))}
    assert fetched(get, 11) == gone
    assert fetched(get, 10) == {}


def test_what_went_before_a_partner_could_read_the_feed_is_not_told_it(
    get: Get, client: Client, feed: Feed, add_person: Callable[..., User]
) -> None:
    document = a_document()
    write([document], [NOON])
    withdraw_now([document])
    late = headers(a_key(add_person("petra", "partner"), feed), "petra")
    answer = client.get(STOPNCII + "/FetchHashes", {"startTimestamp": 11}, headers=late)
    assert answer.json()["hashRecords"] == [] and fetched(get, 11).keys() == {pdq(document)}


def test_a_value_that_something_else_still_shows_stays(get: Get, feed: Feed) -> None:
    one = a_document()
    two = a_document()
    two["hashes"]["pdq"] = one["hashes"]["pdq"]
    write([one, two], [NOON] * 2)
    listed(feed, one)
    withdraw_now([two])
    assert fetched(get, 11) == {pdq(one): ("Active", "Blocked", entry_id(one))}


def test_a_hash_that_an_item_has_no_longer_is_withdrawn(get: Get) -> None:
    old = a_document()
    new = {**old, "hashes": a_document()["hashes"]}
    write([old, new], [NOON] * 2)
    assert fetched(get, 11) == {
        pdq(new): ("Active", "Blocked", entry_id(new)),
        pdq(old): ("Withdrawn", "NotBlocked", entry_id(old)),
    }
    assert set(fetched(get, 10)) == {pdq(new)}


def test_what_leaves_a_feed_by_another_grade_is_withdrawn_from_it(get: Get, feed: Feed) -> None:
    Feed.objects.update(grades=["C"])
    document = a_document()
    write([document], [NOON])
    listed(feed, document)
    regraded = {**document, "grades": {"gb-eng": {"outcome": "photograph", "grade": "B", "edition": "t"}}}
    write([regraded], [NOON])
    assert fetched(get, 11)[pdq(document)][0] == "Withdrawn"
    (stone,) = entries(get(NCMEC + "/v2/entries"))
    assert stone["tag"] == "deletedImage"


# Pages


def test_a_pages_address_is_for_one_partner_feed_and_question(
    get: Get, client: Client, feed: Feed, add_person: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ncmec, "PAGE_SIZE", 1)
    write([a_document() for _ in range(3)], [NOON] * 3)
    following = ElementTree.fromstring(get(NCMEC + "/v2/entries").content).findtext("{*}paging/{*}next")
    assert following is not None and following.startswith("/v2/entries?from=")
    assert get(NCMEC + following).status_code == 200
    assert get(NCMEC + following).status_code == 200  # a page that broke off is asked for again
    assert get(NCMEC + following[:-1] + "x").status_code == 400
    other = headers(a_key(add_person("petra", "partner"), feed), "petra")
    assert client.get(NCMEC + following, headers=other).status_code == 400
    token = get(STOPNCII + "/FetchHashes", startTimestamp=10, pageSize=1).json()["nextPageToken"]
    asked = {"startTimestamp": 10, "pageSize": 1, "nextPageToken": token}
    assert get(STOPNCII + "/FetchHashes", **asked).status_code == 200
    assert get(STOPNCII + "/FetchHashes", **asked | {"startTimestamp": 11}).status_code == 400


def test_a_pages_address_lives_twelve_hours(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    write([a_document() for _ in range(2)], [NOON] * 2)
    token = get(STOPNCII + "/FetchHashes", startTimestamp=10, pageSize=1).json()["nextPageToken"]
    now = time.time()
    for hours, status in ((11.9, 200), (12.1, 400)):
        monkeypatch.setattr("django.core.signing.time.time", lambda hours=hours: now + hours * 3600)
        again = get(STOPNCII + "/FetchHashes", startTimestamp=10, pageSize=1, nextPageToken=token)
        assert again.status_code == status


@pytest.mark.parametrize(
    "query",
    [
        {"startTimestamp": "-1"},
        {"startTimestamp": "x"},
        {"startTimestamp": "9" * 13},
        {"startTimestamp": "253402300800"},
        {"startTimestamp": "10", "pageSize": "x"},
        {"nextPageToken": "x"},
    ],
)
def test_a_question_that_makes_no_sense_is_400_with_a_sentence(get: Get, query: dict[str, str]) -> None:
    answer = get(STOPNCII + "/FetchHashes", **query)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-03", "2026-11-03T12:00:00", "9999-99-99T00:00:00Z"])
def test_a_time_without_its_zone_is_400(get: Get, moment: str) -> None:
    assert get(NCMEC + "/v2/entries", **{"from": moment}).status_code == 400


def test_pages_are_as_large_as_asked_and_not_larger_than_allowed(get: Get) -> None:
    write([a_document() for _ in range(3)], [NOON] * 3)
    for size, count in ((1, 1), (2, 2), (0, 1), (1 << 31, 3)):
        page = get(STOPNCII + "/FetchHashes", startTimestamp=10, pageSize=size).json()
        assert page["count"] == count


def test_an_empty_feed_is_an_empty_last_page(get: Get) -> None:
    assert entries(get(NCMEC + "/v2/entries")) == []
    page = get(STOPNCII + "/FetchHashes", startTimestamp=10).json()
    assert (page["count"], page["hasMoreRecords"]) == (0, False)
