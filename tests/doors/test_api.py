"""The API as a partner's program sees it: known, entitled, limited, written down."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.desk_of import PSEUDO_B, a_case, answered

from openhotline import hashlists
from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import issue_partner_key, revoke_partner_key
from openhotline_server.api import limits
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.sharing.operations import entitle, publish
from openhotline_server.sharing.queries import get_feed

pytestmark = pytest.mark.django_db
LIST = "/api/1/feeds/all/entries.csv"


@pytest.fixture
def published(ana: User, ben: User, mia: User) -> None:
    publish(cases=[answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))], person=mia, at=NOON)


def _key(paul: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_partner_key(partner=paul, actor='system', at=NOON).secret}"}


def test_health_says_ok_and_nothing_else(client: Client) -> None:
    answer = client.get("/api/1/health")
    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "version"}


def test_without_a_key_or_with_a_wrong_one_it_is_401(client: Client, published: None) -> None:
    assert client.get(LIST).status_code == 401
    assert client.get(LIST, headers={"Authorization": "Bearer ohl_wrong"}).status_code == 401


def test_a_revoked_key_is_401_at_once(client: Client, published: None, paul: User) -> None:
    issued = issue_partner_key(partner=paul, actor="system", at=NOON)
    revoke_partner_key(key=issued.key, actor="system", at=NOON)
    assert client.get(LIST, headers={"Authorization": f"Bearer {issued.secret}"}).status_code == 401


def test_a_known_partner_who_is_not_entitled_is_403(client: Client, published: None, paul: User) -> None:
    assert client.get(LIST, headers=_key(paul)).status_code == 403


def test_an_entitled_partner_gets_the_list_and_it_is_written_down(
    client: Client, published: None, paul: User
) -> None:
    entitle(partner=paul, feed=get_feed("all"), actor="system", at=NOON)
    key = _key(paul)
    answer = client.get(LIST, headers=key)
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert len(hashlists.read_csv(io.StringIO(body, newline=""))) == 3
    assert client.get("/api/1/feeds/all/entries.json", headers=key).status_code == 200
    assert client.get("/api/1/feeds/all/entries.xml", headers=key).status_code == 404
    assert ledger.search(event=Event.LIST_DOWNLOADED, actor=str(paul.code)).count() == 2


def test_too_many_downloads_are_429(
    client: Client, published: None, paul: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    entitle(partner=paul, feed=get_feed("all"), actor="system", at=NOON)
    monkeypatch.setattr(limits, "DOWNLOADS_AN_HOUR", 1)
    key = _key(paul)
    assert client.get(LIST, headers=key).status_code == 200
    assert client.get(LIST, headers=key).status_code == 429


def test_a_feed_of_another_name_is_403_like_one_that_does_not_exist(
    client: Client, published: None, paul: User
) -> None:
    entitle(partner=paul, feed=get_feed("category-a"), actor="system", at=NOON)
    key = _key(paul)
    assert client.get("/api/1/feeds/category-a/entries.csv", headers=key).status_code == 200
    for name in ("category-b", "no-such-feed"):
        assert client.get(f"/api/1/feeds/{name}/entries.csv", headers=key).status_code == 403
