"""A partner's program at a running site, for the tests that talk TAXII to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from tests.taxii.partners_cast import a_key, basic, settled_policy

from openhotline_server.accounts.models import User

Get = Callable[..., requests.Response]
MEDIA = "application/taxii+json;version=2.1"


@pytest.fixture
def readers(ana: User, ben: User) -> tuple[User, User]:
    return ana, ben


@pytest.fixture
def key(paul: User) -> str:
    settled_policy()
    return a_key(paul, "all", "category-b", "category-c")


@pytest.fixture
def root(live_server: Any) -> str:
    return f"{live_server.url}/api/1/taxii2/root/"


@pytest.fixture
def get(root: str, key: str) -> Get:
    def ask(path: str, *, accept: str = MEDIA, method: str = "GET", **headers: str) -> requests.Response:
        named = {**basic("paul", key), "Accept": accept, **headers}
        return requests.request(method, root + path, headers=named, timeout=60)

    return ask
