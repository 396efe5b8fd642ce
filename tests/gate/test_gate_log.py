"""The gate's own ledger: chained, signed, exported, and whole after a crash."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gate_cast import KNOWN, NOON, key_file, lines_for, running, write_list

from openhotline import chain
from openhotline.errors import BadInput, Busy, ChainBroken, OpenHotlineError
from openhotline.exchange.gate import question_log
from openhotline.exchange.gate.question_log import ASKED, QuestionLog, export_log
from openhotline.exchange.gate.state import State

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def _written(path: Path, count: int, *, at: timedelta = timedelta(0)) -> None:
    log = QuestionLog(path, KEY)
    for _ in range(count):
        log.record(actor="paul", event=ASKED, at=NOON + at, details={"asked": 2})
    log.close(NOON + at)


def _verified(path: Path, folder: Path) -> chain.Verified:
    target = folder / "export.txt"
    with target.open("wb") as stream:
        export_log(path, stream)
    return chain.verify_export(target, public_key=KEY.public_key())


def test_a_log_over_several_starts_is_one_chain_signed_at_each_stop(tmp_path: Path) -> None:
    path = tmp_path / "questions.log"
    for count in (3, 0, 4):
        _written(path, count)
    found = _verified(path, tmp_path)
    assert (found.lines, found.signed_to) == (7, 7)


def test_long_logs_are_signed_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_log, "LINES_PER_CHECKPOINT", 5)
    _written(tmp_path / "log", 12)
    assert _verified(tmp_path / "log", tmp_path).checkpoints == 3


def test_an_altered_line_is_found(tmp_path: Path) -> None:
    path = tmp_path / "log"
    _written(path, 5)
    path.write_bytes(path.read_bytes().replace(b'"asked":2', b'"asked":1', 1))
    with pytest.raises(ChainBroken):
        _verified(path, tmp_path)


def test_what_a_power_cut_left_half_written_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "log"
    _written(path, 3)
    with path.open("ab") as file:
        file.write(b"line 0123")
    _written(path, 1)
    assert _verified(path, tmp_path).lines == 4


def test_an_altered_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    _written(path, 3)
    with path.open("ab") as file:
        file.write(b"line of somebody else\n")
    with pytest.raises(BadInput):
        QuestionLog(path, KEY)


def test_a_day_is_counted_from_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    _written(path, 3)
    _written(path, 2, at=timedelta(days=1))
    log = QuestionLog(path, KEY)
    assert log.asked_on(NOON.date()) == {"paul": 6}
    assert log.asked_on((NOON + timedelta(days=1)).date()) == {"paul": 4}
    log.close(NOON)


def test_what_cannot_be_written_down_is_not_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = key_file(tmp_path / "keys.toml", open={})["open"]
    with running(tmp_path, write_list(tmp_path / "known.csv", lines_for(KNOWN))) as gate:
        caller = gate.caller(secret)
        assert caller.check(KNOWN).status == 200
        with monkeypatch.context() as full:
            full.setattr(question_log.os, "write", lambda file, data: len(data) - 1)
            answer = caller.check(KNOWN)
        assert answer.status == 503 and "answer" not in answer.document
        assert caller.check(KNOWN).status == 200
    stream = io.BytesIO()
    assert (
        export_log(tmp_path / "state" / "questions.log", stream).lines == 4
    )  # started, two answers, stopped


def test_two_gates_do_not_share_a_folder(tmp_path: Path) -> None:
    first = State(tmp_path)
    with pytest.raises(Busy):
        State(tmp_path)
    first.close()
    State(tmp_path).close()


def test_the_signing_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    state = State(tmp_path)
    first, again = state.signing_key(), state.signing_key()
    assert first.public_key() == again.public_key()
    assert (tmp_path / "log-signing.pem").stat().st_mode & 0o077 == 0
    (tmp_path / "log-signing.pem").write_text("")
    with pytest.raises((OpenHotlineError, ValueError)):
        state.signing_key()
    state.close()
