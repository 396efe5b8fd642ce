"""A worker's part of the outbox in a process of its own, which ends itself by SIGKILL at a named moment.

Usage: python outbox_child.py prepare LETTERS | add LETTERS | send MOMENT MINUTES | decide DECISION MINUTES
"""

from __future__ import annotations

import os
import signal
import smtplib
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

MOMENTS = (
    "before_claim",
    "after_claim",
    "before_data",
    "leaving_written",
    "in_the_letter",
    "letter_handed_over",
    "answered",
    "before_commit",
    "after_commit",
)


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        function(*arguments, **named)
        die()

    return wrapped


def arm(moment: str) -> None:
    """Replace the one function at ``moment`` by one that ends this process."""
    from openhotline_server.notices import outbox, smtp
    from openhotline_server.pipeline import sending

    whole = smtplib.SMTP.send

    def send_part(line: Any, data: Any) -> None:
        if isinstance(data, bytes) and data.endswith(b"\r\n.\r\n"):
            whole(line, data[: len(data) // 2] if moment == "in_the_letter" else data)
            if moment == "letter_handed_over":
                line.getreply()  # the server has it; this process never heard of it
            die()
        whole(line, data)

    replaced: dict[str, tuple[Any, str, Any]] = {
        "before_claim": (outbox, "claim", die),
        "after_claim": (outbox, "claim", then_die(outbox.claim)),
        "before_data": (outbox, "note_leaving", die),
        "leaving_written": (outbox, "note_leaving", then_die(outbox.note_leaving)),
        "in_the_letter": (smtplib.SMTP, "send", send_part),
        "letter_handed_over": (smtplib.SMTP, "send", send_part),
        "answered": (smtp, "_answer", die),
        "before_commit": (sending, "begin_clocks", die),
        "after_commit": (sending.log, "info", die),
    }
    if moment in replaced:
        setattr(*replaced[moment])


def add(letters: int) -> None:
    """Put letters into the outbox, a person's as any other; cast names go on where the last process ended."""
    from tests.notices import outbox_cast
    from tests.notices.outbox_cast import NOON, a_letter

    from openhotline_server.accounts.models import User

    mia = User.objects.filter(username="mia").first()
    if mia is None:
        mia = User(username="mia", display_name="Mia", role="manager", joined_at=NOON)
        mia.set_unusable_password()
        mia.save()
    outbox_cast._numbers = count(os.getpid() * 100)
    for _ in range(letters):
        a_letter(mia)


def main(what: str, *arguments: str) -> None:
    from openhotline_server.commands import site_ready

    site_ready(initialise=what == "prepare")
    from tests.notices.outbox_cast import NOON

    from openhotline_server.accounts.models import User
    from openhotline_server.notices.models import Outgoing
    from openhotline_server.notices.outbox import Decision
    from openhotline_server.pipeline.sending import decide_letter, send_due

    if what in ("prepare", "add"):
        add(int(arguments[0]))
        return
    at = NOON + timedelta(minutes=int(arguments[1]))
    if what == "send":
        arm(arguments[0])
        send_due(clock=lambda: at)
    else:
        person, decision = User.objects.get(username="mia"), Decision(arguments[0])
        for letter in Outgoing.objects.all():
            decide_letter(letter=letter, decision=decision, person=person, at=at)


if __name__ == "__main__":
    main(*sys.argv[1:])
