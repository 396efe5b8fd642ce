"""Lists of drawn pictures, and a partner who asks about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from tests.conftest import NOON
from tests.gate.gate_cast import drawn, encoded, pdq_of

from openhotline.hashing import digests
from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import issue_partner_key
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.models import Line
from openhotline_server.lists import operations
from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import Governance, NewEntry, add_list
from openhotline_server.sharing.grants import Terms, grant

ACTOR = "command-line"
KNOWN = encoded(drawn(1))
KNOWN_AGAIN = encoded(drawn(1), quality=40)
OTHER = encoded(drawn(2))
GRADED = {"gb-eng": {"outcome": "pseudo_photograph", "grade": "B", "edition": "t"}}


def entries_of(picture: bytes, **more: Any) -> list[NewEntry]:
    """A picture's digests and its PDQ hash, as a list would have them."""
    found = digests(picture)
    value, quality = pdq_of(picture)
    exact = [NewEntry(name, getattr(found, name), **more) for name in ("md5", "sha1", "sha256")]
    return [*exact, NewEntry("pdq", value, quality=quality, mode="strict", **more)]


def a_list(name: str = "known", *entries: NewEntry, suppresses: bool = False, **rules: Any) -> HashList:
    """An imported list in force with these entries."""
    made = add_list(
        name=name,
        title=f"The list {name}",
        governance=Governance(**rules),
        suppresses=suppresses,
        actor=ACTOR,
        at=NOON,
    )
    if entries:
        operations.load_edition(hash_list=made, add=entries, withdraw=[], actor=ACTOR, at=NOON)
    return made


def allow(partner: User, hash_list: HashList, **terms: Any) -> None:
    """Grant a partner the right to ask about a list."""
    grant(partner=partner, hash_list=hash_list, terms=Terms(**terms), actor=ACTOR, at=NOON)


def a_hash(picture: bytes, algorithm: str = "pdq", **changes: Any) -> dict[str, Any]:
    """One hash of a picture, as it is sent."""
    value, quality = pdq_of(picture)
    if algorithm == "pdq":
        return {"algorithm": "pdq", "value": value, "quality": quality, **changes}
    return {"algorithm": algorithm, "value": getattr(digests(picture), algorithm), **changes}


@dataclass
class Program:
    """A partner's program with a key."""

    partner: User
    client: Client = field(default_factory=Client)
    secret: str = ""

    def __post_init__(self) -> None:
        self.secret = self.secret or issue_partner_key(partner=self.partner, actor="system", at=NOON).secret

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def hashes(self, *asked: Mapping[str, Any], **more: Any) -> Any:
        body = json.dumps({"hashes": list(asked), **more})
        return self.client.post(
            "/api/1/match/hashes", body, content_type="application/json", headers=self.headers
        )

    def file(self, data: bytes, content_type: str = "application/octet-stream") -> Any:
        return self.client.post("/api/1/match/bytes", data, content_type=content_type, headers=self.headers)

    def explain(self, identifier: str) -> Any:
        return self.client.get(f"/api/1/match/explain/{identifier}", headers=self.headers)


def asked_lines(partner: User) -> list[Line]:
    """The ledger's lines of a partner's questions, the oldest first."""
    return list(ledger.search(event=Event.MATCH_ASKED, actor=str(partner.code)).order_by("sequence"))
