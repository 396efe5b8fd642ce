"""A repository behind a real HTTP server on the loopback, with a switch for each thing that can go wrong."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.taxii.published_lines import digits

from openhotline.exchange.updates import Edition, Keys, Repository, Subscriber

KEY = "ohl_test"
COLUMNS = ["algorithm", "value", "quality", "grades", "ai", "edition", "status"]
# The subscriber asks the clock by itself (python-tuf does), so the tests' moments hang on it.
NOW = datetime.now(UTC).replace(microsecond=0)


def table(path: Path, names: list[str], *, withdrawn: tuple[str, ...] = ()) -> Path:
    """Write a list of one SHA-256 for each name, sorted."""
    rows = [
        [
            "sha256",
            digits(name, 64),
            *(["", "", "", "2", "withdrawn"] if name in withdrawn else ["", "", "none", "1", "listed"]),
        ]
        for name in names
    ]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(sorted(rows))
    return path


@dataclass
class Scene:
    """A repository, where it is served, and what the server was asked."""

    folder: Path
    repository: Repository
    address: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    # What the server does instead: a path's end -> bytes to send, a status, or a number of bytes to stop after.
    instead: dict[str, Any] = field(default_factory=dict)

    def publish(self, names: list[str], *, at: datetime = NOW, withdrawn: tuple[str, ...] = ()) -> Edition:
        return self.repository.publish(table(self.folder / "new.csv", names, withdrawn=withdrawn), at=at)

    def subscriber(
        self, *, root: bytes | None = None, key: str = KEY, name: str = "held", longest_wait: float = 5
    ) -> Subscriber:
        first = (self.repository.folder / "metadata" / "1.root.json").read_bytes()
        return Subscriber(
            self.folder / name,
            self.address,
            first if root is None else root,
            key=key,
            longest_wait=longest_wait,
        )

    def files(self) -> dict[str, bytes]:
        """Everything that is served, by its path."""
        return {
            str(path.relative_to(self.repository.folder)): path.read_bytes()
            for path in self.repository.folder.rglob("*")
            if path.is_file() and path.name != ".lock"
        }

    def put(self, files: dict[str, bytes]) -> None:
        """Serve these files, besides whatever is there."""
        for name, data in files.items():
            (self.repository.folder / name).write_bytes(data)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        self.scene = scene
        super().__init__(*args, directory=str(scene.repository.folder), **kwargs)

    def do_GET(self) -> None:
        self.scene.asked.append((self.path, self.headers.get("Authorization", "")))
        instead = [what for end, what in self.scene.instead.items() if self.path.endswith(end)]
        if instead:
            self._instead(instead[0])
        elif self.headers.get("Authorization") != f"Bearer {KEY}":
            self.send_error(401)
        else:
            super().do_GET()

    def _instead(self, what: Any) -> None:
        if what == "silence":
            threading.Event().wait(3)
        elif isinstance(what, tuple):
            self.send_response(what[0])
            self.send_header("Location", what[1])
            self.end_headers()
        elif isinstance(what, int) and what >= 300:
            self.send_error(what)
        else:
            data = what if isinstance(what, bytes) else Path(self.translate_path(self.path)).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data if isinstance(what, bytes) else data[:what])

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[Scene]:
    """Create a repository and serve it."""
    keys = Keys(folder / "secrets")
    scene = Scene(folder, Repository(folder / "repository", keys, "category-b"))
    scene.repository.create(at=NOW - timedelta(days=1))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, scene))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    scene.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield scene
    finally:
        server.shutdown()
        server.server_close()
