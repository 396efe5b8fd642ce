"""Asking: one object that traces places and looks whether they still answer, live, recorded, or a test's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from openhotline.trace.answer import Answer, Place, Question

ONLINE, GONE, UNCLEAR, FAILED = "online", "gone", "unclear", "failed"


@dataclass(frozen=True)
class Look:
    """One look whether a place still answers. ``words`` is a sentence; nothing of a body is ever in it.

    ``certificate`` is the SHA-256 of the TLS certificate in hexadecimal, empty without TLS.
    """

    outcome: str
    asked_at: datetime
    status: int | None = None
    ip: str = ""
    words: str = ""
    certificate: str = ""


class Asking(Protocol):
    """What :mod:`openhotline_server.pipeline.tracing` needs. Neither call raises for what a stranger's server does."""

    def trace(self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()) -> tuple[Answer, ...]:
        """Ask every source. ``statements`` are what providers told persons, which no machine can ask for."""
        ...

    def look(self, place: Place, *, at: datetime) -> Look:
        """Look whether the place still answers."""
        ...


class Source(Protocol):
    """One source. ``group`` names whose voice it is: sources of one group are not independent."""

    @property
    def name(self) -> str: ...

    @property
    def group(self) -> str: ...

    def ask(self, question: Question, *, at: datetime) -> Answer:
        """Answer, or raise what :mod:`openhotline.errors` has; the caller keeps a failure as one."""
        ...
