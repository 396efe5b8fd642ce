"""A partner's program that reports addresses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from tests.conftest import NOON

from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import issue_partner_key

PLACE = "https://img.example.net/benign/test-1.png"


def a_report(*addresses: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A report of these addresses, each as a text or as it is sent."""
    named = [one if isinstance(one, dict) else {"address": one} for one in addresses or (PLACE,)]
    return {"addresses": named, **more}


@dataclass
class Program:
    """A partner's program with a key."""

    partner: User
    client: Client = field(default_factory=Client)
    secret: str = ""

    def __post_init__(self) -> None:
        self.secret = issue_partner_key(partner=self.partner, actor="system", at=NOON).secret

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def send(self, report: Any, key: str | None = None) -> Any:
        headers = self.headers | {"Idempotency-Key": key or uuid.uuid4().hex}
        body = report if isinstance(report, (bytes, str)) else json.dumps(report)
        return self.client.post("/api/1/reports", body, content_type="application/json", headers=headers)

    def bulk(self, rows: Sequence[Any] | bytes, *, lines: bool = False) -> Any:
        body: Any = rows
        if not isinstance(rows, bytes):
            texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            body = "\n".join(texts) if lines else f"[{','.join(texts)}]"
        kind = "application/x-ndjson" if lines else "application/json"
        return self.client.post("/api/1/reports/bulk", body, content_type=kind, headers=self.headers)

    def state(self, code: str) -> Any:
        return self.client.get(f"/api/1/reports/{code}", headers=self.headers)
