"""Answers and questions as JSON documents. What a caller may not be told is not in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from openhotline.errors import BadInput, TooLarge
from openhotline.exchange.gate.keys import Caller
from openhotline.exchange.gate.looking import Look
from openhotline.hashlists import normal_value
from openhotline.known.answers import PDQ, ListAnswer, Match, Question, Verdict, overall
from openhotline.known.taking import COMPARED_AS

MOST_HASHES = 1000
MOST_MATCHES = 50
"""Matches told for one list; the number of all is told beside them."""

EXACT = (
    *("md5", "sha1", "sha256", "photodna", "file_sha256", "video_md5", "text_sha256"),
    *("tensor_f16", "tensor_bf16"),
)

Document = dict[str, Any]


def read_questions(document: Any) -> list[Question]:
    """Read ``{"hashes": [{"algorithm": …, "value": …, "quality": …}, …]}``; raises BadInput naming the place."""
    hashes = document.get("hashes") if isinstance(document, dict) else None
    if not isinstance(hashes, list) or not hashes:
        raise BadInput(
            'Send {"hashes": [{"algorithm": "pdq", "value": "…", "quality": 100}]} with at least one.'
        )
    if len(hashes) > MOST_HASHES:
        raise TooLarge(f"At most {MOST_HASHES} hashes in one call. Send the others in another.")
    return [_question(number, asked) for number, asked in enumerate(hashes, 1)]


def _question(number: int, asked: Any) -> Question:
    if not isinstance(asked, dict) or not set(asked) <= {"algorithm", "value", "quality"}:
        raise BadInput(f"Hash {number} is not an object of algorithm, value and quality. Correct it.")
    algorithm, quality = asked.get("algorithm"), asked.get("quality")
    if algorithm not in (*EXACT, PDQ):
        raise BadInput(
            f"Hash {number} has an algorithm that is none of {', '.join((*EXACT, PDQ))}. Correct it."
        )
    if quality is not None and (type(quality) is not int or not 0 <= quality <= 100):
        raise BadInput(f"Hash {number} has a quality that is no whole number from 0 to 100. Correct it.")
    try:
        value = bytes.fromhex(normal_value(algorithm, str(asked.get("value"))))
    except BadInput as problem:
        raise BadInput(f"Hash {number}: {problem.message}") from None
    if algorithm == PDQ:
        return Question(pdq=value, quality=quality, is_file=False)
    return Question(exact={COMPARED_AS[algorithm]: value}, is_file=False)


def answer_document(answers: Sequence[ListAnswer], caller: Caller) -> Document:
    """Return the verdict over all lists, and what each of them said."""
    verdict = overall(answer.verdict for answer in answers)
    return {"answer": verdict.value, "lists": [_of_list(answer, caller) for answer in answers]}


def look_document(look: Look) -> Document:
    """Return what was found in the caller's own file."""
    found: Document = {"media_type": look.media_type, "size": look.digests.size}
    found |= {name: getattr(look.digests, name) for name in ("md5", "sha1", "sha256")}
    found["pdq"] = (
        None if look.pdq is None else {"value": look.pdq.hex(), "quality": look.quality, "mode": look.mode}
    )
    found["problem"] = look.problem
    return {"file": found, "claims": [asdict(claim) for claim in look.claims]}


def tally(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Count answers, for the log."""
    found = Counter(verdict.value for verdict in verdicts)
    return dict(sorted(found.items()))


def _of_list(answer: ListAnswer, caller: Caller) -> Document:
    ordered = sorted(answer.matches, key=lambda match: (match.distance, match.entry.key))
    document: Document = {
        "list": answer.list,
        "edition": answer.edition,
        "answer": answer.verdict.value,
        "matches": [_of_match(match, caller) for match in ordered[:MOST_MATCHES]],
        "all_matches": len(ordered),
    }
    return document | ({"reason": answer.reason} if answer.reason else {})


def _of_match(match: Match, caller: Caller) -> Document:
    entry = match.entry
    document: Document = {
        "algorithm": match.algorithm,
        "exact": match.algorithm != PDQ,
        "variant": match.variant,
        "threshold": match.threshold,
        "quality": match.quality,
        "entry": {"key": entry.key, "line": entry.line or None, "reference": entry.reference, "ai": entry.ai}
        | {"tags": list(entry.tags), "grades": dict(entry.grades), "quality": entry.quality},
    }
    return document | ({"distance": match.distance} if caller.tells_distance else {})
