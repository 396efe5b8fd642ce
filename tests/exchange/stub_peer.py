"""A peer on loopback that answers what a test tells it to, whole or broken off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """One answer. ``promised`` is the length that it claims, if not its own; ``pieces`` sends it chunked instead."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promised: int | None = None
    pieces: list[bytes] | None = None


@dataclass
class StubPeer:
    """What it will answer, in order (the last one again and again), and what it was asked."""

    answers: list[Answer]
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    base: str = ""

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serving(*answers: Answer) -> Iterator[StubPeer]:
    """Run a peer while a block runs."""
    peer = StubPeer(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            peer.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
            answer = peer.next()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.pieces is not None:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in answer.pieces:  # and never the end
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                return
            promised = len(answer.body) if answer.promised is None else answer.promised
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_PUT = do_POST = _answer  # noqa: N815

        def log_message(self, format: str, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    peer.base = f"http://127.0.0.1:{server.server_address[1]}/base"
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
