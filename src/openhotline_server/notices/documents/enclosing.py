"""Which files go with which kind of notice. The exact addresses always go, as plain text."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from openhotline_server.notices import host_law
from openhotline_server.notices.documents import alerts, official, xarf
from openhotline_server.notices.documents.dsa16 import dsa16
from openhotline_server.notices.documents.forward import forward
from openhotline_server.notices.documents.told import Attachment, Matter
from openhotline_server.notices.kinds import NoticeKind

ADDRESSES = "addresses.txt"
_DOCUMENTS: Mapping[str, tuple[str, Callable[[Matter], dict[str, Any]]]] = {
    NoticeKind.POLICE_REFERRAL: ("police-referral.json", official.police),
    NoticeKind.HOTLINE_FORWARD: ("hotline-forward.json", forward),
    NoticeKind.NATIONAL_AGENCY: ("agency-report.json", official.agency),
    NoticeKind.ALERT: ("alert.json", alerts.alert),
    NoticeKind.DELISTING: ("delisting.json", alerts.delisting),
    NoticeKind.DOMAIN_ALERT: ("domain-alert.json", alerts.domain_alert),
    NoticeKind.PAYMENT_ALERT: ("payment-alert.json", alerts.payment_alert),
}


def enclose(matter: Matter, *, ids: Mapping[str, uuid.UUID]) -> tuple[list[Attachment], dict[str, str]]:
    """The files of a notice, and by case why an address of a notice to a host has no XARF report."""
    listed = "".join(f"{one.address}\n" for one in matter.told)
    files = [Attachment(ADDRESSES, "text/plain", listed)]
    if not matter.wants_json:
        return files, {}
    if matter.kind == NoticeKind.TAKEDOWN:
        reports, without = xarf.attached(matter.told, sender=matter.sender, at=matter.at, ids=ids)
        return [*files, *reports, *_to_a_host(matter)], without
    if matter.kind in _DOCUMENTS:
        name, make = _DOCUMENTS[matter.kind]
        files.append(_json(name, make(matter)))
    return files, {}


def _to_a_host(matter: Matter) -> list[Attachment]:
    """Article 16 is about illegal content, and so not for what is known to be legal there."""
    files = []
    legal = any(one.law.illegal is False for one in matter.told)
    if host_law.dsa_applies(matter.country) and not legal:
        files.append(_json("dsa16-notice.json", dsa16(matter)))
    files.append(_json("preservation-request.json", official.preservation(matter)))
    return files


def _json(name: str, document: Mapping[str, Any]) -> Attachment:
    return Attachment(name, "application/json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")
