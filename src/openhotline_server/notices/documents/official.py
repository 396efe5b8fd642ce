"""Documents for the police of our own country, for the national agency, and the request to keep what is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from openhotline_server.notices import host_law
from openhotline_server.notices.documents.shapes import files, found, head, law_there, moment, placed
from openhotline_server.notices.documents.told import Matter, Told

POLICE = "openhotline/police-referral/1"
AGENCY = "openhotline/agency-report/1"
PRESERVATION = "openhotline/preservation-request/1"
KEPT = ["the content as it is stored", "account records", "records of uploads and of access"]


def police(matter: Matter) -> dict[str, Any]:
    """Before anybody else is told: the police say ``authorised`` or ``hold`` for each case."""
    return {
        **head(matter, form=POLICE),
        "answers_wanted": ["authorised", "hold"],
        "addresses": [_full(one) for one in matter.told],
    }


def agency(matter: Matter) -> dict[str, Any]:
    """Material abroad where no partner hotline is known: the national agency passes it on."""
    return {
        **head(matter, form=AGENCY),
        "host_country": matter.country or None,
        "addresses": [_full(one) for one in matter.told],
    }


def preservation(matter: Matter) -> dict[str, Any]:
    """Keep what is held, after it has been taken offline, until the police ask for it."""
    until = matter.at + timedelta(days=host_law.preservation_days(matter.country))
    return {
        **head(matter, form=PRESERVATION),
        "until": moment(until)[:10],
        "keep": KEPT,
        "addresses": [one.address for one in matter.told],
    }


def _full(told: Told) -> dict[str, Any]:
    return {
        "case": told.case,
        "url": told.address,
        "place": placed(told),
        "found": found(told),
        "law_there": law_there(told),
        "files": files(told),
    }
