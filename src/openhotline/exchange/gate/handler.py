"""One connection's requests, one after the other."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from importlib.metadata import version
from socket import socket
from typing import Protocol, cast

from openhotline.errors import BadInput, OpenHotlineError, TooLarge
from openhotline.exchange.gate.keys import Caller
from openhotline.exchange.gate.looking import LARGEST_FILE
from openhotline.exchange.gate.service import Gate, Reply

LARGEST_DOCUMENT = 1 << 20
"""Bytes of JSON: a thousand hashes are a fifth of it, a thousand PhotoDNA values a third."""

SLOWEST_BODY = 60.0
"""Seconds in which a whole body must arrive."""

WHO = "Name yourself with Authorization: Bearer and the key that this gate's operator gave you."
NOWHERE = "There is GET /health, POST /check with a file as the body, and POST /check/hash with JSON."
UNFORESEEN = (
    "Something unforeseen stopped this question. It is not answered; report it to the gate's operator."
)


class SlowError(Exception):
    """A body did not arrive in time, or not whole."""


class Serving(Protocol):
    """The server that a connection belongs to."""

    gate: Gate
    draining: bool

    def answering(self, change: int) -> None:
        """Count a request that begins (1) or ends (-1)."""

    def deadline(self, connection: socket, seconds: float) -> AbstractContextManager[None]:
        """Cut a connection that is still in this block after so many seconds."""


class Handler(BaseHTTPRequestHandler):
    """``GET /health`` · ``POST /check`` (a file) · ``POST /check/hash`` (JSON)."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = f"OpenHotline-gate/{version('openhotline')}", ""
    timeout = 30  # seconds of silence on the connection
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one piece
    _unread = 0

    @property
    def _serving(self) -> Serving:
        return cast(Serving, self.server)

    def do_GET(self) -> None:
        """Answer ``/health``."""
        announced = self.headers.get("Content-Length") or self.headers.get("Transfer-Encoding")
        # A body here is none of ours, so the connection ends with the answer.
        self._unread = -1 if announced else 0
        if self.path == "/health":
            self._reply(self._serving.gate.health(fully=self._caller() is not None))
        else:
            self._reply(Reply(404, {"error": NOWHERE}))

    def do_POST(self) -> None:
        """Answer a question."""
        self._serving.answering(1)
        try:
            self._reply(self._answer())
        except SlowError:
            self.close_connection = True
        finally:
            self._serving.answering(-1)

    def _answer(self) -> Reply:
        self._unread = self._length()
        if self._serving.draining:
            return Reply(503, {"error": "The gate is stopping. Ask again in a moment."}, 5)
        caller = self._caller()
        if caller is None:
            return Reply(401, {"error": WHO})
        try:
            return self._checked(caller)
        except TooLarge as problem:
            return Reply(413, {"error": problem.message})
        except BadInput as problem:
            return Reply(400, {"error": problem.message})
        except OpenHotlineError as problem:
            return Reply(503, {"error": problem.message}, 1)
        except SlowError:
            raise
        except Exception:  # noqa: BLE001 - A stranger's file must not end the gate; it is an error, never "no match".
            return Reply(500, {"error": UNFORESEEN})

    def _checked(self, caller: Caller) -> Reply:
        if self.path == "/check":
            return self._serving.gate.check_file(caller, lambda: self._body(LARGEST_FILE))
        if self.path == "/check/hash":
            try:
                asked = json.loads(self._body(LARGEST_DOCUMENT))
            except (ValueError, RecursionError):
                raise BadInput("The body is no JSON. Send an object with hashes.") from None
            return self._serving.gate.check_hashes(caller, asked)
        return Reply(404, {"error": NOWHERE})

    def _caller(self) -> Caller | None:
        scheme, _, secret = (self.headers.get("Authorization") or "").partition(" ")
        return self._serving.gate.find_caller(secret.strip()) if scheme.lower() == "bearer" else None

    def _length(self) -> int:
        """Return how many bytes are announced; -1 where that is not said in a way to rely on."""
        told = self.headers.get_all("Content-Length") or []
        if (
            self.headers.get("Transfer-Encoding")
            or len(told) != 1
            or not told[0].isascii()
            or not told[0].isdigit()
        ):
            return -1
        return int(told[0])

    def _body(self, largest: int) -> bytes:
        if self._unread < 0:
            raise BadInput("Say with Content-Length how many bytes the body has.")
        if self._unread > largest:
            raise TooLarge(f"The body is larger than {largest:,} bytes. It was not read.")
        with self._serving.deadline(self.connection, SLOWEST_BODY):
            try:
                content = self.rfile.read(self._unread)
            except OSError:
                content = b""
        if len(content) != self._unread:
            raise SlowError
        self._unread = 0
        return content

    def _reply(self, reply: Reply) -> None:
        content = json.dumps(reply.document, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        if self._unread:  # what was not read would be taken for the next request
            self.close_connection = True
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        if reply.retry_after is not None:
            self.send_header("Retry-After", str(reply.retry_after))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *words: object) -> None:
        """Write nothing: the question log says who asked how much, and no address belongs in any log."""
