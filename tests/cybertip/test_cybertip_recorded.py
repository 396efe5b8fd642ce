"""The public client ``ncmec-cybertip`` 0.1.1: its recorded requests byte for byte, and itself where Python allows."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cybertip.provider import PLACE, Provider, a_report, code_of, replay, said

from openhotline.errors import Conflict, NotAllowed
from openhotline.exchange import cybertip
from openhotline.exchange.cybertip import CybertipClient, OutgoingFile, Submission, deliver
from openhotline.exchange.peer import Peer
from openhotline_server.accounts.models import User
from openhotline_server.intake.models import Draft, DraftFile, Mention, Report

NUMBER, OTHER = 4564654, 4564655
FILE_ID = "b0754af766b426f2928a02c651ed4b99"
PYTHON = os.environ.get("CYBERTIP_CLIENT_PYTHON", "")
"""A Python of 3.13 or later in which ``ncmec-cybertip`` 0.1.1 is installed."""


def _renumber(answer: Any, number: int) -> None:
    """The recorded requests carry the numbers of the recording: give the draft that was just opened the same one."""
    Draft.objects.filter(pk=said(answer).report_id).update(id=number)


@pytest.mark.django_db
def test_the_recorded_requests_are_answered_as_the_protocol_says(paul: User) -> None:
    Provider(paul)  # has the key of the recording
    client = Client()
    assert code_of(replay(client, "01-status")) == 0
    assert replay(client, "02-xsd").content.startswith(b"<?xml")
    _renumber(replay(client, "03-submit"), NUMBER)
    uploaded = said(replay(client, "04-upload"))
    assert uploaded.hash == hashlib.md5(b"bytes that are no picture\n").hexdigest()
    DraftFile.objects.update(code=uuid.UUID(FILE_ID))
    assert code_of(replay(client, "05-fileinfo")) == 0
    done = cybertip.read_done(replay(client, "06-finish").content)
    assert (done.report_id, done.files.file_id) == (NUMBER, (FILE_ID,))
    assert code_of(replay(client, "07-retract")) == 5102
    _renumber(replay(client, "08-submit"), OTHER)
    assert code_of(replay(client, "09-retract")) == 0
    assert code_of(replay(client, "10-finish")) == 5101
    wrong = replay(client, "11-status")
    assert (wrong.status_code, wrong.content) == (401, b"")
    stated = Mention.objects.get(report=Report.objects.get(kind=Report.Kind.CYBERTIP)).stated
    assert stated["annotations"] == ["informational"]
    assert (stated["severity"], stated["ai"]) == ("A1", "generative_ai")
    assert Mention.objects.get().address.normal == PLACE


@pytest.mark.skipif(
    not PYTHON, reason="the public client needs Python 3.13; see the reference of the protocol"
)
@pytest.mark.django_db(transaction=True)
def test_the_unmodified_client_lives_a_reports_life(live_server: Any, paul: User) -> None:
    Provider(paul)
    script = Path(__file__).with_name("run_client.py")
    base = f"{live_server.url}/api/1/ispws"
    run = subprocess.run(
        [PYTHON, str(script), base, "paul", "ohl_recorded"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(one["call"], one.get("refused", 0)) for one in answers] == [
        ("status", 0),
        ("xsd", 0),
        ("submit", 0),
        ("upload", 0),
        ("fileinfo", 0),
        ("finish", 0),
        ("retract-finished", 5102),
        ("submit", 0),
        ("retract", 0),
        ("finish-retracted", 5101),
        ("status-wrong", 401),
    ]
    assert all(one["request_id"] for one in answers if "refused" in one)
    assert Report.objects.get().kind == Report.Kind.CYBERTIP


@pytest.mark.django_db(transaction=True)
def test_our_own_client_and_our_own_server_understand_each_other(live_server: Any, paul: User) -> None:
    provider = Provider(paul)
    peer = Peer(f"{live_server.url}/api/1/ispws", CybertipClient.headers("paul", provider.key))
    client, data = CybertipClient(peer), uuid.uuid4().bytes
    client.status()
    assert client.compare_xsd(cybertip.liberal().digest).warning == ""
    file = OutgoingFile(
        lambda: data, cybertip.FileDetails(report_id=0, file_id="x", original_file_name="a.png")
    )
    delivered = deliver(client, Submission(a_report(), (file,)))
    assert delivered.request_id and len(delivered.file_ids) == 1
    assert Draft.objects.get(pk=delivered.report_id).finished_at
    with pytest.raises(Conflict):
        client.retract(delivered.report_id)
    with pytest.raises(NotAllowed):
        CybertipClient(Peer(f"{live_server.url}/api/1/ispws", CybertipClient.headers("paul", "no"))).status()
