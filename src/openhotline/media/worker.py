"""The inside of a confined process: ``python -m openhotline.media.worker ENTRY SETTINGS``.

Started by ``confined.Pool`` only. Order: take the pipes, leave the network, load the entry and warm it up,
close everything else, say which measures hold, then answer one request after the other until the pipe ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import mmap
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, cast

from PIL import Image

from openhotline.errors import OpenHotlineError
from openhotline.media import limits as process_limits
from openhotline.media.confined import measures, wire
from openhotline.media.confined.slots import read_slot, see_slots
from openhotline.media.limits import Limits
from openhotline.media.reasons import worker_failed

Entry = Callable[..., tuple[dict[str, Any], list[bytes]]]


class NotReadyError(Exception):
    """The worker cannot begin; the words are for whoever configured the entry."""


def main(arguments: list[str]) -> int:
    """Run one worker until its input ends."""
    name, settings = arguments[0], json.loads(arguments[1])
    requests, replies = _take_pipes()
    slots = see_slots(settings["slots"])
    limits = Limits(**settings["limits"])
    try:
        taken = measures.before_loading(settings["parent"])
        entry = _load(name, wire.read_frame(requests) if settings["given"] else None)
        _adopt(limits)
        gc.collect()
        gc.freeze()  # what was loaded stays, and need not be looked through again and again
        taken += measures.after_loading(limits, taken)
    except NotReadyError as problem:
        wire.write_frame(replies, wire.encode({"words": str(problem)}))
        return 1
    wire.write_frame(replies, wire.encode({"ready": [name for name in measures.MEASURES if name in taken]}))
    _serve(entry, requests, replies, slots, limits)
    return 0


def _take_pipes() -> tuple[BinaryIO, int]:
    """Move the pipes away from 0 and 1, so that a library that prints cannot write into an answer."""
    requests, replies = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return os.fdopen(requests, "rb"), replies


def _load(name: str, given: wire.Frame | None) -> Entry:
    """Import the entry, and call its module's ``warm()`` if it has one, with what it is given."""
    module_name, _, function_name = name.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as problem:
        raise NotReadyError(f"The module {problem.name} is missing.") from problem
    except Exception as problem:  # whatever it raises is told
        raise NotReadyError(f"Importing {module_name} failed with {_told(problem)}.") from problem
    entry = getattr(module, function_name, None)
    if not callable(entry):
        raise NotReadyError(f"{module_name} has no function {function_name}.")
    try:
        _warm(module, given)
    except Exception as problem:  # whatever it raises is told
        raise NotReadyError(f"warm() of {module_name} failed with {_told(problem)}.") from problem
    if measures.threads() > 1:
        raise NotReadyError("Loading the entry started threads. Keep its libraries to one thread.")
    return cast(Entry, entry)


def _warm(module: ModuleType, given: wire.Frame | None) -> None:
    if given is not None:
        module.warm(given.blobs, **given.header["arguments"])
    elif hasattr(module, "warm"):
        module.warm()


def _told(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:1000]


def _adopt(limits: Limits) -> None:
    process_limits.adopt(limits)
    Image.MAX_IMAGE_PIXELS = limits.pixels


def _serve(entry: Entry, requests: BinaryIO, replies: int, slots: mmap.mmap | None, limits: Limits) -> None:
    while (frame := wire.read_frame(requests)) is not None:
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)  # its signal ends the process
        pieces, last = _answer(entry, frame, slots)
        signal.setitimer(signal.ITIMER_PROF, 0)
        wire.write_frame(replies, pieces)
        if last:
            return


def _answer(entry: Entry, frame: wire.Frame, slots: mmap.mmap | None) -> tuple[list[bytes], bool]:
    """Return the frame that answers a request, and whether this process ends with it."""
    try:
        header, blobs = entry(_untrusted(frame, slots), **frame.header["arguments"])
        return wire.encode({"cpu": time.process_time(), "header": header}, blobs), False
    except OpenHotlineError as problem:
        return _refusal(problem), False
    except MemoryError:
        return _refusal(worker_failed("out_of_memory"), last=True), True
    except Exception as problem:  # noqa: BLE001 A stranger's file must not end a whole import.
        return _refusal(worker_failed("stumbled", more=_where(problem))), False


def _untrusted(frame: wire.Frame, slots: mmap.mmap | None) -> bytes:
    """Return a request's bytes, from its slot or from behind the header."""
    if slots is not None and "slot" in frame.header:
        return read_slot(slots, *frame.header["slot"])
    return frame.blobs[0] if len(frame.blobs) == 1 else b"".join(frame.blobs)


def _refusal(problem: OpenHotlineError, *, last: bool = False) -> list[bytes]:
    error = {"class": type(problem).__name__, "message": problem.message, "details": problem.details}
    return wire.encode({"cpu": time.process_time(), "last": last, "error": error})


def _where(problem: Exception) -> str:
    """Name the exception and the innermost lines of code; never its text, which may hold a file's content."""
    frames = traceback.extract_tb(problem.__traceback__)[-3:]
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(problem).__name__} at {places}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
