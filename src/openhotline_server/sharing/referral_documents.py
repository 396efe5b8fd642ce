"""The documents of a referral: hashes, facts, origin, custody, and the same for the receivers' programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

from django.conf import settings

from openhotline.exchange import cybertip, vics
from openhotline_server.evidence.models import Item
from openhotline_server.findings.origins import device_matches, evidence_of, origin_of
from openhotline_server.findings.prints import prints_of
from openhotline_server.ledger.queries import list_of_many
from openhotline_server.sharing.referral_grounds import Referral

NCMEC, CLASSIFIED = "us-ncmec", "industry_classification"
MADE_OR_ALTERED = ("altered_real", "known_victim", "wholly_generated")
NO_NUMBER = 0
"""A report's number where no report was opened: whoever submits the document puts in the one that it gets."""


def documents_of(referral: Referral, *, at: datetime) -> dict[str, bytes]:
    """Every document of a referral by its name in the pack; neither pictures nor names of people."""
    documents = {
        "hashes.csv": _hashes(referral.items),
        "facts.json": _json({"facts": referral.facts, "results": referral.results, "note": referral.note}),
        "origin.json": _json(_origin(referral.items)),
        "custody.json": _json(_custody(referral)),
        "vics.json": _vics(referral, at=at),
        "cybertip/report.xml": cybertip.write(_report(referral, at=at)),
    }
    for number, item in enumerate(referral.items, 1):
        documents[f"cybertip/file-{number:04d}.xml"] = cybertip.write(_file(referral, item))
    return documents


def _hashes(items: Sequence[Item]) -> bytes:
    prints = prints_of(item.pk for item in items)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["item", "md5", "sha1", "sha256", "pdq", "bytes"])
    for item in items:
        pdq = prints[item.pk].value if item.pk in prints else ""
        writer.writerow([item.code, item.md5, item.sha1, item.sha256 or "", pdq, item.size])
    return text.getvalue().encode()


def _origin(items: Sequence[Item]) -> list[dict[str, Any]]:
    looks, evidence = origin_of(i.pk for i in items), evidence_of(i.pk for i in items)
    devices = device_matches(i.pk for i in items)
    return [
        {
            "item": str(item.code),
            "outcome": looks[item.pk].outcome if item.pk in looks else "not_looked_at",
            "record": looks[item.pk].record if item.pk in looks else {},
            "evidence": [asdict(one) for one in evidence.get(item.pk, [])],
            "devices": [
                {"device": m.device.name, "pattern": m.device.digest, "energy": f"{m.energy:.1f}"}
                for m in devices.get(item.pk, [])
            ],
        }
        for item in items
    ]


def _custody(referral: Referral) -> dict[str, Any]:
    """How each item was captured, and the numbers of all ledger lines about it; the lines are in ``ledger.txt``."""
    subjects = [item.subject for item in referral.items]
    lines = list_of_many([referral.subject, *filter(None, [referral.address_subject]), *subjects]).order_by(
        "sequence"
    )
    return {
        "items": [
            {
                "item": str(item.code),
                "captured_at": item.captured_at.isoformat(),
                "captured_by": item.captured_by,
                "tool": item.tool,
                "sha256": item.sha256 or "",
                "bytes": item.size,
                "destroyed_at": item.destroyed_at.isoformat() if item.destroyed_at else "",
            }
            for item in referral.items
        ],
        "lines": [
            {"sequence": line.sequence, "digest": line.digest, "event": line.event, "subject": line.subject}
            for line in lines
        ],
    }


def _vics(referral: Referral, *, at: datetime) -> bytes:
    prints = prints_of(item.pk for item in referral.items)
    grades = {r["jurisdiction"]: {"outcome": r["outcome"], "grade": r["grade"]} for r in referral.results}
    media = [
        vics.Media(
            number=number,
            updated_at=at,
            md5=item.md5,
            sha1=item.sha1,
            sha256=item.sha256 or "",
            pdq=prints[item.pk].value if item.pk in prints else "",
            size=item.size,
            grades=grades,
            ai=str(referral.facts.get("ai") or ""),
        )
        for number, item in enumerate(referral.items, 1)
    ]
    case = vics.Case(
        id=str(referral.code),
        number=str(referral.code),
        contact_name=settings.ORGANISATION,
        organisation=settings.ORGANISATION,
        email=settings.MAIL_FROM,
    )
    text = io.StringIO()
    vics.write_case(text, case, media, None, version=version("openhotline"))
    return text.getvalue().encode()


def _report(referral: Referral, *, at: datetime) -> cybertip.Report:
    page = cybertip.WebPage(url=(referral.address,)) if referral.address.startswith("http") else None
    grounds = "; ".join(ground.words for ground in referral.grounds)
    mail = (cybertip.Email(value=settings.MAIL_FROM),) if settings.MAIL_FROM else ()
    return cybertip.Report(
        incident_summary=cybertip.IncidentSummary(
            incident_type=cybertip.IncidentType.POSSESSION_AND_DISTRIBUTION, incident_date_time=at
        ),
        internet_details=(cybertip.InternetDetails(web_page=page),) if page else (),
        reporter=cybertip.Reporter(
            reporting_person=cybertip.Person(last_name=settings.ORGANISATION[:100], email=mail)
        ),
        additional_info=f"Referral to victim identification. Grounds: {grounds}.",
    )


def _file(referral: Referral, item: Item) -> cybertip.FileDetails:
    letter = next(
        (r["grade"] for r in referral.results if (r["jurisdiction"], r["outcome"]) == (NCMEC, CLASSIFIED)), ""
    )
    hashes = (("MD5", item.md5), ("SHA1", item.sha1), ("SHA256", item.sha256 or ""))
    generated = referral.facts.get("ai") in MADE_OR_ALTERED
    return cybertip.FileDetails(
        report_id=NO_NUMBER,
        file_id=item.code.hex,
        location_of_file=referral.address if referral.address.startswith("http") else None,
        file_relevance=cybertip.FileRelevance.REPORTED,
        file_annotations=cybertip.FileAnnotations(generative_ai=True) if generated else None,
        industry_classification=cybertip.IndustryClassification(letter) if letter else None,
        original_file_hash=tuple(
            cybertip.OriginalFileHash(hash_type=name, value=value) for name, value in hashes if value
        ),
    )


def _json(document: Any) -> bytes:
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"
