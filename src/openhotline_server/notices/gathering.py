"""Everything that is known of an address case and may be told: its trace, its assessment, the law where it lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings

from openhotline import law
from openhotline.addresses import defang
from openhotline.errors import Conflict
from openhotline_server.assessment.addresses import tells_nothing_criminal
from openhotline_server.assessment.models import AddressAssessment
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import Trace
from openhotline_server.findings.traces import newest_traces
from openhotline_server.intake.models import Address, FileRecord
from openhotline_server.notices import host_law
from openhotline_server.notices.documents.told import FileTold, Place, Sender, Told
from openhotline_server.triage.models import AddressCase

RECORDED = ("severity", "age_band", "sex", "ai", "site_type", "commercial")


@dataclass(frozen=True)
class Gathered:
    """One case with what its notices rest on."""

    case: AddressCase
    address: Address
    assessment: AddressAssessment
    trace: Trace | None
    law: host_law.HostLaw

    @property
    def settled(self) -> Trace | None:
        """The trace, where enough sources agree or a supervisor has decided."""
        return self.trace if self.trace is not None and is_settled(self.trace) else None

    @property
    def is_at_home(self) -> bool:
        """Whether it lies in our own country, so that the police are asked first."""
        return self.settled is not None and self.settled.country == settings.COUNTRY


def is_settled(trace: Trace) -> bool:
    """Whether a notice may rest on this trace: a country, and agreement or a supervisor's word."""
    return bool(trace.country) and (trace.agreed or trace.overridden_by_id is not None)


def gather(cases: Iterable[AddressCase]) -> list[Gathered]:
    """The cases that were found criminal, in their order. Cost: three queries, whatever their number."""
    listed = list(cases)
    traces = newest_traces([case.address_id for case in listed])
    standing = _standing([case.pk for case in listed])
    found = []
    for case in listed:
        assessment = standing.get(case.pk)
        if assessment is None:
            continue
        trace = traces.get(case.address_id)
        country = trace.country if trace is not None and is_settled(trace) else ""
        found.append(Gathered(case, case.address, assessment, trace, host_law.ask(country, assessment.facts)))
    return found


def gather_one(case: AddressCase) -> Gathered:
    """One case; Conflict where nobody has found criminal material at it."""
    found = gather([case])
    if not found:
        raise Conflict(
            "Nobody is told of an address before somebody has found criminal material there. Assess it first."
        )
    return found[0]


def _standing(keys: Iterable[int]) -> dict[int, AddressAssessment]:
    """The assessments in force that say that there is criminal material, by their cases' keys."""
    found: dict[int, AddressAssessment] = {}
    for part in in_parts(keys):
        rows = AddressAssessment.objects.filter(case__in=part, ended_at=None).exclude(outcome="")
        found |= {row.case_id: row for row in rows if not tells_nothing_criminal(row.outcome)}
    return found


def sender() -> Sender:
    """Who we are."""
    return Sender(settings.ORGANISATION, settings.MAIL_FROM, settings.COUNTRY)


def tell(one: Gathered) -> Told:
    """What a notice may tell of it. Nothing of any report is read here but names and hashes of recorded files."""
    assessment, trace = one.assessment, one.settled
    return Told(
        case=str(one.case.code),
        address=one.address.normal,
        defanged=defang(one.address.normal),
        host=one.address.host,
        domain=one.address.domain,
        place=_place(trace) if trace else None,
        assessment=str(assessment.code),
        assessed_at=assessment.made_at,
        outcome=assessment.outcome,
        grade=assessment.grade,
        words=_words(assessment),
        results=tuple(assessment.results),
        recorded={name: value for name in RECORDED if (value := getattr(assessment, name))},
        pictures=assessment.pictures,
        films=assessment.films,
        law=one.law,
        files=tuple(
            _file(record) for record in FileRecord.objects.filter(address=one.address).order_by("pk")
        ),
    )


def _words(assessment: AddressAssessment) -> str:
    """The deciding jurisdiction's words for what was found, with its grade and its provision."""
    first: Mapping[str, str] = assessment.results[0] if assessment.results else {}
    jurisdiction = law.load_jurisdiction(settings.JURISDICTIONS[0], extra_dir=settings.LAW_DIR)
    known = assessment.outcome in jurisdiction.outcomes
    words = jurisdiction.outcome_label(assessment.outcome) if known else assessment.outcome
    grade = f", category {assessment.grade}" if assessment.grade else ""
    provision = f" ({first['provision']})" if first.get("provision") else ""
    return f"{words}{grade}{provision}"


def _place(trace: Trace) -> Place:
    return Place(
        trace=str(trace.code),
        country=trace.country,
        ip=trace.ip or "",
        asn=trace.asn,
        network=trace.network,
        front="" if trace.origin_known else trace.front,
        traced_at=trace.traced_at,
    )


def _file(record: FileRecord) -> FileTold:
    return FileTold(record.kind, record.file_name, record.sha256, record.sha1, record.md5, record.size)
