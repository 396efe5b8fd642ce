"""Run the unmodified public client ``ncmec-cybertip`` 0.1.1 through a report's life; it needs Python 3.13 or later.

``python run_client.py BASE USER KEY``: prints one line of JSON for each call, what it returned or refused. The test
``test_the_unmodified_client_lives_a_reports_life`` runs it against the site, and ``record_requests.py`` once recorded
what it sends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

from ncmec_cybertip import (  # type: ignore[import-not-found]
    ApiError,
    CyberTiplineClient,
    Details,
    FileAnnotations,
    FileDetails,
    FileRelevance,
    IncidentSummary,
    IncidentType,
    IndustryClassification,
    InternetDetails,
    NameValuePair,
    Person,
    Report,
    ReportAnnotations,
    Reporter,
    WebPageIncident,
)
from ncmec_cybertip.common import Email
from ncmec_cybertip.enums import AssociatedAccountType, DetailsType
from ncmec_cybertip.report import AssociatedAccount, PersonOrUserReported

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PLACE = "https://img.example.net/benign/test-1.png"
BYTES = b"bytes that are no picture\n"

REPORT = Report(
    incident_summary=IncidentSummary(
        incident_type=IncidentType.CHILD_PORNOGRAPHY,
        platform="OpenHotline test",
        report_annotations=ReportAnnotations(informational=True),
        incident_date_time=AT,
    ),
    internet_details=[
        InternetDetails(web_page_incident=WebPageIncident(third_party_hosted_content=True, url=[PLACE]))
    ],
    reporter=Reporter(
        reporting_person=Person(
            first_name="Test", last_name="Provider", email=[Email(value="abuse@example.org")]
        )
    ),
    person_or_user_reported=PersonOrUserReported(
        associated_account=[
            AssociatedAccount(account_type=AssociatedAccountType.CREATOR, age_assertion_discrepancy=True)
        ]
    ),
    additional_info="A benign test record.",
)


def details(report_id: int, file_id: str) -> FileDetails:
    """What is said of the file: made by a generator, classified, and with the kind of metadata on the pair."""
    return FileDetails(
        report_id=report_id,
        file_id=file_id,
        original_file_name="test-1.png",
        location_of_file=PLACE,
        file_viewed_by_esp=True,
        file_relevance=FileRelevance.REPORTED,
        file_annotations=FileAnnotations(generative_ai=True),
        industry_classification=IndustryClassification.A1,
        details=[
            Details(
                name_value_pair=[
                    NameValuePair(type=DetailsType.EXIF, name="Software", value="TestGenerator 1.0")
                ]
            )
        ],
    )


async def said(name: str, call: Awaitable[Any]) -> Any:
    """Print what a call returned or refused, and return it."""
    try:
        answer = await call
    except ApiError as error:
        print(
            json.dumps({"call": name, "refused": error.response_code, "request_id": bool(error.request_id)})
        )
        return None
    shown = answer.model_dump() if hasattr(answer, "model_dump") else len(answer)
    print(json.dumps({"call": name, "answer": shown}))
    return answer


async def main(base: str, user: str, key: str) -> None:
    """One report from status to finish, one that is retracted, and a wrong password."""
    async with CyberTiplineClient(username=user, password=key, base_url=base) as client:
        await said("status", client.status())
        await said("xsd", client.get_xsd())
        number = (await said("submit", client.submit(REPORT))).report_id
        file = await said("upload", client.upload(number, BYTES, filename="test-1.png"))
        await said("fileinfo", client.file_info(details(number, file.file_id)))
        await said("finish", client.finish(number))
        await said("retract-finished", client.retract(number))
        other = (await said("submit", client.submit(REPORT))).report_id
        await said("retract", client.retract(other))
        await said("finish-retracted", client.finish(other))
    async with CyberTiplineClient(username=user, password="wrong", base_url=base) as client:
        await said("status-wrong", client.status())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
