"""The mail channel: one letter to one recipient, and exactly what became of it.

The dialogue, and what a failure at each step means::

    connect, greeting, EHLO, STARTTLS, AUTH   nothing about this letter: not now, whatever the code
    MAIL, RCPT                                4xx not now, 5xx refused
    the caller's ``before_data``              the caller commits "it may leave from here on"
    DATA                                      4xx not now, 5xx refused; a lost line: nothing has left yet, not now
    the letter, ended by a dot                the answer 2xx taken, 4xx not now, 5xx refused; anything else: unknown

A server keeps a letter only after the ending dot, so only what happens after the first byte of the letter is
handed over can be unknown.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Timer
from time import monotonic
from typing import Any

from openhotline_server.notices.mail_server import Cover, MailServer

WORDS_KEPT = 300
NO_SERVER = "The mail server cannot be used"
LINE_LOST = "The line to the mail server was lost"
NO_SERVICE_CODES = (
    421,
    530,
)  # the server closes; it wants a sign-in that the settings lack: not about this letter


class Outcome(StrEnum):
    """What became of a letter."""

    TAKEN = "taken"
    REFUSED = "refused"
    NOT_NOW = "not_now"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Limits:
    """Seconds. ``answer_s``: for the answer after the letter; ``whole_s``: for everything together."""

    step_s: float = 20
    answer_s: float = 120
    whole_s: float = 240


@dataclass(frozen=True)
class Letter:
    """The envelope and the letter itself, in ASCII with CRLF, as :mod:`outbox` fixed it."""

    sender: str
    recipient: str
    message: bytes


@dataclass(frozen=True)
class Result:
    """``words``: the server's answer, or what happened. ``server_works``: the server talked about this letter."""

    outcome: Outcome
    words: str
    server_works: bool


class _Stopped(Exception):
    """The dialogue ended before the letter was handed over."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.words)
        self.result = result


def send(
    *,
    server: MailServer,
    letter: Letter,
    before_data: Callable[[], None],
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
) -> Result:
    """Hand one letter to the mail server. Never raises for what the server does; what ``before_data`` raises goes on.

    ``before_data`` runs right before DATA; the caller commits there that the letter may leave from here on. Takes
    ``limits.whole_s`` seconds at the most. ``tls`` replaces the system's trust, for tests.
    """
    limits = limits or Limits()
    ends = monotonic() + limits.whole_s
    try:
        with _connected(server, limits, tls or ssl.create_default_context()) as line:
            _envelope(line, letter)
            before_data()
            return _hand_over(line, letter, limits, ends)
    except _Stopped as stopped:
        return stopped.result


class _Watched:
    """Hangs up from outside when the whole time is up, even on a server that sends a byte now and then."""

    def __init__(self, *arguments: Any, whole_s: float, **named: Any) -> None:
        self.watchdog = Timer(whole_s, _hang_up, [self])
        self.watchdog.daemon = True
        self.watchdog.start()
        try:
            super().__init__(*arguments, **named)
        except BaseException:
            self.watchdog.cancel()
            raise


class _Line(_Watched, smtplib.SMTP):
    """A line that begins in plain text."""


class _TlsLine(_Watched, smtplib.SMTP_SSL):
    """A line that is encrypted from the start."""


@contextmanager
def _connected(server: MailServer, limits: Limits, tls: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A line that is encrypted and signed in."""
    with _nothing_left(NO_SERVER):
        line = _opened(server, limits, tls)
    try:
        with _nothing_left(NO_SERVER):
            _greet(line, server, tls)
        yield line
    finally:
        _leave(line)
        line.watchdog.cancel()


def _opened(server: MailServer, limits: Limits, tls: ssl.SSLContext) -> _Line | _TlsLine:
    named: dict[str, Any] = {"timeout": limits.step_s, "whole_s": limits.whole_s}
    if server.cover == Cover.FROM_THE_START:
        return _TlsLine(server.host, server.port, context=tls, **named)
    return _Line(server.host, server.port, **named)


def _greet(line: smtplib.SMTP, server: MailServer, tls: ssl.SSLContext) -> None:
    line.ehlo_or_helo_if_needed()
    if server.cover == Cover.STARTTLS:
        line.starttls(context=tls)  # raises where the server offers none: nothing goes in plain text
        line.ehlo_or_helo_if_needed()
    if server.user:
        line.login(server.user, server.password)


def _envelope(line: smtplib.SMTP, letter: Letter) -> None:
    with _nothing_left(LINE_LOST):
        _agreed(*line.mail(letter.sender))
        _agreed(*line.rcpt(letter.recipient))


def _hand_over(line: smtplib.SMTP, letter: Letter, limits: Limits, ends: float) -> Result:
    with _nothing_left(LINE_LOST):
        code, words = line.docmd("data")
        if code != 354:
            _agreed(code if code >= 400 else 451, words)
    if (
        monotonic() >= ends or line.sock is None
    ):  # this process slept: somebody else may hold the letter by now
        return Result(Outcome.NOT_NOW, "The time was up before the letter was handed over.", True)
    try:
        line.sock.settimeout(limits.answer_s)
        line.send(_as_data(letter.message))
        return _answer(*line.getreply())
    except (OSError, smtplib.SMTPException, ValueError):
        return Result(Outcome.UNKNOWN, "The line was lost before the mail server answered.", True)


def _answer(code: int, words: bytes) -> Result:
    """The last answer. A code that this dialogue does not know leaves open what became of the letter."""
    said = _said(code, words)
    if 200 <= code < 300:
        return Result(Outcome.TAKEN, said, True)
    if 400 <= code < 500:
        return Result(Outcome.NOT_NOW, said, True)
    if 500 <= code < 600:
        return Result(Outcome.REFUSED, said, True)
    return Result(Outcome.UNKNOWN, said, True)


def _agreed(code: int, words: bytes) -> None:
    if 200 <= code < 300:
        return
    if code in NO_SERVICE_CODES:
        raise _Stopped(Result(Outcome.NOT_NOW, _said(code, words), False))
    refused = 500 <= code < 600
    raise _Stopped(Result(Outcome.REFUSED if refused else Outcome.NOT_NOW, _said(code, words), code > 0))


@contextmanager
def _nothing_left(what: str) -> Iterator[None]:
    """Before the letter is handed over every fault of the line is "not now"."""
    try:
        yield
    except _Stopped:
        raise
    except smtplib.SMTPResponseException as error:
        said = _said(error.smtp_code, error.smtp_error)
        raise _Stopped(Result(Outcome.NOT_NOW, f"{what}: {said}"[:WORDS_KEPT], False)) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _Stopped(Result(Outcome.NOT_NOW, f"{what} ({type(error).__name__}).", False)) from error


def _as_data(message: bytes) -> bytes:
    """The letter as DATA wants it (RFC 5321, 4.5.2): CRLF, dots at line beginnings doubled, a dot alone at the end."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    doubled = re.sub(rb"(?m)^\.", b"..", lines)
    return doubled + (b"" if doubled.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    return " ".join(f"{code} {text}".split())[:WORDS_KEPT]


def _hang_up(line: object) -> None:
    with suppress(OSError):
        if (sock := getattr(line, "sock", None)) is not None:
            sock.shutdown(socket.SHUT_RDWR)


def _leave(line: smtplib.SMTP) -> None:
    """Say goodbye where that is quick; what the server says to it changes nothing."""
    with suppress(OSError, smtplib.SMTPException, ValueError):
        if line.sock is not None:
            line.sock.settimeout(2)
            line.quit()
    with suppress(OSError):
        line.close()
