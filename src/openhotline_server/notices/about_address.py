"""Reading what was told about one address, what was answered, and the clocks that ran for it."""

from __future__ import annotations

from dataclasses import dataclass

from openhotline_server.notices.models import (
    Notice,
    NoticeAddress,
    Outgoing,
    PoliceAnswer,
    ProviderAnswer,
    Removal,
)
from openhotline_server.triage.models import AddressCase


@dataclass(frozen=True)
class Told:
    """One notice about an address: how far it is, in words, and what was answered."""

    notice: Notice
    state: str
    tone: str
    outgoing: Outgoing | None
    illegal_there: bool | None
    answers: tuple[ProviderAnswer, ...]


def list_told(case: AddressCase) -> list[Told]:
    """Every notice that names this address, the newest first. Cost: three queries."""
    lines = list(NoticeAddress.objects.filter(case=case).select_related("notice").order_by("-notice__pk"))
    keys = [line.notice_id for line in lines]
    letters = {one.notice_id: one for one in Outgoing.objects.filter(notice__in=keys)}
    answers: dict[int, list[ProviderAnswer]] = {}
    for answer in ProviderAnswer.objects.filter(notice__in=keys).order_by("answered_at", "pk"):
        answers.setdefault(answer.notice_id, []).append(answer)
    return [
        Told(
            line.notice,
            *_state(line.notice, letters.get(line.notice_id)),
            letters.get(line.notice_id),
            line.illegal_there,
            tuple(answers.get(line.notice_id, ())),
        )
        for line in lines
    ]


def has_left(case: AddressCase) -> bool:
    """Whether a person has let anything leave about this address: what is told cannot be untold."""
    lines = NoticeAddress.objects.filter(case=case)
    return (
        lines.exclude(notice__approved_at=None).exists() or lines.exclude(notice__delivered_at=None).exists()
    )


def list_drafts(case: AddressCase) -> list[Notice]:
    """The notices about this address that nobody has approved or dropped yet."""
    lines = NoticeAddress.objects.filter(
        case=case, notice__approved_at=None, notice__dropped_at=None, notice__delivered_at=None
    )
    return [line.notice for line in lines.select_related("notice")]


def list_police_answers(case: AddressCase) -> list[PoliceAnswer]:
    """What the police said about this address, the newest first."""
    answers = PoliceAnswer.objects.filter(case=case).select_related("recorded_by")
    return list(answers.order_by("-answered_at", "-pk"))


def list_removals(case: AddressCase) -> list[Removal]:
    """The clocks that ran for this address, the newest first; at most one runs."""
    return list(Removal.objects.filter(case=case).order_by("-began_at", "-pk"))


def _state(notice: Notice, letter: Outgoing | None) -> tuple[str, str]:
    """Where a notice stands, in words, and the tone of its badge."""
    if notice.dropped_at:
        return "Dropped", ""
    if letter is not None and letter.state != Outgoing.State.SENT:
        troubled = letter.state in (Outgoing.State.DEAD, Outgoing.State.UNCERTAIN)
        return letter.get_state_display(), "bad" if troubled else "warn"
    if letter is not None or notice.delivered_at:
        return "Sent", "good"
    return ("Approved", "warn") if notice.approved_at else ("Draft", "accent")
