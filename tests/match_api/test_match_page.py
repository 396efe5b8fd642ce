"""The manager's page of who may ask, and the commands that grant it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone
from match_cast import KNOWN, OTHER, Program, a_hash, allow

from openhotline.cli import program as openhotline
from openhotline.errors import NotFound
from openhotline_server.accounts.models import User
from openhotline_server.lists.models import HashList
from openhotline_server.sharing.grants import grants_of

pytestmark = pytest.mark.django_db


def test_the_page_shows_rights_and_use(
    program: Program, paul: User, known: HashList, oda: User, client: Client
) -> None:
    allow(paul, known, tells_tags=True, per_minute=1234)
    program.hashes(a_hash(KNOWN), a_hash(OTHER))
    client.force_login(oda)
    words = client.get("/console/partners/").content.decode()
    assert "Paul" in words and known.title in words and "1,234" in words
    assert f'{timezone.now().date().isoformat()}</th><td class="num">2</td>' in words
    assert "/console/partners/" in client.get("/console/people/").content.decode()


def test_nobody_else_sees_it(client: Client, ana: User) -> None:
    client.force_login(ana)
    assert client.get("/console/partners/").status_code == 403


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    import openhotline_server.commands.matching_rights as commands

    monkeypatch.setattr(commands, "site_ready", lambda: None)

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(openhotline, ["partner", *arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return call


def test_rights_are_given_shown_and_ended_by_command(
    run: Callable[..., str], paul: User, known: HashList
) -> None:
    told = run("grant", "paul", "known", "--tags", "--per-minute", "60")
    assert "60 a minute, 20,000 a day; told: tags" in told
    assert [(one.tells_tags, one.tells_distance) for one in grants_of(paul)] == [(True, False)]
    assert "known" in run("grants", "paul")
    shown = json.loads(run("grants", "paul", "--json"))
    assert shown["grants"][0]["per_minute"] == 60 and shown["asked"] == {}
    run("end-grant", "paul", "known")
    assert "Nothing is granted" in run("grants", "paul")
    with pytest.raises(NotFound):
        run("end-grant", "paul", "known")
