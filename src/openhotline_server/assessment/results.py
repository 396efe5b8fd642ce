"""From facts to stored legal results, by the jurisdiction files in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from openhotline import law
from openhotline_server.assessment.models import Assessment, LegalResult
from openhotline_server.assessment.rules import Decision, Facts


@lru_cache(maxsize=1)
def jurisdictions() -> tuple[law.Jurisdiction, ...]:
    """The configured jurisdictions; the first decides outcomes."""
    return tuple(law.load_jurisdiction(code, extra_dir=settings.LAW_DIR) for code in settings.JURISDICTIONS)


def decide(facts: Facts) -> Decision | None:
    """What the deciding jurisdiction makes of the facts; None while its outcome is open."""
    result = law.derive(facts, jurisdictions()[0])
    if result.outcome is None:
        return None
    return Decision(result.outcome, result.grade or "", result.discount_reason or "")


def settles(facts: Facts) -> bool:
    """Whether the deciding outcome is firm and has its reason if it needs one, whatever else is still open."""
    decision = decide(facts)
    if decision is None:
        return False
    return bool(decision.discount_reason) or not jurisdictions()[0].outcomes[decision.outcome].needs_reason


def store(assessments: Iterable[Assessment], *, at: datetime) -> None:
    """Derive and keep the results of every configured jurisdiction; an edition's result is kept once."""
    rows = [_row(a, law.derive(a.facts, j), at) for a in assessments for j in jurisdictions()]
    LegalResult.objects.bulk_create(rows, batch_size=60, ignore_conflicts=True)


def _row(assessment: Assessment, result: law.Result, at: datetime) -> LegalResult:
    recorded = {name: assessment.facts.get(name, "") for name in result.records}
    return LegalResult(
        assessment=assessment,
        jurisdiction=result.jurisdiction,
        edition=result.edition,
        outcome=result.outcome or "",
        grade=result.grade or "",
        discount_reason=result.discount_reason or "",
        provision=result.provision[:200],
        severity=recorded.get("severity", ""),
        age_band=recorded.get("age_band", ""),
        sex=recorded.get("sex", ""),
        derived_at=at,
    )
