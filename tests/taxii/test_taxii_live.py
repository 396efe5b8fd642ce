"""The unmodified taxii2-client reads our feeds from a running server; stix2 parses everything it gets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
import stix2
from taxii2client.v21 import Collection, Server, as_pages
from tests.conftest import NOON
from tests.taxii.partners_cast import a_key, published, sha256s, withdrawn

from openhotline_server.accounts.models import User
from openhotline_server.sharing import streams
from openhotline_server.sharing.addresses import Found, Kind, publish_address, withdraw_address
from openhotline_server.sharing.queries import get_feed

pytestmark = pytest.mark.django_db(transaction=True)
Get = Callable[..., requests.Response]
ALL = "Everything on our list"
MEDIA = "application/taxii+json;version=2.1"


def _collection(root: str, key: str, name: str = "all") -> Collection:
    return Collection(f"{root}collections/{get_feed(name).code}/", user="paul", password=key)


def _hashes(objects: list[dict[str, Any]], name: str = "SHA-256") -> set[str]:
    patterns = [o["pattern"] for o in objects if o["type"] == "indicator" and not o.get("revoked")]
    return {m[1] for p in patterns if (m := re.fullmatch(rf"\[file:hashes\.'{name}' = '([0-9a-f]+)'\]", p))}


def _all(collection: Collection, size: int = 50, **filters: Any) -> list[dict[str, Any]]:
    pages = list(as_pages(collection.get_objects, per_request=size, **filters))
    assert all(len(page.get("objects", [])) <= size for page in pages)
    assert all(len(page["objects"]) == size for page in pages if page["more"])
    return [found for page in pages for found in page.get("objects", [])]


@pytest.mark.parametrize("place", ["taxii2/", "api/1/taxii2/"])
def test_a_client_finds_the_root_and_the_feeds_it_may_read(live_server: Any, key: str, place: str) -> None:
    server = Server(f"{live_server.url}/{place}", user="paul", password=key)
    assert server.default.url == server.api_roots[0].url
    (only,) = server.api_roots
    assert only.versions == [MEDIA]
    assert {c.title for c in only.collections} == {ALL, "Category B", "Category C"}
    assert all(c.can_read and not c.can_write for c in only.collections)


def test_a_client_reads_every_page_and_stix2_every_object(
    root: str, key: str, readers: tuple[User, User], mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "AT_ONCE", 9)
    items = published(readers, mia, members=70)
    (feed,) = [
        c for c in Server(f"{root}../", user="paul", password=key).default.collections if c.title == ALL
    ]
    found = _all(feed, size=50)
    assert found == _all(_collection(root, key), size=211)
    assert _hashes(found) == sha256s(items)
    assert _hashes(found, "MD5") == {item.md5 for item in items}
    assert len(found) == 3 * 70 + 1
    assert len({o["id"] for o in found}) == len(found)
    parsed = [stix2.parse(document, allow_custom=False) for document in found]
    assert parsed[0].type == "identity"
    assert {p.created_by_ref for p in parsed[1:]} == {parsed[0].id}


def test_added_after_gives_what_came_since_and_a_withdrawal_is_revoked(
    root: str, key: str, readers: tuple[User, User], mia: User, get: Get
) -> None:
    first = published(readers, mia, members=3)
    answer = get(f"collections/{get_feed('all').code}/objects/")
    assert answer.headers["X-TAXII-Date-Added-Last"] == "2026-11-03T12:00:00.000000Z"
    since = answer.headers["X-TAXII-Date-Added-Last"]
    assert _all(_collection(root, key), added_after=since) == []

    second = published(readers, mia, at=NOON + timedelta(hours=1))
    withdrawn(first[0], mia, at=NOON + timedelta(hours=2))
    news = _all(_collection(root, key), added_after=since)
    assert _hashes(news) == sha256s(second)
    revoked = [o for o in news if o.get("revoked")]
    assert len(revoked) == 3
    assert all(o["valid_until"] == o["modified"] > o["created"] for o in revoked)
    now = _all(_collection(root, key))
    assert _hashes(now) == sha256s([*first[1:], *second])
    for document in now:
        stix2.parse(document, allow_custom=False)


def test_the_same_is_said_by_bytes_of_every_page_and_its_headers(
    readers: tuple[User, User], mia: User, get: Get
) -> None:
    published(readers, mia, members=4)
    published(readers, mia, at=NOON + timedelta(hours=1))
    path = f"collections/{get_feed('all').code}/objects/?limit=10"
    first = get(path)
    assert first.headers["Content-Type"] == MEDIA
    assert first.json()["more"] is True
    last = get(f"{path}&next={first.json()['next']}")
    assert last.json()["more"] is False
    assert "next" not in last.json()
    assert first.headers["X-TAXII-Date-Added-First"] <= first.headers["X-TAXII-Date-Added-Last"]
    assert last.headers["X-TAXII-Date-Added-Last"] == "2026-11-03T13:00:00.000000Z"


def test_another_grade_is_a_new_version_here_and_moves_between_feeds(
    root: str, key: str, readers: tuple[User, User], mia: User
) -> None:
    from openhotline_server.assessment.models import LegalResult
    from openhotline_server.sharing.operations import publish
    from openhotline_server.triage.models import Case

    published(readers, mia)
    LegalResult.objects.filter(jurisdiction="gb-eng").update(grade="C")  # as a corrected file would derive it
    publish(cases=list(Case.objects.all()), person=mia, at=NOON + timedelta(hours=1))
    every = _all(_collection(root, key), type="indicator")
    assert len(every) == 3
    assert all('openhotline:gb-eng-grade="C"' in o["labels"] and o["modified"] > o["created"] for o in every)
    assert len(_all(_collection(root, key), type="indicator", version="all")) == 6
    assert {o["modified"] for o in _all(_collection(root, key), type="indicator", version="first")} == {
        "2026-11-03T12:00:00.000Z"
    }
    assert all(o["revoked"] for o in _all(_collection(root, key, "category-b"), type="indicator"))
    assert len(_hashes(_all(_collection(root, key, "category-c")))) == 1
    ids = {
        name: {o["id"] for o in _all(_collection(root, key, name))}
        for name in ("all", "category-b", "category-c")
    }
    shared = ids["all"] & ids["category-b"] & ids["category-c"]
    assert {i.split("--")[0] for i in shared} == {"identity"}


def test_manifest_single_objects_and_versions(
    root: str, key: str, readers: tuple[User, User], mia: User, get: Get
) -> None:
    items = published(readers, mia, members=5)
    withdrawn(items[0], mia, at=NOON + timedelta(hours=1))
    collection = _collection(root, key)
    manifest = collection.get_manifest()["objects"]
    objects = collection.get_objects()["objects"]
    assert [(m["id"], m["version"]) for m in manifest] == [(o["id"], o["modified"]) for o in objects]
    for document in (objects[0], objects[1], objects[-1]):
        assert collection.get_object(document["id"])["objects"] == [document]
    revoked = next(o for o in objects if o.get("revoked"))
    versions = get(f"collections/all/objects/{revoked['id']}/versions/").json()["versions"]
    assert versions == [revoked["created"], revoked["modified"]]
    both = _all(collection, id=[objects[1]["id"], revoked["id"]])
    assert {o["id"] for o in both} == {objects[1]["id"], revoked["id"]}
    assert _all(collection, type="identity") == [objects[0]]
    assert _all(collection, spec_version="2.0") == []
    with pytest.raises(requests.HTTPError, match="404"):
        collection.get_object("indicator--00000000-0000-4000-8000-000000000000")


def test_a_line_is_not_out_before_it_has_settled(
    root: str, key: str, readers: tuple[User, User], mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(readers, mia)
    monkeypatch.setattr(streams, "SETTLED_AFTER", timedelta(days=3650))
    assert _hashes(_all(_collection(root, key))) == set()


def test_addresses_are_indicators_of_their_own(root: str, paul: User, mia: User) -> None:
    key = a_key(paul, "addresses")
    where = "https://img.example.net/benign/it's-1.png?a=b"
    found = Found(Kind.URL, where, "pseudo_photograph", "B", "wholly_generated")
    line = publish_address(found=found, person=mia, at=NOON)
    domain = Found(
        Kind.DOMAIN, "dedicated.example.org", "photograph", "A", "none", "every page of it was seen"
    )
    publish_address(found=domain, person=mia, at=NOON)
    collection = _collection(root, key, "addresses")
    first, second = _all(collection, type="indicator")
    assert stix2.parse(first).pattern == "[url:value = 'https://img.example.net/benign/it\\'s-1.png?a=b']"
    assert stix2.parse(second).pattern == "[domain-name:value = 'dedicated.example.org']"
    assert first["labels"][:2] == ["csam-address", "ai-generated"]
    withdraw_address(
        reference=line.reference, reason="gone for good", person=mia, at=NOON + timedelta(hours=1)
    )
    assert [o.get("revoked", False) for o in _all(collection, type="indicator")] == [False, True]
