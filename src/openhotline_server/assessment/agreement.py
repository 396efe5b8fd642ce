"""How far two readers agree, question by question: Cohen's kappa and Krippendorff's alpha.

Both compare the agreement seen with the agreement that chance alone would give. A pair counts for a question
when both readers answered it; where they parted earlier, the disagreement shows at the earlier question.

Sources: J. Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement
20 (1960), also for the standard error; K. Krippendorff, "Content Analysis", 4th edition (2018), chapter 12.
The numbers come from scikit-learn and from the package ``krippendorff``, which are imported only when needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

# Own rule. With 30 pairs, 85 percent seen and 50 percent expected agreement, Cohen's standard error gives an
# interval of about 0.26 to either side; with fewer pairs a number would say less than its reader believes.
MIN_PAIRS = 30

# Age bands and severity have an order: neighbours disagree less.
ORDERED: Mapping[str, tuple[str, ...]] = {
    "age_band": ("0-2", "3-6", "7-10", "11-13", "14-15", "16-17"),
    "severity": ("C", "B", "A"),
}
# The questions that the desk asks, in its order; before them what follows from all of them.
QUESTIONS = (
    "outcome",
    "child",
    "age_band",
    "image_type",
    "indecent",
    "severity",
    "pornographic",
    "focus_or_act",
    "grossly_offensive",
    "discount_reason",
    "sex",
    "ai",
)

Answers = Mapping[str, str]
Pair = tuple[Answers, Answers]


@dataclass(frozen=True)
class Agreement:
    """Two readers on one question. ``kappa`` and ``alpha`` are None where ``why_none`` says why.

    ``kappa_from`` and ``kappa_to`` bound the 95 percent interval. ``ordered`` says that alpha weighs
    disagreements by their distance.
    """

    question: str
    pairs: int
    same: int
    ordered: bool
    kappa: float | None = None
    kappa_from: float | None = None
    kappa_to: float | None = None
    alpha: float | None = None
    why_none: str = ""

    @property
    def percent_same(self) -> float | None:
        """How often both gave the same answer, in percent, before chance is taken out."""
        return 100 * self.same / self.pairs if self.pairs else None


def by_question(pairs: Sequence[Pair], *, minimum: int = MIN_PAIRS) -> list[Agreement]:
    """Compare first and second answers on every question, in the order of the desk."""
    return [on_question(question, pairs, minimum=minimum) for question in QUESTIONS]


def on_question(question: str, pairs: Sequence[Pair], *, minimum: int = MIN_PAIRS) -> Agreement:
    """Compare first and second answers on one question."""
    both = [(one[question], two[question]) for one, two in pairs if one.get(question) and two.get(question)]
    same = sum(one == two for one, two in both)
    ordered = question in ORDERED
    why = _why_none(both, minimum)
    if why:
        return Agreement(question, len(both), same, ordered, why_none=why)
    kappa = cohen_kappa(both)
    margin = 1.96 * kappa_error(both)
    return Agreement(
        question,
        len(both),
        same,
        ordered,
        kappa,
        max(-1.0, kappa - margin),
        min(1.0, kappa + margin),
        krippendorff_alpha(both, order=ORDERED.get(question)),
    )


def _why_none(both: Sequence[tuple[str, str]], minimum: int) -> str:
    if len(both) < minimum:
        return f"Too few pairs for a number: {len(both)} of at least {minimum}."
    if len({answer for pair in both for answer in pair}) == 1:
        return "Everybody gave the same answer, so nothing can be said about chance."
    return ""


def cohen_kappa(both: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa, unweighted. The answers must not all be equal."""
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score([one for one, _ in both], [two for _, two in both]))


def kappa_error(both: Sequence[tuple[str, str]]) -> float:
    """The standard error of kappa (Cohen 1960, formula 7)."""
    n = len(both)
    seen = sum(one == two for one, two in both) / n
    answers = {answer for pair in both for answer in pair}
    first, second = [one for one, _ in both], [two for _, two in both]
    expected = sum(first.count(a) * second.count(a) for a in answers) / n**2
    return sqrt(seen * (1 - seen) / n) / (1 - expected)


def krippendorff_alpha(both: Sequence[tuple[str, str]], *, order: Sequence[str] | None = None) -> float:
    """Krippendorff's alpha: ordinal where ``order`` names the answers from low to high, else nominal."""
    import krippendorff

    domain = list(order) if order else sorted({answer for pair in both for answer in pair})
    number = {answer: float(place) for place, answer in enumerate(domain)}
    rows = [[number[one] for one, _ in both], [number[two] for _, two in both]]
    return float(
        krippendorff.alpha(
            reliability_data=rows,
            value_domain=list(number.values()),
            level_of_measurement="ordinal" if order else "nominal",
        )
    )
