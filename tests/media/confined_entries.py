"""Entry functions for confined processes: honest ones, and ones that try what must not work."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from openhotline.errors import BadInput
from openhotline.media import decode, make_preview, sniff
from openhotline.media.confined.slots import SLOT_BYTES, SLOTS
from openhotline.media.raster import prepare  # the kernels at an eighth would cost each new process a second

WARMED: list[bool] = []


def warm() -> None:
    WARMED.append(True)
    prepare()


def count(untrusted_bytes: bytes, **args: object) -> tuple[dict[str, object], list[bytes]]:
    return {"length": len(untrusted_bytes), "args": args, "warmed": WARMED, "pid": os.getpid()}, []


def echo(untrusted_bytes: bytes, *, times: int = 1) -> tuple[dict[str, object], list[bytes]]:
    return {}, [untrusted_bytes] * times


def look(untrusted_bytes: bytes, *, want: str = "luma") -> tuple[dict[str, object], list[bytes]]:
    """Decode and preview: the honest work."""
    decoded = decode(untrusted_bytes, want=want, min_short_side=None)  # type: ignore[arg-type]
    shape = [int(side) for side in decoded.pixels.shape]
    header = {"type": sniff(untrusted_bytes), "shape": shape, "mean": float(decoded.pixels.mean())}
    return header, [make_preview(decoded)]


def attempt(untrusted_bytes: bytes, *, what: str, target: str = "") -> tuple[dict[str, object], list[bytes]]:
    """Try something forbidden; say how it ended."""
    try:
        return {"done": str(_ATTEMPTS[what](target))}, []
    except OSError as problem:
        return {"refused": problem.errno}, []


def _fork(_: str) -> object:
    return os.fork()


def _many_threads(_: str) -> object:
    over = threading.Event()
    try:
        for _count in range(300):
            threading.Thread(target=over.wait).start()
    except RuntimeError as problem:
        raise PermissionError(1, "no more threads") from problem
    finally:
        over.set()
    return "started"


def _call(number: int, *arguments: int) -> object:
    library = ctypes.CDLL(None, use_errno=True)
    if library.syscall(ctypes.c_long(number), *[ctypes.c_long(value) for value in arguments]) < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return "done"


def _limit(_: str) -> object:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    except ValueError as problem:
        raise PermissionError(1, "no limit") from problem
    return "raised"


def _write_slots(_: str) -> object:
    """Write into the memory in which requests lie, by whatever descriptor leads there."""
    size = SLOTS * SLOT_BYTES
    for descriptor in range(3, 64):
        try:
            found = os.fstat(descriptor).st_size == size
        except OSError:
            continue
        if found:
            os.lseek(descriptor, 0, os.SEEK_SET)
            return os.write(descriptor, b"x")
    raise RuntimeError("there are no slots")


_ATTEMPTS = {
    "slots": _write_slots,
    "socket": lambda _: socket.socket(),
    "unix socket": lambda _: socket.socket(socket.AF_UNIX),
    "write": lambda target: Path(target).write_bytes(b"x"),
    "append": lambda target: os.open(target, os.O_WRONLY | os.O_APPEND),
    "read": lambda target: len(Path(target).read_bytes()),
    "list": lambda target: sorted(Path(target).iterdir()),
    "delete": lambda target: Path(target).unlink(),
    "rename": lambda target: Path(target).rename(target + "2"),
    "make folder": lambda target: Path(target + "3").mkdir(),
    "link": lambda target: Path(target + "4").symlink_to("/"),
    "mode": lambda target: Path(target).chmod(0o777),
    "fork": _fork,
    "run": lambda _: subprocess.run([sys.executable, "-c", ""], check=False),
    "exec": lambda _: os.execv("/bin/true", ["true"]),
    "many threads": _many_threads,
    "spawn": lambda _: os.posix_spawn("/bin/true", ["true"], {}),
    "kill parent": lambda _: os.kill(os.getppid(), 0),
    "trace parent": lambda _: _call({"x86_64": 101, "aarch64": 117}[os.uname().machine], 16, os.getppid()),
    "memory file": lambda _: os.memfd_create("x"),
    "limits": _limit,
    "namespace": lambda _: _call({"x86_64": 272, "aarch64": 97}[os.uname().machine], 0x40000000),
    "lazy import": lambda _: __import__("wave").__name__,
}


def environment(untrusted_bytes: bytes) -> tuple[dict[str, object], list[bytes]]:
    return {"names": sorted(os.environ), "threads": threading.active_count(), "folder": str(Path.cwd())}, []


def misbehave(untrusted_bytes: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Do what the bytes say."""
    word = untrusted_bytes.decode().split()[0]
    if word == "abort":
        os.abort()
    if word == "segfault":
        ctypes.string_at(8)
    if word == "exit":
        os._exit(0)
    if word == "loop":
        while True:
            pass
    if word == "sleep":
        time.sleep(3600)
    if word == "hog":
        hoard = [bytearray(1 << 26) for _ in range(1000)]
        return {"held": len(hoard)}, []
    if word == "raise":
        raise ValueError("words from the file")
    if word == "refuse":
        raise BadInput("This is refused.\nSend\x1banother.", details="truncated")
    if word == "shout":
        os.write(1, b"print to standard output\n" * 100)
        return {"word": word}, []
    if word == "long":
        return {"word": word}, [bytes(1 << 20) for _ in range(9)]
    if word == "kill":
        signal.raise_signal(signal.SIGKILL)
    return {"word": word}, []


def forge(untrusted_bytes: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Write raw bytes into the answer pipe, as a captured process could, and wait."""
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, untrusted_bytes)
        except OSError:
            continue
    time.sleep(3600)
    return {}, []
