"""Notices for a site in a real browser: ``python -m tests.notices.notice_site DIR`` adds them to a site that stands."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from tests.desk.desk_site import ROOT, environment

SITE = {"OPENHOTLINE_MAIL_FROM": "hotline@example.org", "OPENHOTLINE_COUNTRY": "GB"}


def add_notices(data: Path) -> None:
    """Run this module on a site that stands."""
    command = [sys.executable, "-m", "tests.notices.notice_site", str(data)]
    subprocess.run(command, cwd=ROOT, env=environment(data) | SITE, check=True)


def _add() -> None:
    from django.utils import timezone
    from tests.notices import notice_cast as cast

    from openhotline_server.accounts.models import User
    from openhotline_server.notices.answers import record_answer
    from openhotline_server.notices.approving import approve_and_queue
    from openhotline_server.notices.kinds import ContactKind
    from openhotline_server.notices.models import Notice, PoliceAnswer, ProviderAnswer
    from openhotline_server.pipeline import acting
    from openhotline_server.triage.models import AddressCase

    now = timezone.now()
    ana, mia = User.objects.get(username="ana"), User.objects.get(username="mia")

    def found(text: str, country: str, **more: object) -> AddressCase:
        case = cast.a_new_case(text)
        cast.traced(case, country, at=now - timedelta(minutes=20), **more)
        cast.assessed(case, ana, cast.PHOTO_B, at=now - timedelta(minutes=10))
        return acting.after_assessment(case=case, person=ana, at=now)

    cast.a_contact(ContactKind.POLICE, mia, name="National police unit", countries=("GB",))
    cast.a_contact(ContactKind.HOTLINE, mia, name="Partner hotline", countries=("NL", "BE"), language="nl")
    cast.a_contact(ContactKind.AGENCY, mia, name="National agency")
    cast.a_contact(ContactKind.SEARCH, mia, name="Example Search", rests_on=(5, 6))
    cast.a_contact(ContactKind.MEMBER, mia, name="Example Board", domains=("example.net",), asns=(64501,))
    for number in range(3):
        case = found(f"https://pictures.example.org/gallery/229{number}/", "GB")
        said = PoliceAnswer.Answer.AUTHORISED
        acting.police_answered(case=case, answer=said, reference="OP-12", person=ana, at=now)
    found("https://board.example.net/thread/8812", "NL", asn=64501)
    acting.draft_due(at=now, person=ana)
    forward = Notice.objects.get(kind="hotline_forward")
    approve_and_queue(notice=forward, person=mia, at=now)
    Notice.objects.filter(pk=forward.pk).update(delivered_at=now, receipt="250 2.0.0 taken")
    kind = ProviderAnswer.Kind.RECEIPT
    record_answer(
        notice=forward, kind=kind, words="Taken on as 2026-118.", person=None, at=now, automatic=True
    )
    found("https://files.example.org/f/77ab", "GB")
    found("https://images.example.net/s/19", "US")
    cast.traced(found("https://other.example.org/s/4", "GB"), "", agreed=False, at=now)


if __name__ == "__main__":
    os.environ |= environment(Path(sys.argv[1])) | SITE
    from openhotline_server.commands import site_ready

    site_ready(initialise=False)
    _add()
