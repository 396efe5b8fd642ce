"""What the worker does by the clock, and the alarm where it does not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.conftest import NOON
from tests.console.pages_cast import settled_policy, text_of
from tests.feeds.feeds_cast import a_document, a_feed, entry_id, pdq, write

from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.lists.operations import NewEntry, load_edition
from openhotline_server.pipeline import housekeeping
from openhotline_server.pipeline.housekeeping import keep_house, publish_due
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.refusals import note_refusal
from openhotline_server.sharing.signed_files import list_published, list_stale, publish_files, repository_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def feed(db: None) -> Iterator[Feed]:
    """A feed of one entry whose files were published at noon."""
    made = a_feed()
    write([a_document()], [NOON])
    repository = repository_of(made)
    publish_files(feed=made, repository=repository, actor="system", at=NOON)
    yield made
    for folder in (repository.folder, repository.keys.folder):
        shutil.rmtree(folder)


def _signed_at() -> datetime | None:
    [one] = list_published()
    return one.signed_at


def test_files_are_published_when_they_are_due_and_not_before(feed: Feed) -> None:
    assert publish_due(at=NOON + 11 * HOUR) == 0
    assert publish_due(at=NOON + 12 * HOUR) == 1
    assert _signed_at() == NOON + 12 * HOUR
    assert publish_due(at=NOON + 13 * HOUR) == 0


def test_what_was_published_meanwhile_goes_out_with_them(feed: Feed) -> None:
    document = a_document()
    write([document], [NOON + HOUR])
    entry = NewEntry(algorithm="pdq", value=pdq(document), quality=80, source_reference=entry_id(document))
    load_edition(hash_list=feed.hash_list, add=[entry], withdraw=[], actor="system", at=NOON + HOUR)
    publish_due(at=NOON + 12 * HOUR)
    assert repository_of(feed).edition().number == 2
    assert ledger.search(event=Event.EDITION_PUBLISHED, subject=f"feed:{feed.code}").count() == 2


def test_a_feed_that_cannot_be_published_does_not_keep_the_others_from_it_and_raises_the_alarm(
    feed: Feed,
) -> None:
    assert list_stale(at=NOON + 47 * HOUR) == []
    (repository_of(feed).keys.folder / "timestamp.pem").unlink()
    assert publish_due(at=NOON + 12 * HOUR) == 0
    assert [one.feed for one in list_stale(at=NOON + 49 * HOUR)] == [feed]


def test_a_root_that_ends_soon_is_an_alarm_though_all_is_signed(feed: Feed) -> None:
    late = NOON + timedelta(days=340)
    publish_due(at=late)
    assert [one.feed for one in list_stale(at=late)] == [feed]


def test_a_repository_that_cannot_be_read_is_an_alarm(feed: Feed) -> None:
    (repository_of(feed).folder / "metadata" / "timestamp.json").write_text("{")
    assert [one.signed_until for one in list_stale(at=NOON)] == [None]


def test_the_alarm_stands_where_lists_wait_and_somebody_may_have_them_published(
    feed: Feed, mia: User, ana: User
) -> None:
    settled_policy()
    client = Client()
    client.force_login(mia)
    for page in ("/console/", "/console/lists/"):  # the files of a test are as old as its noon
        assert "Signed files need somebody" in text_of(client.get(page))
    answer = client.post("/console/lists/files/", follow=True)
    assert "The worker publishes and signs them now." in text_of(answer)
    client.force_login(ana)
    assert client.post("/console/lists/files/").status_code == 403


def test_keeping_house_comes_again_once_however_often_it_runs(
    paul: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping.timezone, "now", lambda: NOON)
    note_refusal(partner=paul, kind="hashes", limit="3 a minute", at=NOON - HOUR)
    note_refusal(partner=paul, kind="hashes", limit="3 a minute", at=NOON - HOUR)
    for _ in range(3):
        keep_house.call()
    waiting = DBTaskResult.objects.filter(task_path=keep_house.module_path)
    assert [one.run_after for one in waiting] == [NOON + housekeeping.EVERY]
    assert ledger.search(event=Event.MATCH_REFUSED).count() == 2
    housekeeping.begin()
    assert waiting.count() == 1


def test_a_worker_that_starts_begins_it() -> None:
    housekeeping.begin()
    assert DBTaskResult.objects.get(task_path=keep_house.module_path).status == "READY"
