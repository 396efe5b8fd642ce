"""Who may not, or asks for what is not there, is told so as TAXII 2.1 says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from taxii2client.exceptions import TAXIIServiceException
from taxii2client.v21 import Collection
from tests.conftest import NOON
from tests.taxii.partners_cast import basic, published

from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.sharing.operations import end_entitlement
from openhotline_server.sharing.queries import get_feed

pytestmark = pytest.mark.django_db(transaction=True)
Get = Callable[..., requests.Response]
MEDIA = "application/taxii+json;version=2.1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("collections/", 200),
        ("collections/all/", 200),
        ("collections/category-a/", 404),
        ("collections/nobody/objects/", 404),
        ("collections/00000000-0000-4000-8000-000000000000/objects/", 404),
        ("status/7/", 404),
        ("collections/all/objects/?limit=0", 400),
        ("collections/all/objects/?limit=x", 400),
        ("collections/all/objects/?next=../..", 400),
        ("collections/all/objects/?added_after=yesterday", 400),
        ("collections/all/objects/?added_after=2026-11-03T12:00:00", 400),
        ("collections/all/objects/?match[version]=sometimes", 400),
    ],
)
def test_a_mistaken_question_is_refused_as_the_standard_says(get: Get, path: str, status: int) -> None:
    answer = get(path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == MEDIA
    if status != 200:
        assert answer.json()["http_status"] == str(status)
        assert answer.json()["description"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (MEDIA, 200),
        ("application/taxii+json", 200),
        ("text/html, */*;q=0.5", 200),
        ("application/taxii+json;version=2.0", 406),
        ("application/vnd.oasis.taxii+json; version=2.0", 406),
        ("text/html", 406),
    ],
)
def test_a_form_that_is_not_spoken_is_406(get: Get, accept: str, status: int) -> None:
    assert get("collections/", accept=accept).status_code == status


def test_an_old_client_is_told_so(live_server: Any, key: str) -> None:
    from taxii2client.v20 import Server as OldServer

    with pytest.raises((requests.HTTPError, TAXIIServiceException), match="406"):
        _ = OldServer(f"{live_server.url}/api/1/taxii2/", user="paul", password=key).api_roots


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_writes(get: Get, method: str) -> None:
    assert get("collections/all/objects/", method=method).status_code == 403


def test_wrong_names_and_keys_are_401_and_say_how_to_sign_in(root: str, key: str, get: Get) -> None:
    for headers in ({}, basic("paul", "ohl_wrong"), basic("otto", key), {"Authorization": "Basic ???"}):
        answer = requests.get(f"{root}collections/", headers={"Accept": MEDIA, **headers}, timeout=60)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert get("collections/", Authorization=f"Bearer {key}").status_code == 200
    with pytest.raises(requests.HTTPError, match="401"):
        Collection(f"{root}collections/all/", user="paul", password="ohl_wrong").get_objects()


def test_a_right_that_ended_ends_at_once(get: Get, paul: User) -> None:
    assert get("collections/all/objects/").status_code == 200
    end_entitlement(partner=paul, feed=get_feed("all"), actor="system", at=NOON)
    assert get("collections/all/objects/").status_code == 404


def test_every_page_is_a_line_of_the_ledger_and_too_many_are_429(
    get: Get, paul: User, readers: tuple[User, User], mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openhotline_server.api import limits

    published(readers, mia)
    get("collections/all/objects/")
    (line,) = ledger.search(event=Event.LIST_DOWNLOADED, actor=str(paul.code))
    assert line.details == {"protocol": "taxii", "lines": 4}
    monkeypatch.setattr(limits, "CALLS_A_MINUTE", 1)
    answer = get("collections/all/objects/")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
