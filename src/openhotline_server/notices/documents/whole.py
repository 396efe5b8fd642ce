"""Our own record of a notice: what it rests on, so that it can be checked before it leaves and explained later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openhotline_server.notices.documents.plain import Letter
from openhotline_server.notices.documents.shapes import files, found, head, law_there, moment, placed
from openhotline_server.notices.documents.told import Matter, Told

FORM = "openhotline/notice/1"


def whole(matter: Matter, *, letter: Letter, because: str, without_xarf: Mapping[str, str]) -> dict[str, Any]:
    """Everything a notice tells, with the trace and the assessment that it rests on."""
    return {
        **head(matter, form=FORM),
        "kind": matter.kind,
        "recipient": {"name": matter.recipient, "because": because},
        "wording": {"language": letter.language, "edition": letter.edition},
        "reminder_of": moment(matter.reminder_of) if matter.reminder_of else None,
        "addresses": [_one(one, without_xarf) for one in matter.told],
    }


def _one(told: Told, without_xarf: Mapping[str, str]) -> dict[str, Any]:
    return {
        "case": told.case,
        "url": told.address,
        "trace": told.place.trace if told.place else None,
        "assessment": told.assessment,
        "place": placed(told),
        "found": found(told),
        "law_there": law_there(told),
        "files": files(told),
        "without_xarf": without_xarf.get(told.case),
    }
