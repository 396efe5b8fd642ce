"""The gate over HTTP/1.1, with the standard library's server and bounds of our own around it.

``docs/decisions/0010-gate-server.md`` says why this server. It speaks plain HTTP on the loopback, or behind a proxy
that speaks TLS; with a certificate it speaks TLS itself, 1.2 or newer.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from openhotline.errors import BadInput
from openhotline.exchange.gate.handler import Handler
from openhotline.exchange.gate.service import Gate

MOST_CONNECTIONS = 256
DRAINING_SECONDS, HANDSHAKE_SECONDS = 20.0, 10.0
_WORDS = b'{"error": "Too many connections. Close some, or try again in a moment."}\n'
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(_WORDS), _WORDS)
)


def tls_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what the server speaks TLS with: a certificate with its chain, and its key, both PEM without a password."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        made.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError):
        raise BadInput(
            "The certificate and its key cannot be read, or do not belong together. Give two PEM files without a "
            "password: --certificate FILE --key FILE."
        ) from None
    return made


def _no_password() -> str:
    """Refuse to ask at the terminal."""
    raise ValueError("a password")


class GateServer(ThreadingHTTPServer):
    """One thread per connection, so many at the most. ``stop`` finishes what is being answered."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], gate: Gate, *, tls: ssl.SSLContext | None = None) -> None:
        self.gate = gate
        self._tls = tls
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
            secured = self._secured(request)
            if secured is not None:
                super().process_request_thread(secured, client_address)
        finally:
            self._connections.release()

    def _secured(self, request: socket.socket) -> socket.socket | None:
        """Agree on TLS in the connection's own thread, so that nobody waits for a slow caller; None where it fails."""
        if self._tls is None:
            return request
        try:
            request.settimeout(HANDSHAKE_SECONDS)
            return self._tls.wrap_socket(request, server_side=True)
        except OSError:  # a caller without TLS, with none that is taken, or gone
            with suppress(OSError):
                request.close()
            return None

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
