"""What the gate does with a question: limit, look, match, write down, answer. Knows no HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from openhotline.chain import JSON
from openhotline.errors import BadInput, Busy, OpenHotlineError
from openhotline.exchange.gate.documents import (
    Document,
    answer_document,
    look_document,
    read_questions,
    tally,
)
from openhotline.exchange.gate.keys import Caller
from openhotline.exchange.gate.limits import Use
from openhotline.exchange.gate.looking import Look, Looking, decided
from openhotline.exchange.gate.question_log import ASKED, REFUSED, QuestionLog
from openhotline.exchange.gate.shelf import Shelf
from openhotline.exchange.gate.state import State
from openhotline.known.answers import MARGIN, ListAnswer, Question, Rule, Verdict, overall
from openhotline.known.lists import ask, lies_near

GATE = "gate"
FILES_A_WORKER = 4
"""Files in memory for each confined worker; whoever comes after waits before sending."""

PATIENCE = 20.0
"""Seconds that a caller waits for room before being sent away."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a gate is started with."""

    lists: tuple[Path, ...]
    keys: Path
    state: Path
    rule: Rule
    workers: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and its document; ``retry_after`` in seconds."""

    status: int
    document: Document
    retry_after: int | None = None


class Gate:
    """One running gate. Close it, or use it in a ``with`` block. May be asked from many threads."""

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime]) -> None:
        self._rule, self._clock, self._use = settings.rule, clock, Use()
        self._room = threading.BoundedSemaphore(FILES_A_WORKER * settings.workers)
        with ExitStack() as stack:
            state = State(settings.state)
            stack.callback(state.close)
            self._shelf = Shelf(settings.lists, settings.keys, prepared=state.lists, told=self._tell)
            self._log = QuestionLog(state.log, state.signing_key())
            stack.callback(lambda: self._log.close(clock()))
            self._remember(clock())
            self._looking = stack.enter_context(Looking(workers=settings.workers))
            self._ask([Question(pdq=bytes(32))])  # loads the kernels, so that no caller waits for them
            self._write(GATE, "gate.started", {"lists": self._editions()})
            stack.callback(self._shelf.close)
            self._shelf.start()
            self._held = stack.pop_all()

    def find_caller(self, secret: str) -> Caller | None:
        """Return who holds this key."""
        return self._shelf.find(secret)

    def health(self, *, fully: bool) -> Reply:
        """Say whether the gate works; which lists it holds, and why one is not the newest, is told to callers only."""
        problems = self._shelf.problems
        document: Document = {"status": "behind" if problems else "ok"}
        if fully:
            document["lists"] = [
                {"list": known.name, "edition": known.edition, "entries": dict(known.kinds)}
                | {"doubts": list(known.doubts), "problem": problems.get(known.name, "")}
                for known in self._shelf.lists
            ]
        return Reply(200, document)

    def check_file(self, caller: Caller, read: Callable[[], bytes]) -> Reply:
        """Hash one file, match it and tell what it says of its origin. ``read`` is called when there is room."""
        refused = self._limited(caller, 1)
        if refused:
            return refused
        with self._space():
            untrusted_bytes = read()
            if not untrusted_bytes:
                raise BadInput("The file holds no bytes. Send the file itself as the body.")
            look = self._look(caller, untrusted_bytes)
        answers = self._ask([look.question()])[0]
        verdict = overall(answer.verdict for answer in answers)
        self._note(caller, "file", [verdict])
        document = answer_document(answers, caller) | look_document(look)
        if verdict == Verdict.UNREADABLE:
            return Reply(
                422, {"error": f"This file could not be compared with every entry. {look.problem}"} | document
            )
        return Reply(200, document)

    def check_hashes(self, caller: Caller, asked: Any) -> Reply:
        """Match up to a thousand hashes."""
        questions = read_questions(asked)
        refused = self._limited(caller, len(questions))
        if refused:
            return refused
        answers = self._ask(questions)
        self._note(caller, "hashes", [overall(one.verdict for one in answer) for answer in answers])
        return Reply(200, {"answers": [answer_document(answer, caller) for answer in answers]})

    def close(self) -> None:
        """Write down that the gate stopped, and end its processes."""
        for name, refused in self._use.untold().items():
            self._write(name, REFUSED, {"refused": refused})
        self._write(GATE, "gate.stopped", {})
        self._held.close()

    def _ask(self, questions: Sequence[Question]) -> list[list[ListAnswer]]:
        by_list = [ask(known, questions, self._rule) for known in self._shelf.lists]
        return [list(answers) for answers in zip(*by_list, strict=True)]

    def _look(self, caller: Caller, untrusted_bytes: bytes) -> Look:
        rule = self._rule
        return decided(
            partial(self._looking.look, untrusted_bytes),
            quick=caller.tells_distance,
            turned=rule.turned,
            least_quality=rule.min_quality,
            is_near=lambda look: any(
                lies_near(known, look.question(), rule, margin=MARGIN) for known in self._shelf.lists
            ),
        )

    def _limited(self, caller: Caller, questions: int) -> Reply | None:
        now = self._clock()
        too_much = self._use.take(caller, questions, now)
        if too_much is None:
            return None
        refused = self._use.refuse(caller.name, now)
        if refused:  # a flood of refusals is a line a minute
            self._write(caller.name, REFUSED, {"limit": too_much.limit, "refused": refused})
        words = (
            f"This caller may ask {too_much.limit}. Wait, then ask again; nothing of this call was answered."
        )
        return Reply(429, {"error": words}, too_much.seconds)

    @contextmanager
    def _space(self) -> Iterator[None]:
        if not self._room.acquire(timeout=PATIENCE):
            raise Busy("Too many files are being looked at. Try again in a moment.")
        try:
            yield
        finally:
            self._room.release()

    def _note(self, caller: Caller, kind: str, verdicts: Sequence[Verdict]) -> None:
        details: dict[str, JSON] = {"kind": kind, "asked": len(verdicts), "answers": tally(verdicts)}
        self._write(caller.name, ASKED, details | {"lists": self._editions()})

    def _editions(self) -> dict[str, JSON]:
        return {known.name: known.edition for known in self._shelf.lists}

    def _remember(self, at: datetime) -> None:
        for name, asked in self._log.asked_on(at.date()).items():
            self._use.start(name, at.date(), asked)

    def _tell(self, event: str, name: str) -> None:
        try:
            self._write(GATE, event, {"list": name} if name else {})
        except OpenHotlineError:
            return  # the disk is full: the next question meets that, and is refused for it

    def _write(self, actor: str, event: str, details: dict[str, JSON]) -> None:
        self._log.record(actor=actor, event=event, at=self._clock(), details=details)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
