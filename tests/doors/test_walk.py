"""Every address, as every role and as nobody. A new page that names no permission fails here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import ROLE_PERMISSIONS, Role

FRONT = {"", "report/", "receipt/", "<language:language>/"}
FRONT |= {f"<language:language>/{page}/" for page in ("report", "receipt")}
PUBLIC = FRONT | {"api/1/", "api/1/health"}
PARTNER_KEY = ("api/1/", "taxii2/")  # everything below is for programs with a key
SIGN_IN = "sign-in/"
EXAMPLES = {
    "uuid": str(uuid.UUID(int=7)),
    "int": "7",
    "str": "csv",
    "slug": "own",
    "path": "x",
    "language": "de",
}


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here, pattern.callback


ADDRESSES = sorted(_walk(get_resolver().url_patterns), key=lambda pair: pair[0])
CONSOLE = [(a, v) for a, v in ADDRESSES if a.startswith("console/")]


def _filled(address: str) -> str:
    import re

    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: EXAMPLES[m.group(1) or "str"], address)


def test_the_walk_sees_the_whole_site() -> None:
    assert len(CONSOLE) > 20
    assert {a.split("/")[0] for a, _ in ADDRESSES} == {
        *("", "report", "receipt", "<language:language>"),
        *("console", "api", "taxii2", "sign-in"),
    }


@pytest.mark.parametrize(("address", "view"), CONSOLE, ids=[a for a, _ in CONSOLE])
def test_every_console_view_names_its_permission(address: str, view: Any) -> None:
    assert getattr(view, "permission", None) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("address", [a for a, _ in ADDRESSES])
def test_nobody_sees_only_the_front_the_health_and_the_way_in(client: Client, address: str) -> None:
    for ask in (client.get, client.post):
        answer = ask(_filled(address))
        if address in PUBLIC:
            allowed = (200, 302, 404, 405, 415, 503) if address in FRONT else (200, 404, 405, 503)
            assert answer.status_code in allowed, address
            assert "/sign-in/" not in answer.get("Location", "")
        elif address.startswith(PARTNER_KEY):
            assert answer.status_code in (401, 404, 405), address
        elif address.startswith(SIGN_IN):
            assert answer.status_code in (200, 302, 400, 401, 403, 404, 405, 429)
        else:
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/sign-in/login/"), address


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_a_role_is_refused_wherever_it_has_no_permission(
    client: Client, add_person: Callable[..., User], role: str
) -> None:
    client.force_login(add_person(f"somebody-{role}", role))
    client.raise_request_exception = False
    for address, view in CONSOLE:
        answers = {client.get(_filled(address)).status_code, client.post(_filled(address)).status_code}
        if view.permission in ROLE_PERMISSIONS[Role(role)]:
            assert 403 not in answers or answers <= {403, 404, 405}, (address, answers)
            assert 500 not in answers, (address, answers)
        else:
            assert answers <= {403, 405}, (address, answers)


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
def test_a_session_opens_no_api_call(client: Client, add_person: Callable[..., User], role: str) -> None:
    client.force_login(add_person(f"somebody-{role}", role))
    assert client.get("/api/1/feeds/all/entries.csv").status_code == 401


@pytest.mark.django_db
def test_every_answer_carries_a_strict_policy_and_is_not_stored(client: Client) -> None:
    answer = client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Cache-Control"] == "no-store"
