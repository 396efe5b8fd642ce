"""The gate over HTTP/1.1, with the standard library's server and bounds of our own around it.

``docs/decisions/0010-gate-server.md`` says why this server. It speaks plain HTTP: on the loopback, or behind a
proxy that speaks TLS.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from typing import Any

from openhotline.exchange.gate.handler import Handler
from openhotline.exchange.gate.service import Gate

MOST_CONNECTIONS = 256
DRAINING_SECONDS = 20.0
_WORDS = b'{"error": "Too many connections. Close some, or try again in a moment."}\n'
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_WORDS), _WORDS)
)


class GateServer(ThreadingHTTPServer):
    """One thread per connection, so many at the most. ``stop`` finishes what is being answered."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], gate: Gate) -> None:
        self.gate = gate
        self.draining = False
        self._answering = 0
        self._changed = threading.Condition()
        self._due: dict[socket.socket, float] = {}
        self._connections = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take a connection if there is room for one more."""
        if self._connections.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        request.setblocking(False)
        with suppress(OSError):
            request.send(_FULL)
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """Say nothing: a caller that went away is no event, and its address belongs in no log."""

    def answering(self, change: int) -> None:
        """Count a request that begins (1) or ends (-1)."""
        with self._changed:
            self._answering += change
            self._changed.notify_all()

    @contextmanager
    def deadline(self, connection: socket.socket, seconds: float) -> Iterator[None]:
        """Cut a connection that is still in this block after so many seconds: a body that trickles holds room."""
        self._due[connection] = time.monotonic() + seconds
        try:
            yield
        finally:
            del self._due[connection]

    def service_actions(self) -> None:
        """Cut what is overdue; the serving loop calls this twice a second."""
        now = time.monotonic()
        for connection, due in list(self._due.items()):
            if due < now:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Take nothing new, finish what is being answered, return. Called from another thread than serves."""
        self.draining = True
        self.shutdown()
        until = time.monotonic() + DRAINING_SECONDS
        with self._changed:
            while self._answering and time.monotonic() < until:
                self._changed.wait(0.2)
        self.server_close()
