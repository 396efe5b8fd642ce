"""``openhotline outbox`` from outside, on a data directory of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.notices.mail_servers import free_port, mail_server
from tests.pipeline.outbox_site import ask, child, run

WAY = ("-m", "openhotline", "outbox")


def outbox(data: Path, port: int, *arguments: str, status: int = 0) -> str:
    process = child(data, port, *arguments, program=WAY)
    out, errors = process.communicate(timeout=240)
    assert process.returncode == status, errors
    return out


@pytest.mark.slow
def test_letters_are_listed_sent_and_decided(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    assert run(data, port, "prepare", "1") == 0
    listed: dict[str, Any] = json.loads(outbox(data, port, "list", "--json", status=1))
    assert listed["counts"] == {"waiting": 1}
    assert any("more than an hour" in words for words in listed["alarms"])
    assert "abuse@example.org" not in json.dumps(listed)
    assert json.loads(outbox(data, port, "send", "--json", status=1))["stopped"] is True
    code = listed["letters"][0]["code"]
    outbox(
        data, port, "decide", code, "it_left", "--by", "mia", status=1
    )  # it waits: there is no doubt about it
    ask(data, "update notices_outgoing set next_try_at = queued_at", writes=True)
    with mail_server(port=port) as (_, kept):
        assert "1 sent" in outbox(data, port, "send")
        assert len(kept.letters) == 1
        assert "0 sent" in outbox(data, port, "send")
    assert "1 sent" in outbox(data, port, "list", "--state", "sent", status=0)
