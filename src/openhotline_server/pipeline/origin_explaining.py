"""A stored deep look beside one made today: both in the form that ``openhotline examine`` writes and compares."""

from __future__ import annotations

from openhotline.datasets.origin_files import FileOrigin
from openhotline.errors import NotFound
from openhotline.provenance.contradictions import Contradiction
from openhotline.provenance.fusion import Verdict
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings.models import OriginExamination
from openhotline_server.findings.origin_answers import answer_in
from openhotline_server.findings.origin_records import FoundOrigin
from openhotline_server.findings.origins import evidence_in, origins_ever
from openhotline_server.pipeline.origin_inputs import suite_pool
from openhotline_server.pipeline.origin_verdicts import judge


def stored_look(item: Item, *, number: int | None = None) -> FileOrigin:
    """Return an item's latest deep look, or the one with this number; raises NotFound where there is none."""
    looks = origins_ever(item)
    look = (looks.filter(number=number) if number else looks).first()
    if look is None:
        raise NotFound("There is no such look at this item. `openhotline origin examine` makes one.")
    contradictions = tuple(Contradiction(c["code"], c["words"], ()) for c in look.contradictions)
    return FileOrigin(
        path=str(item.code),
        evidence=tuple(evidence_in(look)),
        verdict=_verdict(look, contradictions, tuple(look.abstained)),
        record=look.record,
        error=look.failure,
        unread=not look.record.get("inputs"),
    )


def look_today(item: Item) -> FileOrigin:
    """Examine an item's original with what the site has today, and keep nothing of it."""
    untrusted_bytes = evidence.original(item)
    with suite_pool() as pool:
        ((_, reply),) = pool.map([(item, untrusted_bytes, {})])
    found = judge({item: answer_in(reply)})[item]
    return FileOrigin(
        path=str(item.code),
        evidence=found.evidence,
        verdict=_verdict(found, found.contradictions, found.abstained),
        record=found.record or {},
        error=found.failure,
        unread=not (found.record or {}).get("inputs"),
    )


def _verdict(
    found: FoundOrigin | OriginExamination,
    contradictions: tuple[Contradiction, ...],
    abstained: tuple[str, ...],
) -> Verdict:
    return Verdict(
        outcome=found.outcome,
        log10_lr=found.log10_lr,
        scale=found.scale,
        per_family=(),
        contradictions=contradictions,
        abstained=abstained,
    )
