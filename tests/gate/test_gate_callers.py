"""Who may ask a gate, how much, and what happens to what is no question."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from gate_cast import KNOWN, OTHER, Running, comes, key_file, lines_for, running, write_list

from openhotline.errors import BadInput, NotAllowed, NotFound, OpenHotlineError
from openhotline.exchange.gate import handler
from openhotline.exchange.gate.keys import read_keys
from openhotline.exchange.gate.server import MOST_CONNECTIONS
from openhotline.exchange.gate.shelf import LOOK_EVERY

HASH = {"algorithm": "md5", "value": "0" * 32}


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[tuple[Running, dict[str, str]]]:
    secrets = key_file(tmp_path / "keys.toml", small={"per_minute": 3, "per_day": 5}, other={})
    with running(tmp_path, write_list(tmp_path / "known.csv", lines_for(KNOWN))) as found:
        yield found, secrets


def test_without_a_key_or_with_a_wrong_one_nothing_is_answered(gate: tuple[Running, dict[str, str]]) -> None:
    for secret in ("", "ohg_wrong"):
        answer = gate[0].caller(secret).check(KNOWN)
        assert answer.status == 401 and "answer" not in answer.document


def test_health_names_lists_to_callers_only(gate: tuple[Running, dict[str, str]]) -> None:
    assert gate[0].caller().health() == {"status": "ok"}
    [known] = gate[0].caller(gate[1]["other"]).health()["lists"]
    assert known["entries"] == {"pdq": 1, "sha256": 1} and known["problem"] == ""


def test_a_minute_and_a_day_are_counted_by_what_is_asked_about(gate: tuple[Running, dict[str, str]]) -> None:
    found, secrets = gate
    caller = found.caller(secrets["small"])
    assert caller.check_hashes(HASH, HASH).status == 200
    refused = caller.check_hashes(HASH, HASH)
    assert refused.status == 429 and int(refused.headers["Retry-After"]) == 60
    assert caller.check(KNOWN).status == 200  # what was refused was not counted
    found.clock.now += timedelta(minutes=1)
    assert caller.check_hashes(HASH, HASH).status == 200
    assert caller.check_hashes(HASH).status == 429
    assert found.caller(secrets["other"]).check_hashes(HASH).status == 200
    found.clock.now += timedelta(days=1)
    assert caller.check_hashes(HASH).status == 200


def test_refusals_are_in_the_log_a_line_a_minute_and_none_is_left_out(tmp_path: Path) -> None:
    secret = key_file(tmp_path / "keys.toml", small={"per_minute": 1, "per_day": 9})["small"]
    with running(tmp_path, write_list(tmp_path / "known.csv", lines_for(KNOWN))) as found:
        caller = found.caller(secret)
        caller.check_hashes(HASH)
        for _ in range(2):
            assert [caller.check_hashes(HASH, HASH).status for _ in range(20)] == [429] * 20
            found.clock.now += timedelta(minutes=1)
        caller.check_hashes(HASH)
    log = (tmp_path / "state" / "questions.log").read_text()
    lines = [line for line in log.splitlines() if '"match.refused"' in line]
    assert [re.findall(r'"refused":(\d+)', line) for line in lines] == [["1"], ["20"], ["19"]]


def test_a_restart_forgets_no_quota(tmp_path: Path) -> None:
    secret = key_file(tmp_path / "keys.toml", small={"per_minute": 10, "per_day": 3})["small"]
    listed = write_list(tmp_path / "known.csv", lines_for(KNOWN))
    with running(tmp_path, listed) as found:
        assert found.caller(secret).check_hashes(HASH, HASH).status == 200
    with running(tmp_path, listed) as found:
        assert found.caller(secret).check_hashes(HASH, HASH).status == 429
        found.clock.now += timedelta(days=1)
        assert found.caller(secret).check_hashes(HASH, HASH).status == 200


def test_an_ended_key_is_closed_within_a_second(gate: tuple[Running, dict[str, str]], tmp_path: Path) -> None:
    caller = gate[0].caller(gate[1]["other"])
    assert caller.check_hashes(HASH).status == 200
    key_file(tmp_path / "keys.toml", somebody={})
    assert comes(lambda: caller.check_hashes(HASH).status == 401)
    assert LOOK_EVERY < 1  # the watch keeps the promise where it gets its turn; a busy machine may hold it up


def test_a_broken_key_file_leaves_the_keys_before_and_is_told(
    gate: tuple[Running, dict[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "keys.toml").write_text("[")
    caller = gate[0].caller(gate[1]["other"])
    assert comes(lambda: gate[0].caller().health() == {"status": "behind"})
    assert caller.check_hashes(HASH).status == 200


def test_no_keys_no_gate(tmp_path: Path) -> None:
    listed = write_list(tmp_path / "known.csv", lines_for(KNOWN))
    with pytest.raises(NotFound, match="nobody may ask without a key"), running(tmp_path, listed):
        pass
    (tmp_path / "keys.toml").write_text("")
    with pytest.raises(BadInput, match="names nobody"), running(tmp_path, listed):
        pass


def test_a_key_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    key_file(tmp_path / "keys.toml", somebody={})
    (tmp_path / "keys.toml").chmod(0o622)
    with pytest.raises(NotAllowed):
        read_keys(tmp_path / "keys.toml")


@pytest.mark.parametrize(
    "text",
    [
        "[Big]\nkey_sha256='" + "0" * 64 + "'\nper_minute=1\nper_day=1",
        "[a]\nkey_sha256='00'\nper_minute=1\nper_day=1",
        "[a]\nkey_sha256='" + "0" * 64 + "'\nper_minute=0\nper_day=1",
        "[a]\nkey_sha256='" + "0" * 64 + "'\nper_minute=1\nper_day=1\nadmin=true",
        "[a]\nkey_sha256='" + "0" * 64 + "'\nper_minute=1\nper_day=1\ntells_distance=1",
        "a = 1",
    ],
)
def test_a_malformed_caller_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.toml").write_text(text)
    (tmp_path / "keys.toml").chmod(0o600)
    with pytest.raises(OpenHotlineError):
        read_keys(tmp_path / "keys.toml")


def _raw(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_body_of_unsaid_or_doubled_length_ends_the_connection(gate: tuple[Running, dict[str, str]]) -> None:
    key = b"Authorization: Bearer " + gate[1]["other"].encode() + b"\r\n"
    for length in (b"", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 3\r\nContent-Length: 4\r\n"):
        answer = _raw(gate[0].port, b"POST /check HTTP/1.1\r\n" + key + length + b"\r\nabc")
        assert answer.startswith(b"HTTP/1.1 400") and answer.count(b"HTTP/1.1") == 1


def test_what_is_too_large_is_refused_unread(gate: tuple[Running, dict[str, str]]) -> None:
    key = b"Authorization: Bearer " + gate[1]["other"].encode()
    answer = _raw(
        gate[0].port, b"POST /check HTTP/1.1\r\n" + key + b"\r\nContent-Length: 99999999999\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 413")


def test_an_upload_that_stops_in_the_middle_is_no_answer(gate: tuple[Running, dict[str, str]]) -> None:
    key = b"Authorization: Bearer " + gate[1]["other"].encode()
    with socket.create_connection(("127.0.0.1", gate[0].port), timeout=60) as connection:
        connection.sendall(b"POST /check HTTP/1.1\r\n" + key + b"\r\nContent-Length: 1000\r\n\r\nabc")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert gate[0].caller(gate[1]["other"]).check(OTHER).status == 200


def test_an_upload_that_trickles_is_cut(
    gate: tuple[Running, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "SLOWEST_BODY", 0.5)
    key = b"Authorization: Bearer " + gate[1]["other"].encode()
    with socket.create_connection(("127.0.0.1", gate[0].port), timeout=60) as connection:
        connection.sendall(b"POST /check HTTP/1.1\r\n" + key + b"\r\nContent-Length: 1000\r\n\r\nabc")
        assert connection.recv(100) == b""


def test_more_connections_than_there_is_room_for_are_sent_away(gate: tuple[Running, dict[str, str]]) -> None:
    held = [
        socket.create_connection(("127.0.0.1", gate[0].port), timeout=60) for _ in range(MOST_CONNECTIONS)
    ]
    with socket.create_connection(("127.0.0.1", gate[0].port), timeout=60) as one_more:
        assert one_more.recv(100).startswith(b"HTTP/1.1 503")
    for connection in held:
        connection.close()
