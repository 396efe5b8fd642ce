"""What a partner is told of a match: no more than its grant allows, and never which entry it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from openhotline.exchange.gate.looking import Look
from openhotline_server.accounts.models import User
from openhotline_server.api.asked_matches import Asker, verdict_over
from openhotline_server.api.match_schemas import (
    AnswerOut,
    ClaimOut,
    ExplanationOut,
    FileOut,
    ListOut,
    MatchOut,
    PdqOut,
    Tags,
)
from openhotline_server.lists.asking import ORIGINAL, Match
from openhotline_server.lists.models import Entry
from openhotline_server.sharing.explanations import Explanation, seal
from openhotline_server.sharing.match_answers import ASKED_AS, Answer
from openhotline_server.sharing.models import MatchGrant

MOST_MATCHES = 20
"""Told for one list to who may know distances. Everybody else gets one: how many lie near is a distance too."""


EXACTLY_THE_FILE = "The file is, byte for byte, one that the list names."
EXACTLY = {
    "photodna": "The picture's PhotoDNA value is exactly one that the list names.",
    "text_sha256": "The text is, but for case and spacing, one that the list names.",
    "tensor_f16": "The part of a model has exactly the numbers of one that the list names, as float16.",
    "tensor_bf16": "The part of a model has exactly the numbers of one that the list names, as bfloat16.",
    "url": "The address is one that the list names.",
    "domain": "The domain is one that the list names.",
}


def answer_out(who: Asker, answers: Sequence[Answer]) -> AnswerOut:
    """Return the answer about one file or hash."""
    return AnswerOut(answer=verdict_over(answers), lists=[_list_out(who, answer) for answer in answers])


def file_out(look: Look) -> FileOut:
    """Return what was found in a file."""
    pdq = (
        None if look.pdq is None else PdqOut(value=look.pdq.hex(), quality=look.quality or 0, mode=look.mode)
    )
    return FileOut(media_type=look.media_type, pdq=pdq, problem=look.problem, **asdict(look.digests))


def claims_out(look: Look) -> list[ClaimOut]:
    """Return what a file says of its origin."""
    return [ClaimOut(**asdict(claim)) for claim in look.claims]


def explanation_out(found: Explanation) -> ExplanationOut:
    """Return the explanation of an answer, as far as the grant allows now."""
    grant, entry, hash_list = found.grant, found.entry, found.entry.hash_list
    exact = found.threshold == 0 and entry.algorithm != "pdq"
    return ExplanationOut(
        list=hash_list.name,
        title=hash_list.title,
        edition=found.edition,
        asked_at=found.asked_at,
        algorithm=ASKED_AS[entry.algorithm],
        exact=exact,
        threshold=found.threshold,
        variant=found.variant,
        quality=found.quality,
        least_quality=hash_list.min_quality,
        sources=found.sources,
        in_force=found.in_force,
        distance=found.distance if grant.tells_distance else None,
        tags=tags_of(grant, entry),
        words=_words(found, exact=exact),
    )


def tags_of(grant: MatchGrant, entry: Entry) -> Tags | None:
    """Return what list and entry say of the material, where the grant allows it."""
    if not grant.tells_tags:
        return None
    of_list = grant.hash_list.tags
    return Tags(
        severity=of_list.get("severity", ""),
        ai=entry.ai or of_list.get("ai", ""),
        grades=entry.grades,
        words=entry.tags,
    )


def _list_out(who: Asker, answer: Answer) -> ListOut:
    most = MOST_MATCHES if answer.grant.tells_distance else 1
    return ListOut(
        list=answer.grant.hash_list.name,
        edition=answer.edition.number if answer.edition else None,
        answer=answer.verdict,
        reason=answer.reason,
        matches=[_match_out(who.partner, answer.grant, match, who.at) for match in answer.matches[:most]],
    )


def _match_out(partner: User, grant: MatchGrant, match: Match, at: datetime) -> MatchOut:
    return MatchOut(
        explanation=seal(partner, match, at=at),
        algorithm=ASKED_AS[match.entry.algorithm],
        exact=match.is_exact,
        threshold=match.threshold,
        variant=match.variant,
        quality=match.quality,
        distance=match.distance if grant.tells_distance else None,
        tags=tags_of(grant, match.entry),
    )


def _words(found: Explanation, *, exact: bool) -> str:
    if exact:
        words = EXACTLY.get(found.entry.algorithm, EXACTLY_THE_FILE)
    else:
        picture = "The picture" if found.variant == ORIGINAL else "Turned or mirrored, the picture"
        words = (
            f"{picture}'s PDQ hash lies at most {found.threshold} of 256 bits from one that the list names. "
            "Near matches are wrong now and then: have a person look before anything follows."
        )
    return (
        words
        if found.in_force
        else f"{words} The list has withdrawn the entry since: nothing follows from it."
    )
