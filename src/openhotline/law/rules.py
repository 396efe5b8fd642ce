"""The rule language: ordered rules, each a list of conditions "this fact has one of these answers".

The first rule that holds decides. With unanswered facts more than one rule may come to decide; `reach` finds
exactly those that some completion of the sheet reaches, so a result is firm if and only if all of them agree.

The argument, in steps that the code follows:

1. A condition on an answered fact is true or false; on an unanswered fact it is unknown.
2. A rule with a false condition cannot hold, in no completion. It is passed over.
3. A rule whose conditions are all true holds in every completion. It decides; later rules are never reached.
4. Otherwise the first unknown fact is given each of its answers in turn; each case goes on from this rule.
   The cases together are all completions, and each ends at step 3 with exactly one rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openhotline.errors import BadInput
from openhotline.law.facts import fact_catalogue


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """When every condition holds, then ``then``: an outcome, or a part of a grade ("" says nothing).

    Two rules are the same only if they are one and the same line of a file.
    """

    when: tuple[tuple[str, frozenset[str]], ...]
    then: str
    provision: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reached:
    """The rules some completion reaches, the first unanswered fact they hang on, and the facts looked at."""

    rules: frozenset[Rule]
    hinge: str | None
    looked_at: frozenset[str]


def reach(rules: Sequence[Rule], known: Mapping[str, str], start: int = 0) -> Reached:
    """Return every rule that some completion of ``known`` reaches. Cost: one pass when all is answered."""
    looked_at: set[str] = set()
    for position in range(start, len(rules)):
        rule = rules[position]
        hinge = ""
        for fact, answers in rule.when:
            looked_at.add(fact)
            answer = known.get(fact)
            if answer is None:
                hinge = hinge or fact
            elif answer not in answers:
                break
        else:
            if not hinge:
                return Reached(frozenset((rule,)), None, frozenset(looked_at))
            return _split(rules, known, position, hinge, looked_at)
    raise BadInput(
        "No rule decides this case. Add a rule for it to the jurisdiction file.",
        details=", ".join(f"{fact} = {answer}" for fact, answer in known.items()),
    )


def _split(
    rules: Sequence[Rule], known: Mapping[str, str], position: int, hinge: str, looked_at: set[str]
) -> Reached:
    """Give the hinge each of its answers in turn and join what the cases reach (step 4)."""
    cases = [
        reach(rules, {**known, hinge: answer}, position) for answer in fact_catalogue()[hinge].completions
    ]
    return Reached(
        frozenset().union(*(case.rules for case in cases)),
        hinge,
        frozenset(looked_at).union(*(case.looked_at for case in cases)),
    )
