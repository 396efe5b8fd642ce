"""A worker that is killed at any moment of sending: nothing leaves twice by itself, and nothing is silent."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from tests.notices.mail_servers import Kept, mail_server
from tests.pipeline.outbox_child import MOMENTS
from tests.pipeline.outbox_site import ask, child, events, run, states

from openhotline_server.notices.mail_server import MailServer

BEFORE_DATA = ("before_claim", "after_claim", "before_data")
TAKEN = ("letter_handed_over", "answered", "before_commit", "after_commit")
AFTER_THE_LEASE = "11"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("prepared") / "data"
    assert run(data, 9, "prepare", "1") == 0
    return data


@pytest.fixture
def site(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def here() -> Iterator[tuple[MailServer, Kept]]:
    with mail_server() as both:
        yield both


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_a_moment(site: Path, here: tuple[MailServer, Kept], moment: str) -> None:
    (server, kept), left = here, int(moment in TAKEN)
    assert run(site, server.port, "send", moment, "0") == -signal.SIGKILL
    assert len(kept.letters) == left
    run(
        site, server.port, "send", "never", "0"
    )  # another worker at once: it must not send what the dead one held
    assert len(kept.letters) == (1 if moment == "before_claim" else left)
    run(site, server.port, "send", "never", AFTER_THE_LEASE)
    if moment in BEFORE_DATA or moment == "after_commit":
        assert (states(site), len(kept.letters)) == (["sent"], 1)
        assert events(site, "notice.sent") == 1
    else:
        assert (states(site), len(kept.letters)) == (["uncertain"], left)
        assert events(site, "sending.failed") == 1
        decision = "it_left" if left else "send_again"
        run(site, server.port, "decide", decision, AFTER_THE_LEASE)
        run(site, server.port, "send", "never", AFTER_THE_LEASE)
        assert (states(site), len(kept.letters)) == (["sent"], 1)
    assert len(set(kept.message_ids())) == 1
    assert ask(site, "select state from triage_addresscase") == [("watched",)]
    assert ask(site, "select count(*) from notices_removal where ended_at is null") == [(1,)]
    assert events(site, "removal.began") == 1


@pytest.mark.slow
def test_three_workers_side_by_side_send_every_letter_once(
    tmp_path: Path, here: tuple[MailServer, Kept]
) -> None:
    (server, kept), data = here, tmp_path / "data"
    assert run(data, server.port, "prepare", "40") == 0
    workers = [child(data, server.port, "send", "never", "0") for _ in range(3)]
    for worker in workers:
        _, errors = worker.communicate(timeout=240)
        assert worker.returncode == 0, errors
    assert set(states(data)) == {"sent"}
    assert len(kept.message_ids()) == len(set(kept.message_ids())) == 40


@pytest.mark.slow
def test_a_worker_sends_within_seconds_and_goes_on_after_it_was_killed(
    prepared: Path, site: Path, here: tuple[MailServer, Kept]
) -> None:
    server, kept = here
    for expected in (1, 2):
        begun = monotonic()
        worker = child(site, server.port, program=("-m", "openhotline", "worker"))
        try:
            while len(kept.letters) < expected and monotonic() - begun < 120:
                sleep(0.1)
            assert len(kept.letters) == expected
            assert worker.poll() is None
        finally:
            os.kill(worker.pid, signal.SIGKILL)
            worker.communicate()
        if expected == 1:
            assert run(site, server.port, "add", "1") == 0
    assert len(set(kept.message_ids())) == 2
