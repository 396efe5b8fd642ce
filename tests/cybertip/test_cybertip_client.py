"""Our client against a peer on loopback: each refusal has its class, and our own record is the truth."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import NOON
from tests.cybertip.test_cybertip_documents import DETAILS, REPORT
from tests.exchange.stub_peer import Answer, StubPeer, serving

from openhotline.errors import BadInput, Busy, Conflict, NotAllowed, NotFound, OpenHotlineError, WrongUsage
from openhotline.exchange import cybertip
from openhotline.exchange.cybertip import CybertipClient, OutgoingFile, Submission, deliver, next_try
from openhotline.exchange.cybertip.schema import digest_of
from openhotline.exchange.peer import Peer

BYTES = b"some bytes, drawn by nobody"
MD5 = hashlib.md5(BYTES).hexdigest()


def _says(code: int = 0, status: int = 200, **more: Any) -> Answer:
    said = cybertip.ReportResponse(response_code=code, response_description="words", **more)
    return Answer(cybertip.write(said), status=status, headers={"Request-ID": "r-1"})


def _done(number: int = 7, *names: str) -> Answer:
    said = cybertip.ReportDoneResponse(response_code=0, report_id=number, files=cybertip.Files(file_id=names))
    return Answer(cybertip.write(said))


def _client(stub: StubPeer) -> CybertipClient:
    return CybertipClient(Peer(stub.base, CybertipClient.headers("hotline", "key")))


def _calls(stub: StubPeer) -> list[str]:
    return [path.removeprefix("/base/") for _, path, _, _ in stub.asked]


def test_a_report_without_files_is_submitted_and_finished() -> None:
    with serving(_says(report_id=7), _done()) as stub:
        delivered = deliver(_client(stub), Submission(REPORT))
    assert (delivered.report_id, _calls(stub)) == (7, ["submit", "finish"])
    _, _, headers, body = stub.asked[0]
    assert headers["Authorization"] == "Basic aG90bGluZTprZXk="
    assert headers["Content-Type"] == "text/xml; charset=utf-8"
    assert cybertip.read_report(body) == REPORT
    assert stub.asked[1][3] == b"id=7"


def test_a_file_goes_without_its_name_and_is_described_with_the_peers_own() -> None:
    file = OutgoingFile(lambda: BYTES, DETAILS)
    answers = (_says(report_id=9), _says(report_id=9, file_id="f1", hash=MD5), _says(), _done(9, "f1"))
    with serving(*answers) as stub:
        assert deliver(_client(stub), Submission(REPORT, (file,))).file_ids == ("f1",)
    assert _calls(stub) == ["submit", "upload", "fileinfo", "finish"]
    assert BYTES in stub.asked[1][3] and b'filename="file"' in stub.asked[1][3]
    described = cybertip.read_file_details(stub.asked[2][3])
    assert (described.report_id, described.file_id) == (9, "f1")


def test_a_file_that_arrives_changed_is_never_finished() -> None:
    file = OutgoingFile(lambda: BYTES, DETAILS)
    answers = (_says(report_id=9), _says(file_id="f1", hash="0" * 32), _says())
    with serving(*answers) as stub, pytest.raises(BadInput, match="another file"):
        deliver(_client(stub), Submission(REPORT, (file,)))
    assert _calls(stub) == ["submit", "upload", "retract"]


def test_a_draft_that_the_peer_lost_is_submitted_again_from_our_record() -> None:
    with serving(_says(report_id=7), _says(5001), _says(report_id=8), _done(8)) as stub:
        assert deliver(_client(stub), Submission(REPORT)).report_id == 8
    assert stub.asked[0][3] == stub.asked[2][3]


CLASSES = [
    (1000, Busy),
    (1111, Busy),
    (2000, NotAllowed),
    (3100, NotAllowed),
    (4100, BadInput),
    (4999, BadInput),
    (5001, NotFound),
    (5102, Conflict),
]


@pytest.mark.parametrize(("code", "kind"), CLASSES)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_each_refusal_has_its_class(code: int, kind: type[OpenHotlineError], status: int) -> None:
    with serving(_says(code, status=status)) as stub, pytest.raises(kind) as caught:
        _client(stub).submit(REPORT)
    assert type(caught.value) is kind and "words" not in caught.value.message


def test_an_empty_401_is_not_parsed() -> None:
    with serving(Answer(status=401)) as stub, pytest.raises(NotAllowed):
        _client(stub).status()


def test_a_busy_peer_without_a_document_may_be_asked_again() -> None:
    with serving(Answer(status=503)) as stub, pytest.raises(Busy):
        _client(stub).status()


def test_the_peers_name_of_a_call_is_kept() -> None:
    with serving(_says()) as stub:
        client = _client(stub)
        client.status()
    assert client.request_id == "r-1"


def test_a_description_that_changed_is_told_and_one_with_other_spaces_is_the_same() -> None:
    ours = cybertip.strict().xsd
    spaced = ours.replace(b"\n", b"\n   ", 40)
    pinned = digest_of(ours)
    with serving(Answer(spaced), Answer(cybertip.liberal().xsd), Answer(b"no xml")) as stub:
        client = _client(stub)
        assert client.compare_xsd(pinned).warning == ""
        other = client.compare_xsd(pinned)
        assert "otherwise" in other.warning and other.digest != pinned
        with pytest.raises(BadInput):
            client.compare_xsd(pinned)


def test_rubbish_is_no_answer() -> None:
    for rubbish in (b"<html/>", b"no xml", cybertip.write(REPORT)):
        with serving(Answer(rubbish)) as stub, pytest.raises(BadInput):
            _client(stub).submit(REPORT)


def test_tries_are_spaced_and_end() -> None:
    waits = [next_try(tries=n, first_at=NOON, at=NOON) for n in range(11)]
    assert waits[0] == NOON + timedelta(minutes=5) and waits[1] == NOON + timedelta(minutes=10)
    assert waits[9] is not None and waits[10] is None
    assert next_try(tries=3, first_at=NOON, at=NOON + timedelta(days=30)) is None


def test_a_draft_ends_a_day_after_its_opening_or_an_hour_after_its_last_change() -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    assert cybertip.draft_ends(opened_at=NOON, changed_at=NOON + hour) == NOON + day
    assert cybertip.draft_ends(opened_at=NOON, changed_at=NOON + day) == NOON + day + hour


def test_credentials_are_complete() -> None:
    for pair in (("", "x"), ("x", ""), ("a:b", "x")):
        with pytest.raises(WrongUsage):
            CybertipClient.headers(*pair)
