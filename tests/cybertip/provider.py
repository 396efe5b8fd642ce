"""A provider's program that speaks the protocol to the site, and what it sends."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from tests.conftest import NOON

from openhotline.exchange import cybertip
from openhotline_server.accounts.models import PartnerKey, User
from openhotline_server.accounts.operations import key_digest

RECORDED = Path(__file__).with_name("recorded")
KEY = "ohl_recorded"
PLACE = "https://img.example.net/benign/test-1.png"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "a-boundary"


def a_report(*urls: str, **more: Any) -> cybertip.Report:
    """A report of these addresses."""
    return cybertip.Report(
        incident_summary=cybertip.IncidentSummary(
            incident_type=cybertip.IncidentType.POSSESSION_AND_DISTRIBUTION,
            incident_date_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            **more,
        ),
        internet_details=(cybertip.InternetDetails(web_page=cybertip.WebPage(url=urls or (PLACE,))),),
        reporter=cybertip.Reporter(reporting_person=cybertip.Person(first_name="Test")),
    )


def a_form(number: int | str, data: bytes, name: str = "one.png", files: int = 1) -> bytes:
    """A multipart form with a report's number and a file."""
    part = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
    )
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{number}\r\n'
    return head.encode() + part * files + f"--{BOUNDARY}--\r\n".encode()


@dataclass
class Provider:
    """A provider's program. Each call returns the answer as the site gives it."""

    partner: User
    key: str = KEY
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        PartnerKey.objects.get_or_create(
            key_sha256=key_digest(self.key), defaults={"partner": self.partner, "issued_at": NOON}
        )

    @property
    def credentials(self) -> dict[str, str]:
        pair = f"{self.partner.username}:{self.key}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def get(self, name: str, **headers: str) -> Any:
        return self.client.get(f"/api/1/ispws/{name}", headers=self.credentials | headers)

    def post(self, name: str, body: bytes, content_type: str = cybertip.CONTENT_TYPE) -> Any:
        return self.client.post(
            f"/api/1/ispws/{name}", body, content_type=content_type, headers=self.credentials
        )

    def submit(self, report: cybertip.Report | None = None) -> int:
        answer = said(self.post("submit", cybertip.write(report or a_report())))
        assert answer.response_code == 0 and answer.report_id is not None
        return answer.report_id

    def upload(self, number: int | str, data: bytes, **form: Any) -> Any:
        return self.post("upload", a_form(number, data, **form), f"multipart/form-data; boundary={BOUNDARY}")

    def describe(self, number: int, name: str, **more: Any) -> Any:
        details = cybertip.FileDetails(report_id=number, file_id=name, **more)
        return self.post("fileinfo", cybertip.write(details))

    def finish(self, number: int | str) -> Any:
        return self.post("finish", urlencode({"id": number}).encode(), FORM)

    def retract(self, number: int | str) -> Any:
        return self.post("retract", urlencode({"id": number}).encode(), FORM)


def said(answer: Any) -> cybertip.ReportResponse:
    """What an answer says, read by the description."""
    assert answer["Request-ID"]
    return cybertip.read_response(answer.content)


def code_of(answer: Any) -> int:
    """The code of either answer of the protocol."""
    if b"<reportDoneResponse" in answer.content:
        return cybertip.read_done(answer.content).response_code
    return said(answer).response_code


def replay(client: Client, name: str) -> Any:
    """Send a recorded request once more: the same method, path, headers and bytes."""
    head, _, body = (RECORDED / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    headers.pop("Host")
    return client.generic(method, path, body, content_type=headers.get("Content-Type", ""), headers=headers)
