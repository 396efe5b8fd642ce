"""The deep look as background work: queued by an import, behind everything else, and never two at once."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult
from tests.pipeline.conftest import draw

from openhotline_server.findings.models import OriginExamination
from openhotline_server.pipeline import origin_tasks, origins
from openhotline_server.pipeline.importing import Imported
from openhotline_server.pipeline.origin_tasks import look_at_origins, look_at_what_waits
from openhotline_server.pipeline.retro_tasks import expire_entries

pytestmark = pytest.mark.django_db(transaction=True)
TakeIn = Callable[..., Imported]
PATH = "openhotline_server.pipeline.origin_tasks.look_at_origins"


def _ready() -> list[DBTaskResult]:
    return list(DBTaskResult.objects.ready().filter(task_path=PATH))


def _work() -> None:
    call_command("db_worker", batch=True, interval=0, verbosity=0, startup_delay=False)


def test_an_import_leaves_the_deep_look_to_the_worker(take_in: TakeIn, folder: Path) -> None:
    take_in(folder)
    assert OriginExamination.objects.count() == 0
    (waiting,) = _ready()
    assert waiting.priority < 0
    _work()
    assert OriginExamination.objects.count() == 5
    assert _ready() == []


def test_it_stops_for_other_work_and_goes_on_behind_it(
    take_in: TakeIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "batch").mkdir()
    for number in range(3):
        (tmp_path / "batch" / f"{number}.jpg").write_bytes(draw(70 + number))
    take_in(tmp_path / "batch")
    monkeypatch.setattr(origins, "AT_ONCE", 1)
    expire_entries.enqueue()
    look_at_origins.func()
    assert OriginExamination.objects.count() == 1
    assert [task.args_kwargs["args"] for task in _ready()] == [
        [],
        [OriginExamination.objects.get().item_id],
    ]
    _work()
    assert OriginExamination.objects.count() == 3


def test_two_do_not_look_at_once(take_in: TakeIn, folder: Path) -> None:
    take_in(folder)
    with settings.DATA.origin_lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        look_at_origins.func()
    assert OriginExamination.objects.count() == 0


def test_a_worker_that_starts_takes_up_what_waits(
    take_in: TakeIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at_what_waits()
    assert _ready() == []
    with monkeypatch.context() as patch:
        patch.setattr(origin_tasks, "after_commit", lambda *_: None)  # as if the process had died before
        take_in(folder)
    assert _ready() == []
    look_at_what_waits()
    _work()
    assert OriginExamination.objects.count() == 5
