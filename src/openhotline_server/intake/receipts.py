"""A reporter's receipt: a code that only she has. It lets her come back without a name; here lies only its digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction

from openhotline_server.intake.models import Receipt, Report

ALPHABET = (
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U (Crockford's): read aloud and written by hand
)
GROUPS, GROUP = 4, 5  # 20 characters of 5 bits: 100 bits, so guessing is hopeless at any speed
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


@transaction.atomic
def make_receipt(*, report: Report, at: datetime, seed: str = "") -> str:
    """Give the report its receipt and return the code, which is kept nowhere.

    ``seed`` is a secret that only the sender has (at least 128 bits; empty: a fresh one). The same seed for the same
    report gives the same code, so that a form sent twice over a poor line shows one code and not none.
    """
    code = _code(seed or secrets.token_hex(32), report)
    Receipt.objects.get_or_create(report=report, defaults={"digest": _digest(code), "made_at": at})
    return code


def find_report(code: str) -> Report | None:
    """The report of this code, however it was typed.

    One question to one index whatever was typed, by a keyed digest: time says nothing of how near a guess came.
    """
    found = Receipt.objects.filter(digest=_digest(code)).select_related("report").first()
    return found.report if found else None


def _code(seed: str, report: Report) -> str:
    drawn = _keyed("receipt-code", f"{report.code}:{seed}").digest()
    letters = "".join(ALPHABET[byte % 32] for byte in drawn[: GROUPS * GROUP])
    return "-".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))


def _digest(code: str) -> str:
    plain = "".join(filter(str.isalnum, code[:100].upper())).translate(_ALIKE)
    return _keyed("receipt", plain).hexdigest()


def _keyed(purpose: str, text: str) -> hmac.HMAC:
    key = settings.DATA.site_key().encode()
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256)
