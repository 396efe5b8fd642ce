"""Rita, who reports: she has a browser, and sends what stands in the page."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from openhotline_server.public import tickets

CODE = re.compile(r'id="code">([0-9A-Z-]{23})<')
ADDRESS = "https://pictures.example.org/gallery/7?id=3"
PLAIN = "application/x-www-form-urlencoded"


def work(ticket: str, *, bits: int) -> str:
    """Search as the browser does, slowly."""
    start = hashlib.sha256(ticket.encode()).digest()
    for number in range(1 << 40):
        drawn = hashlib.sha256(start + number.to_bytes(8, "big")).digest()
        if int.from_bytes(drawn, "big") >> (256 - bits) == 0:
            return str(number)
    raise AssertionError


@dataclass
class Door:
    """The public door, with what a page's form would send."""

    client: Client
    language: str = "en"
    network: str = "198.51.100.7"

    def post(self, page: str, fields: dict[str, str], **headers: Any) -> HttpResponse:
        return self.client.post(  # type: ignore[return-value]
            f"/{self.language}/{page}/",
            urlencode(fields),
            content_type=PLAIN,
            REMOTE_ADDR=self.network,
            **headers,
        )

    def ticket(self) -> str:
        page = self.client.get(f"/{self.language}/report/").content.decode()
        found = re.search(r'name="ticket" value="([^"]+)"', page)
        assert found
        return html.unescape(found[1])

    def report(self, *, worked: bool = True, ticket: str = "", **fields: str) -> HttpResponse:
        """Send a report; by default with its work done."""
        ticket = ticket or self.ticket()
        done = work(ticket, bits=tickets.WORK_BITS) if worked else ""
        told = {"addresses": ADDRESS, "found_in": "web", **fields}
        return self.post("report", {"ticket": ticket, "work": done, **told})

    def code(self, **fields: str) -> str:
        """Send a report and keep the receipt's code."""
        found = CODE.search(self.report(**fields).content.decode())
        assert found
        return found[1]

    def look(self, code: str, **fields: str) -> HttpResponse:
        return self.post("receipt", {"code": code, **fields})
