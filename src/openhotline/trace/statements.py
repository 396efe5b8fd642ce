"""What a provider told a person of where the origin lies. It holds while the machine is the one it was said of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from openhotline.trace.answer import Answer

LAPSED = "This was stated of another machine. It no longer counts."


def about(answers: Iterable[Answer]) -> dict[str, object]:
    """Of which machine a statement is made, from the answers that were there then: kept in what was ``said``."""
    heard = [answer for answer in answers if not answer.failure and answer.kind != "provider"]
    return {"front": _front(heard), "ips": sorted(_ips(heard))}


def still_holding(statements: Sequence[Answer], answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The statements; one that was made of another machine becomes a failure. Behind a front, the front must be the
    same, for its addresses change; without one, an address must be.
    """
    heard = [answer for answer in answers if not answer.failure]
    return tuple(one if _holds(one, heard) else replace(one, failure=LAPSED) for one in statements)


def _holds(statement: Answer, heard: Sequence[Answer]) -> bool:
    then = statement.said.get("about")
    if not isinstance(then, dict):
        return True
    if then.get("front") or _front(heard):
        return bool(then.get("front") == _front(heard))
    ips = _ips(heard)
    return not ips or bool(ips & set(then.get("ips", ())))


def _front(heard: Iterable[Answer]) -> str:
    return next((answer.front for answer in heard if answer.front), "")


def _ips(heard: Iterable[Answer]) -> set[str]:
    return {str(ip) for answer in heard for ip in (*answer.ips, *answer.said.get("front_ips", ()))}
