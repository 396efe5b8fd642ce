"""What a deep look means, with what only the site knows: known material, devices, earlier sightings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from typing import TypeAlias

from django.db import transaction

from openhotline.datasets.origin_files import ALWAYS
from openhotline.provenance import Evidence
from openhotline.provenance.contradictions import GENERATED, Contradiction, later_label
from openhotline.provenance.evidence import NONE, UNREADABLE, unreadable
from openhotline.provenance.fusion import fuse
from openhotline.provenance.settings import Settings, default_settings
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import ClusterMember
from openhotline_server.findings.origin_answers import Answer
from openhotline_server.findings.origin_records import FoundOrigin, facts_of, record_origins
from openhotline_server.findings.origins import device_matches, evidence_of, origin_of
from openhotline_server.findings.weights import readable_settings, site_settings
from openhotline_server.triage.signals import known_real_among

Seen: TypeAlias = tuple[datetime, frozenset[str]]
Heard: TypeAlias = Sequence[Evidence]

TO_BE_MADE_AGAIN = ""
"""Stands for the inputs of a result that was judged with others than the site's."""


def judge(answers: Mapping[Item, Answer], *, settings: Settings | None = None) -> dict[Item, FoundOrigin]:
    """Fuse each item's evidence. Which facts of our own entered stands in the record. ``settings``: else the site's."""
    keys = [item.pk for item in answers]
    known, matched = known_real_among(keys), device_matches(keys)
    heard = _heard(answers)
    later = _labelled_later(heard)
    settings = settings or site_settings()
    return {
        item: _found(
            answer,
            heard[item.pk],
            known_real=item.pk in known,
            device=bool(matched.get(item.pk) or answer.energies),
            later=later.get(item.pk),
            settings=settings,
        )
        for item, answer in answers.items()
    }


@transaction.atomic
def reconsider(*, items: Iterable[int], at: datetime) -> None:
    """Judge anew, from what was found before, where known material or devices came or went since the deep look.

    It is part of placing cases after a list changed, which must not wait until damaged settings are mended: meanwhile the
    shipped ones judge, and the result is marked as one to be made again.
    """
    settings = readable_settings()
    looks = origin_of(items)
    known, matched = known_real_among(looks), device_matches(looks)
    changed = {k: look for k, look in looks.items() if facts_of(look.record) != (k in known, k in matched)}
    said, rows = evidence_of(changed), Item.objects.in_bulk(changed)
    by_inputs: dict[str, dict[Item, Answer]] = defaultdict(dict)
    for key, look in changed.items():
        by_inputs[look.inputs][rows[key]] = Answer(
            evidence=tuple(said.get(key, ())),
            abstained=tuple(look.abstained),
            record=look.record,
            failure=look.failure,
        )
    for inputs, answers in by_inputs.items():
        found = judge(answers, settings=settings or default_settings())
        record_origins(found=found, inputs=inputs if settings else TO_BE_MADE_AGAIN, at=at)


def _found(
    answer: Answer,
    heard: Heard,
    *,
    known_real: bool,
    device: bool,
    later: Contradiction | None,
    settings: Settings,
) -> FoundOrigin:
    verdict = fuse(
        heard,
        known_real=known_real,
        device_match=device,
        abstain=answer.abstained,
        settings=settings,
    )
    return FoundOrigin(
        outcome=verdict.outcome,
        log10_lr=verdict.log10_lr,
        scale=verdict.scale,
        evidence=tuple(heard),
        contradictions=(*verdict.contradictions, *([later] if later else [])),
        abstained=verdict.abstained,
        marks=answer.marks,
        energies=answer.energies,
        record={**(answer.record or {}), "known_real": known_real, "device_match": device},
        failure=answer.failure,
    )


def _heard(answers: Mapping[Item, Answer]) -> dict[int, Heard]:
    """What counts of each answer. Where nothing could be learned, what was known before stays beside the failure."""
    empty = [item.pk for item, answer in answers.items() if answer.failure and not answer.evidence]
    before = evidence_of(empty)
    failed = [unreadable(family, "file") for family in ALWAYS]
    return {
        item.pk: (*before.get(item.pk, ()), *failed) if item.pk in empty else answer.evidence
        for item, answer in answers.items()
    }


def _labelled_later(heard: Mapping[int, Heard]) -> dict[int, Contradiction]:
    """Which of these items carry a label that earlier sightings of the same picture lack, by item key."""
    claims = {key: _claims(said) for key, said in heard.items()}
    labelled = {key for key, said in claims.items() if said & GENERATED}
    found: dict[int, Contradiction] = {}
    for group in _same_picture(labelled):
        others = [key for key in group if key not in claims]
        claims |= {key: _claims(said) for key, said in evidence_of(others).items()}
        contradiction = later_label(_sightings(group, claims))
        if contradiction is not None:
            found |= dict.fromkeys(labelled.intersection(group), contradiction)
    return found


def _same_picture(items: set[int]) -> list[list[int]]:
    """The clusters of these items, as lists of their members."""
    clusters: set[int] = set()
    for keys in in_parts(sorted(items)):
        rows = ClusterMember.objects.filter(item__in=keys, left_at=None)
        clusters.update(rows.values_list("cluster_id", flat=True))
    groups: dict[int, list[int]] = defaultdict(list)
    for keys in in_parts(sorted(clusters)):
        rows = ClusterMember.objects.filter(cluster__in=keys, left_at=None).order_by("pk")
        for cluster, item in rows.values_list("cluster_id", "item_id"):
            groups[cluster].append(item)
    return list(groups.values())


def _sightings(group: Sequence[int], claims: Mapping[int, frozenset[str]]) -> list[Seen]:
    """When each was received, to the day, and what it claimed."""
    seen: list[Seen] = []
    for keys in in_parts(group):
        rows = Sighting.objects.filter(item__in=keys).values_list("item_id", "report__received_on")
        seen += [
            (datetime.combine(day, time(), UTC), claims.get(item, frozenset()))
            for item, day in rows.distinct()
        ]
    return seen


def _claims(evidence: Sequence[Evidence]) -> frozenset[str]:
    return frozenset(e.claim for e in evidence if e.strength not in (NONE, UNREADABLE))
