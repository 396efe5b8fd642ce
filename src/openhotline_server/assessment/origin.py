"""What readers found of a picture's origin: one more family of evidence, beside what machines say.

It is made of the answer that stands, never stored a second time. It tells of a reader's answer, so it is shown to
nobody who may still answer the case herself (:mod:`openhotline_server.assessment.blindness`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from openhotline.provenance import Evidence, rules
from openhotline.provenance.evidence import ANALYST, STATED_BY_ANALYST
from openhotline_server.accounts.models import User
from openhotline_server.assessment import blindness
from openhotline_server.assessment.models import Assessment
from openhotline_server.assessment.queries import find_assessment, list_votes
from openhotline_server.triage.models import Case

# log10 of the likelihood ratio, by judgement and within the family's bounds: nobody has measured how often readers
# mistake a generated picture, or a real one. One reader weighs half of two who agree.
GENERATED = {"one": 0.5, "agreed": 1.0, "third": 1.0}
PHOTOGRAPHED = {"one": -1.0, "agreed": -2.0, "third": -2.0}

DOUBT = "People are deceived as well, in both directions."
REAL_PERSON = "A real person is in it or is known from it: it is handled like a photograph."
OWN = "own"
_SOURCES = {
    "one": "answer:one reader",
    "agreed": "answer:two readers who agree",
    "third": "answer:a third reader",
    OWN: "answer:your own",
}


def from_facts(facts: Mapping[str, str], *, by: str) -> Evidence | None:
    """Read one answer. ``by`` is an assessment's basis, or ``own``; None where the answer says nothing of it.

    A generated picture of a known person and an altered real one weigh nothing: they are handled like a photograph.
    """
    weighed = "one" if by == OWN else by
    ai, kind = facts.get("ai", ""), facts.get("image_type", "")
    if ai == "wholly_generated":
        return _evidence("ai_generated", GENERATED[weighed], by, DOUBT)
    if ai in ("altered_real", "known_victim"):
        return _evidence("ai_edited", 0.0, by, REAL_PERSON)
    if ai == "none" and kind == "photograph":
        return _evidence("camera_capture_claimed", PHOTOGRAPHED[weighed], by, DOUBT)
    return None


def stated(case: Case) -> tuple[Evidence, ...]:
    """The finding of the assessment in force, whoever asks: for decisions, not for the screen.

    A grade taken over from known material is no reader's finding here.
    """
    settled = find_assessment(case)
    if settled is None or settled.basis == Assessment.Basis.KNOWN:
        return ()
    found = from_facts(settled.facts, by=str(settled.basis))
    return (found,) if found else ()


def shown_to(person: User, case: Case, *, at: datetime, sees: bool | None = None) -> tuple[Evidence, ...]:
    """What may stand on this person's screen: the settled finding, her own answer, or nothing.

    ``sees``, where it is known from :mod:`openhotline_server.assessment.blindness`, spares asking it again.

    1. Whoever may still answer the case herself sees her own answer at most.
    2. Others see what is settled; of a case that waits for a further reader nothing is settled.
    """
    if sees is None:
        sees = case.pk in blindness.visible_to(person, [case], at=at)
    if not sees:
        return _own(person, case)  # 1
    return stated(case) or _own(person, case)  # 2


def _own(person: User, case: Case) -> tuple[Evidence, ...]:
    vote = list_votes(case).filter(person=person).first()
    found = from_facts(vote.facts, by=OWN) if vote else None
    return (found,) if found else ()


def _evidence(claim: str, weight: float, by: str, doubt: str) -> Evidence:
    lowest, highest = rules().bounds[ANALYST]
    bounded = min(max(weight, lowest), highest)
    return Evidence(ANALYST, _SOURCES[by], claim, STATED_BY_ANALYST, bounded, doubt)
