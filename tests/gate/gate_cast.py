"""Drawn pictures, a list of some of them, and a gate that answers over HTTP."""

from __future__ import annotations

import http.client
import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from openhotline.exchange.gate.keys import entry_for, new_key
from openhotline.exchange.gate.server import GateServer
from openhotline.exchange.gate.service import Gate, Settings
from openhotline.hashing import digests, pdq_strict
from openhotline.known import Rule

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def drawn(seed: int) -> Image.Image:
    """Cells of chance colours: every seed is another picture, far from all others."""
    cells = np.random.default_rng(seed).integers(0, 255, (12, 16, 3)).astype(np.uint8)
    return Image.fromarray(cells.repeat(20, axis=0).repeat(20, axis=1))


def encoded(picture: Image.Image, *, quality: int = 90) -> bytes:
    """Return a JPEG."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


KNOWN = encoded(drawn(1))
KNOWN_AGAIN = encoded(drawn(1), quality=40)
OTHER = encoded(drawn(2))
FLAT = encoded(Image.new("RGB", (320, 240), (120, 120, 120)))


def pdq_of(data: bytes) -> tuple[str, int]:
    """Return a picture's strict hash and its quality."""
    found = pdq_strict(np.asarray(Image.open(io.BytesIO(data))))
    return found.hex, found.quality


def lines_for(*pictures: bytes) -> list[str]:
    """Return the lines of a CSV list for these pictures."""
    lines = []
    for picture in pictures:
        value, quality = pdq_of(picture)
        lines += [f"pdq,{value},{quality},", f"sha256,{digests(picture).sha256},,ref-1"]
    return lines


def write_list(path: Path, lines: list[str]) -> Path:
    """Put a whole list in a file's place, as an operator should."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text("\n".join(["algorithm,value,quality,reference", *lines, ""]))
    fresh.rename(path)
    return path


@dataclass
class Clock:
    """A time that tests set."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    status: int
    document: Any
    headers: Mapping[str, str]


@dataclass
class Caller:
    """Somebody with a key, or without one, over one kept-alive connection."""

    port: int
    secret: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return Answer(response.status, json.loads(response.read()), dict(response.getheaders()))

    def check(self, data: bytes) -> Answer:
        return self.ask("POST", "/check", data)

    def check_hashes(self, *hashes: Mapping[str, Any]) -> Answer:
        return self.ask("POST", "/check/hash", json.dumps({"hashes": list(hashes)}).encode())

    def health(self) -> Any:
        return self.ask("GET", "/health").document


@dataclass
class Running:
    """A gate under test."""

    port: int
    server: GateServer
    clock: Clock
    folder: Path

    def caller(self, secret: str = "") -> Caller:
        return Caller(self.port, secret)


def key_file(path: Path, **callers: Mapping[str, Any]) -> dict[str, str]:
    """Write a key file; return each caller's secret."""
    secrets, parts = {}, []
    for name, changes in callers.items():
        secrets[name], digest = new_key()
        text = entry_for(name, digest)
        for member, value in changes.items():
            text = "\n".join(
                f"{member} = {value}" if line.startswith(member) else line for line in text.split("\n")
            )
        parts.append(text)
    fresh = path.with_suffix(".fresh")
    fresh.write_text("\n".join(parts))
    fresh.chmod(0o600)
    fresh.rename(path)
    return secrets


@contextmanager
def running(folder: Path, *lists: Path, workers: int = 1, rule: Rule | None = None) -> Iterator[Running]:
    """Run a gate whose key file is ``keys.toml`` in the folder."""
    clock = Clock()
    settings = Settings(lists, folder / "keys.toml", folder / "state", rule or Rule(), workers)
    with Gate(settings, clock=clock) as gate:
        server = GateServer(("127.0.0.1", 0), gate)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Running(server.server_address[1], server, clock, folder)
        finally:
            server.stop()


def comes(holds: Callable[[], bool]) -> bool:
    """Say whether something comes to hold, with patience for a machine that is busy."""
    until = time.monotonic() + 60
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.02)
    return held
