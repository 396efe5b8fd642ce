"""PyMISP and misp-stix read a feed from the running site, as an instance of MISP pulls it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from misp_stix_converter import MISPtoSTIX21Parser
from pymisp import MISPEvent
from tests.conftest import NOON
from tests.taxii.partners_cast import a_key, basic, published, settled_policy, sha256s, withdrawn

from openhotline_server.accounts.models import User
from openhotline_server.api import limits
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.sharing.addresses import Found, Kind, publish_address

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _policy(db: None) -> None:
    settled_policy()


@pytest.fixture
def readers(ana: User, ben: User) -> tuple[User, User]:
    return ana, ben


class Puller:
    """What MISP does: the manifest, then each event whose timestamp is newer than its own."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.address, self.headers = address, headers
        self.events: dict[str, MISPEvent] = {}
        self.raw: dict[str, dict[str, Any]] = {}

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.address}/{path}", headers=self.headers, timeout=60)

    def pull(self) -> list[str]:
        """Fetch what is newer; return which events that were."""
        fetched = []
        for uuid, listed in self.get("manifest.json").json().items():
            held = self.raw.get(uuid)
            if held is None or int(held["Event"]["timestamp"]) < int(listed["timestamp"]):
                answer = self.get(f"{uuid}.json")
                answer.raise_for_status()
                assert answer.json()["Event"]["timestamp"] == listed["timestamp"]
                self._edit(uuid, answer.json())
                fetched.append(uuid)
        return fetched

    def _edit(self, uuid: str, document: dict[str, Any]) -> None:
        """Take an object or attribute only if it is newer than the one held, as MISP does."""
        for part in document["Event"]["Object"] if uuid in self.raw else []:
            for old in self.raw[uuid]["Event"]["Object"]:
                if old["uuid"] == part["uuid"] and int(old["timestamp"]) >= int(part["timestamp"]):
                    part |= old
        self.raw[uuid] = document
        self.events[uuid] = MISPEvent()
        self.events[uuid].load(json.dumps(document))

    def values(self, kind: str) -> set[str]:
        return {
            a.value
            for event in self.events.values()
            for o in event.objects
            for a in o.attributes
            if a.type == kind and not o.deleted and not a.deleted
        }


@pytest.fixture
def puller(live_server: Any, paul: User) -> Puller:
    key = a_key(paul, "all", "addresses")
    return Puller(f"{live_server.url}/api/1/feeds/all/misp", basic("paul", key))


def test_every_hash_arrives_and_only_what_changed_is_fetched_again(
    puller: Puller, readers: tuple[User, User], mia: User
) -> None:
    items = published(readers, mia, members=4)
    assert len(puller.pull()) == 1
    assert puller.values("sha256") == sha256s(items)
    assert puller.values("md5") == {item.md5 for item in items}
    assert puller.pull() == []

    more = published(readers, mia, members=2, at=NOON + timedelta(days=1))
    assert len(puller.pull()) == 1
    assert puller.values("sha256") == sha256s([*items, *more])

    withdrawn(items[1], mia, at=NOON + timedelta(days=2))
    assert len(puller.pull()) == 1
    assert puller.values("sha256") == sha256s([items[0], *items[2:], *more])
    assert puller.pull() == []


def test_a_full_event_begins_another_and_both_are_whole(
    puller: Puller, readers: tuple[User, User], mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openhotline.exchange.misp import planning
    from openhotline_server.sharing import streams

    monkeypatch.setattr(planning, "LARGEST_EVENT", 3)
    monkeypatch.setattr(streams, "AT_ONCE", 2)
    items = published(readers, mia, members=7)
    assert len(puller.pull()) == 3
    assert puller.values("sha256") == sha256s(items)
    assert [event.info.rsplit(" ", 1)[1] for event in puller.events.values()] == ["1", "2", "3"]


def test_misp_stix_converts_what_arrives(puller: Puller, readers: tuple[User, User], mia: User) -> None:
    items = published(readers, mia, members=2)
    (uuid,) = puller.pull()
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(puller.events[uuid])
    text = parser.bundle.serialize()
    assert all(value in text for item in items for value in (item.md5, item.sha1, item.sha256 or ""))
    assert not parser.errors


def test_the_digests_of_values_are_those_of_the_events(
    puller: Puller, readers: tuple[User, User], mia: User
) -> None:
    items = published(readers, mia, members=3)
    withdrawn(items[0], mia, at=NOON + timedelta(hours=1))
    puller.pull()
    rows = [row.split(",") for row in puller.get("hashes.csv").text.split()]
    (event,) = puller.events.values()
    digests = [
        d
        for o in event.objects
        for a in o.attributes
        if a.to_ids and not a.deleted
        for d in a.hash_values("md5")
    ]
    assert [digest for digest, _ in rows] == digests
    assert len(rows) == 6


def test_addresses_are_stock_objects(puller: Puller, mia: User) -> None:
    where = "https://img.example.net/benign/1.png"
    publish_address(found=Found(Kind.URL, where, "photograph", "C", "none"), person=mia, at=NOON)
    domain = Found(
        Kind.DOMAIN, "dedicated.example.org", "photograph", "A", "none", "every page of it was seen"
    )
    publish_address(found=domain, person=mia, at=NOON)
    puller.address = puller.address.replace("/all/", "/addresses/")
    puller.pull()
    assert puller.values("url") == {where}
    assert puller.values("domain") == {"dedicated.example.org"}


def test_taxonomy_and_template_are_served(puller: Puller) -> None:
    taxonomy = puller.get("taxonomies/openhotline/machinetag.json").json()
    assert taxonomy["namespace"] == "openhotline"
    assert "gb-eng-grade" in {values["predicate"] for values in taxonomy["values"]}
    assert puller.get("objects/media-hash/definition.json").json()["name"] == "media-hash"


def test_strangers_get_nothing(puller: Puller, readers: tuple[User, User], mia: User, paul: User) -> None:
    published(readers, mia)
    (uuid,) = puller.pull()
    key = a_key(paul)
    for path in ("manifest.json", f"{uuid}.json", "hashes.csv"):
        url = f"{puller.address}/{path}"
        for headers in ({}, basic("paul", "ohl_wrong"), basic("otto", key)):
            answer = requests.get(url, headers=headers, timeout=60)
            assert answer.status_code == 401
            assert "WWW-Authenticate" in answer.headers
        assert requests.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=60).status_code == 200
        other = url.replace("/all/", "/category-a/")
        assert requests.get(other, headers=basic("paul", key), timeout=60).status_code == 403
    missing = f"{puller.address}/00000000-0000-4000-8000-000000000000.json"
    assert requests.get(missing, headers=basic("paul", key), timeout=60).status_code == 404


def test_every_call_is_a_line_of_the_ledger(
    puller: Puller, paul: User, readers: tuple[User, User], mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(readers, mia, members=2)
    puller.pull()
    noted = [line.details for line in ledger.search(event=Event.LIST_DOWNLOADED, actor=str(paul.code))]
    assert noted == [{"protocol": "misp", "lines": 2}, {"protocol": "misp", "lines": 0}]
    monkeypatch.setattr(limits, "CALLS_A_MINUTE", 1)
    assert puller.get("manifest.json").status_code == 429
