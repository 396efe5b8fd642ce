"""One peer's address, asked over HTTPS: bounded in time and size, patient where it is busy, never led elsewhere.

Everything goes to the configured base and to nothing else. A redirect is an error, and so is an address in an
answer that leaves the base. An answer is given only when it is whole.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, InvalidHeader

from openhotline.errors import BadInput, Busy, NotAllowed, NotFound, OpenHotlineError, TooLarge, WrongUsage

LOOPBACK = ("127.0.0.1", "::1", "localhost")
HELD_IN_MEMORY = 1 << 20
PIECE = 1 << 16
AGAIN = (429, 500, 502, 503, 504)
"""What another try may mend. The peers' own client tries these again as well."""

_path = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")


@dataclass(frozen=True)
class Limits:
    """Times in seconds. None of them was measured at a peer: they are generous for a page of a few megabytes."""

    connect: float = 10
    silence: float = 60
    whole_answer: float = 600
    answer_bytes: int = 1 << 26
    tries: int = 5
    first_wait: float = 0.5
    longest_wait: float = 300


@dataclass(frozen=True)
class Reply:
    """An answer with its status, for protocols that say what is wrong in a document of their own."""

    status: int
    body: bytes
    request_id: str
    """What the peer calls this call (``Request-ID``), for asking its operator; empty where it says nothing."""


class Peer:
    """A peer by its base address and the headers that identify us. ``wait`` sleeps; tests give another."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        *,
        limits: Limits | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(base)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        if not parts.hostname or not (parts.scheme == "https" or local) or parts.query or parts.fragment:
            raise WrongUsage("A peer's address begins with https:// and has no query. Correct it.")
        if parts.username or parts.password:
            raise WrongUsage("A peer's address holds no credentials. Give them by themselves.")
        self._limits = limits or Limits()
        self._wait = wait
        self._prefix = parts.path.rstrip("/")
        self._headers = {"User-Agent": "OpenHotline", "Accept-Encoding": "identity", **headers}
        # One pool for one host: there is no way for a call to reach another.
        self._pool = urllib3.connection_from_url(
            f"{parts.scheme}://{parts.netloc}",
            timeout=urllib3.Timeout(connect=self._limits.connect, read=self._limits.silence),
        )

    def get(self, path: str, query: Mapping[str, str | int] | None = None) -> BinaryIO:
        """Return a whole answer as a file, trying again while the peer is busy or breaks off.

        Raises Busy when it stays so, NotAllowed for refused credentials, and BadInput for any other refusal.
        """
        target = self._target(path) + (f"?{urlencode(query)}" if query else "")
        wait = self._limits.first_wait
        for left in reversed(range(self._limits.tries)):
            try:
                return self._once("GET", target)
            except _NotNow as problem:
                if not left or problem.wait > self._limits.longest_wait:
                    raise Busy(problem.message) from problem
                self._wait(problem.wait or wait)
                wait *= 2
        raise Busy("The peer was not asked. Allow at least one try.")

    def send(self, method: str, path: str, body: bytes, content_type: str) -> None:
        """Send a document once: whether a second one would count twice is the peer's to say, so none is sent."""
        try:
            self._once(method, self._target(path), body=body, content_type=content_type).close()
        except _NotNow as problem:
            raise Busy(problem.message) from problem

    def ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "") -> Reply:
        """Ask once and return what was answered, refusals with a document too.

        Raises for everything without a document: NotAllowed for refused credentials, Busy where another try may do.
        """
        target = self._target(path)
        try:
            answer = self._opened(method, target, body=body, content_type=content_type)
            try:
                if 300 <= answer.status < 400 or answer.status == 401:
                    _check(answer)
                with self._taken(answer) as file:
                    document = file.read()
                if not document:
                    _check(answer)
                return Reply(answer.status, document, answer.headers.get("Request-ID", ""))
            finally:
                answer.close()
        except _NotNow as problem:
            raise Busy(problem.message) from problem

    def _target(self, path: str) -> str:
        """Return the path on the host, or raise BadInput for one that would leave the base."""
        if not _path.fullmatch(path) or "//" in path or "/.." in path or "%2e" in path.lower():
            raise BadInput("The peer names an address outside its base. Nothing was fetched from there.")
        return self._prefix + path

    def _once(
        self, method: str, target: str, *, body: bytes | None = None, content_type: str = ""
    ) -> BinaryIO:
        answer = self._opened(method, target, body=body, content_type=content_type)
        try:
            _check(answer)
            return self._taken(answer)
        finally:
            # A connection whose answer was not read to its end must not serve the next question.
            answer.close()

    def _opened(
        self, method: str, target: str, *, body: bytes | None, content_type: str
    ) -> urllib3.BaseHTTPResponse:
        headers = self._headers | ({"Content-Type": content_type} if content_type else {})
        try:
            return self._pool.urlopen(
                method,
                target,
                body=body,
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except HTTPError as error:
            raise _NotNow("The peer cannot be reached. Check its address, or try again later.") from error

    def _taken(self, answer: urllib3.BaseHTTPResponse) -> BinaryIO:
        # monotonic: how long this answer takes, not what time it is.
        ends = time.monotonic() + self._limits.whole_answer
        file = cast(BinaryIO, SpooledTemporaryFile(max_size=HELD_IN_MEMORY))  # noqa: SIM115 - the caller closes it
        taken = 0
        try:
            for piece in answer.stream(PIECE, decode_content=False):
                taken += len(piece)
                if taken > self._limits.answer_bytes:
                    raise TooLarge("The peer's answer is larger than the limit. Ask for smaller pages.")
                if time.monotonic() > ends:
                    raise _NotNow("The peer's answer took too long. Try again later.")
                file.write(piece)
        except HTTPError as error:
            file.close()
            raise _NotNow("The peer broke off in the middle of its answer. Try again later.") from error
        except OpenHotlineError:
            file.close()
            raise
        file.seek(0)
        return file


class _NotNow(OpenHotlineError):
    """Another try may do; ``wait`` is how many seconds the peer asks for, 0 where it does not say."""

    def __init__(self, message: str, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


def _check(answer: urllib3.BaseHTTPResponse) -> None:
    """Raise for everything that is not the answer itself."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in AGAIN:
        wait = _asked_wait(answer)
        raise _NotNow(f"The peer is busy (status {status}). Try again later.", wait)
    if status in (401, 403):
        raise NotAllowed(
            f"The peer refuses the credentials (status {status}). Check user, key and entitlement."
        )
    if 300 <= status < 400:
        raise BadInput(
            f"The peer leads to another address (status {status}). Nobody follows; correct the base."
        )
    if status in (404, 410):
        raise NotFound(f"The peer has nothing there (status {status}). Check the base address.")
    raise BadInput(f"The peer refuses the question (status {status}). Check base address and protocol.")


def _asked_wait(answer: urllib3.BaseHTTPResponse) -> float:
    said = answer.headers.get("Retry-After", "")
    try:
        return urllib3.Retry().parse_retry_after(said) if said else 0
    except InvalidHeader:
        return 0
