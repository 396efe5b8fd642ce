"""What a confined process cannot do. Needs Linux; says loudly which measures this machine lacks."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhotline.media.confined import MEASURES, Pool

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool("confined_entries:attempt", workers=1, extra_sys_path=[HERE]) as pool:
        yield pool


@pytest.mark.parametrize(
    "what",
    [
        *("socket", "unix socket", "fork", "run", "exec", "spawn", "kill parent", "trace parent"),
        *("memory file", "limits", "namespace", "many threads"),
    ],
)
def test_a_confined_process_cannot(pool: Pool, what: str) -> None:
    assert "refused" in pool.call(b"x", what=what).header


@pytest.mark.parametrize("what", ["write", "append", "delete", "rename", "make folder", "link", "mode"])
def test_a_confined_process_cannot_change_a_file(pool: Pool, what: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"as it was")
    tmp_path.chmod(0o777)
    assert "refused" in pool.call(b"x", what=what, target=str(victim)).header
    assert [path.name for path in tmp_path.iterdir()] == ["victim"]
    assert victim.read_bytes() == b"as it was"


def test_a_confined_process_cannot_read_what_is_not_code(pool: Pool, tmp_path: Path) -> None:
    if "landlock" not in pool.confinement:
        pytest.skip("THIS KERNEL HAS NO LANDLOCK: confined processes may read the user's files")
    secret = tmp_path / "master.key"
    secret.write_bytes(b"secret")
    for target in (str(secret), "/etc/passwd", "/proc/self/environ", f"/proc/{os.getpid()}/environ"):
        assert "refused" in pool.call(b"x", what="read", target=target).header
    assert "refused" in pool.call(b"x", what="list", target=str(tmp_path)).header


def test_libraries_may_still_import_parts_of_themselves(pool: Pool) -> None:
    assert pool.call(b"x", what="lazy import").header == {"done": "wave"}


def test_it_cannot_reach_a_server_that_listens(pool: Pool) -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert "refused" in pool.call(b"x", what="socket").header


def test_the_measures_that_hold_are_named_in_their_order(pool: Pool) -> None:
    assert set(pool.confinement) <= set(MEASURES)
    assert list(pool.confinement) == [name for name in MEASURES if name in pool.confinement]
    assert {"seccomp", "resource_limits", "no_new_privileges"} <= set(pool.confinement)


def test_no_secret_of_the_environment_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENHOTLINE_VAULT_KEY", "very secret")
    with Pool("confined_entries:environment", workers=1, extra_sys_path=[HERE]) as pool:
        header = pool.call(b"x").header
    allowed = {"LANG", "PYTHONPATH", "LC_CTYPE", "LD_LIBRARY_PATH", "NUMBA_CACHE_DIR"}
    assert {name for name in header["names"] if not name.endswith("_NUM_THREADS")} <= allowed
    assert (header["threads"], header["folder"]) == (1, "/")


def test_a_pool_refuses_to_work_where_a_required_measure_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from openhotline.errors import WorkerFailed
    from openhotline.media.confined import process

    monkeypatch.setattr(process, "REQUIRED", frozenset({"seccomp", "a moat"}))
    with pytest.raises(WorkerFailed) as refusal:
        Pool("confined_entries:count", workers=1, extra_sys_path=[HERE])
    assert refusal.value.details == "missing: a moat"
    with Pool(
        "confined_entries:count", workers=1, extra_sys_path=[HERE], unsafe_allow_weaker_confinement=True
    ) as pool:
        assert pool.call(b"abc").header["length"] == 3


def test_workers_do_not_outlive_their_owner(tmp_path: Path) -> None:
    """Kill the owner hard; the worker, busy as it is, goes with it."""
    import signal
    import subprocess
    import time

    script = (
        "import sys, os, threading\n"
        "from openhotline.media.confined import Pool\n"
        f"pool = Pool('confined_entries:misbehave', workers=1, extra_sys_path=[{str(HERE)!r}])\n"
        "pool_pid = pool._idle.queue[0]._child.pid\n"
        "threading.Timer(0.3, lambda: (print(pool_pid, flush=True), os.kill(os.getpid(), 9))).start()\n"
        "pool.call(b'sleep')\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=240, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    worker = Path("/proc", run.stdout.decode().strip())
    for _ in range(3000):
        if not worker.exists() or "\nState:\tZ" in (worker / "status").read_text():
            return
        time.sleep(0.02)
    raise AssertionError("the worker outlived its owner")
