"""``openhotline gate`` from start to stop."""

from __future__ import annotations

import ctypes
import platform
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from gate_cast import KNOWN, OTHER, Answer, Caller, lines_for, write_list

TGKILL = {"x86_64": 234, "aarch64": 131}.get(
    platform.machine(), 0
)  # the C library has no name for it everywhere


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "openhotline", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, str]:
    printed = run("gate", "--new-key", "example-platform").stdout
    path = tmp_path / "keys.toml"
    path.write_text(printed.split("key file:\n", 1)[1])
    path.chmod(0o600)
    found = re.search(r"ohg_\S+", printed)
    assert found
    return path, found.group()


def test_a_gate_starts_answers_and_stops_when_asked(tmp_path: Path, keys: tuple[Path, str]) -> None:
    listed = write_list(tmp_path / "known.csv", lines_for(KNOWN))
    command = [sys.executable, "-m", "openhotline", "gate", str(listed), "--port", "0", "--workers", "1"]
    command += ["--keys", str(keys[0]), "--state", str(tmp_path / "state")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "Preparing the lists.\n"
        port = int(re.findall(r":(\d+)/", process.stdout.readline())[0])
        assert Caller(port, keys[1]).check(KNOWN).document["answer"] == "match"
        under_way: list[Answer] = []
        thread = threading.Thread(target=lambda: under_way.append(Caller(port, keys[1]).check(OTHER)))
        thread.start()
        time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        thread.join(120)
        assert process.wait(120) == 0
        assert not under_way or under_way[0].document.get("answer", "no_match") == "no_match"
        assert process.stdout.read() == "The gate has stopped.\n"
    finally:
        process.kill()
    exported = run("gate", "--state", tmp_path / "state", "--export-log", tmp_path / "questions.txt")
    assert exported.returncode == 0
    verified = run("ledger", "verify", tmp_path / "questions.txt")
    assert verified.returncode == 0 and "whole" in verified.stdout


def test_a_signal_that_does_not_wake_the_waiting_thread_stops_it_too(
    tmp_path: Path, keys: tuple[Path, str]
) -> None:
    """As one that comes just before the wait begins: here it is given to another thread."""
    listed = write_list(tmp_path / "known.csv", lines_for(KNOWN))
    command = [sys.executable, "-m", "openhotline", "gate", str(listed), "--port", "0", "--workers", "1"]
    command += ["--keys", str(keys[0]), "--state", str(tmp_path / "state")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        assert "http://" in process.stdout.readline()
        time.sleep(0.5)
        threads = [int(path.name) for path in Path(f"/proc/{process.pid}/task").iterdir()]
        other = max(thread for thread in threads if thread != process.pid)
        assert ctypes.CDLL(None).syscall(TGKILL, process.pid, other, int(signal.SIGTERM)) == 0
        assert process.wait(60) == 0
    finally:
        process.kill()


def test_without_keys_or_lists_it_does_not_start(tmp_path: Path) -> None:
    listed = write_list(tmp_path / "known.csv", lines_for(KNOWN))
    assert run("gate", listed).returncode == 2
    assert run("gate", "--keys", tmp_path / "none.toml").returncode == 2
    missing = run("gate", listed, "--keys", tmp_path / "none.toml", "--state", tmp_path / "state")
    assert missing.returncode == 1 and "nobody may ask without a key" in missing.stderr


def test_it_listens_elsewhere_only_when_told_that_a_proxy_is_there(
    tmp_path: Path, keys: tuple[Path, str]
) -> None:
    listed = write_list(tmp_path / "known.csv", lines_for(KNOWN))
    done = run("gate", listed, "--keys", keys[0], "--address", "0.0.0.0")
    assert done.returncode == 2 and "plain HTTP" in done.stderr


def test_a_name_that_is_none_gets_no_key() -> None:
    assert run("gate", "--new-key", "Example Platform").returncode == 1
