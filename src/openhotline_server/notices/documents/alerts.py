"""Shorter documents: to a member at once, to a registry, to a payment brand, to a search service."""

from __future__ import annotations

from typing import Any

from openhotline_server.notices.documents.shapes import files, found, head, moment, placed
from openhotline_server.notices.documents.told import Matter

ALERT = "openhotline/alert/1"
DOMAIN = "openhotline/domain-alert/1"
PAYMENT = "openhotline/payment-alert/1"
DELISTING = "openhotline/delisting/1"


def alert(matter: Matter) -> dict[str, Any]:
    """To a member whose service is abused, at the same time as the hotline of the hosting country is told."""
    return {
        **head(matter, form=ALERT),
        "addresses": [{"url": one.address, "place": placed(one), "found": found(one)} for one in matter.told],
    }


def domain_alert(matter: Matter) -> dict[str, Any]:
    """To a registry or registrar: by domain, with the addresses under each."""
    domains = sorted({one.domain or one.host for one in matter.told})
    return {
        **head(matter, form=DOMAIN),
        "domains": [
            {
                "domain": domain,
                "addresses": [one.address for one in matter.told if (one.domain or one.host) == domain],
            }
            for domain in domains
        ],
    }


def payment_alert(matter: Matter) -> dict[str, Any]:
    """To a payment brand whose name stands on such a page: which pages, and whether they sell."""
    return {
        **head(matter, form=PAYMENT),
        "addresses": [
            {"url": one.address, "domain": one.domain, "commercial": one.recorded.get("commercial") or None}
            for one in matter.told
        ],
    }


def delisting(matter: Matter) -> dict[str, Any]:
    """To a search service: addresses that should not be found. Model files and manuals by name and hash only."""
    return {
        **head(matter, form=DELISTING),
        "addresses": [
            {"url": one.address, "assessed_at": moment(one.assessed_at), "files": files(one)}
            for one in matter.told
        ],
    }
