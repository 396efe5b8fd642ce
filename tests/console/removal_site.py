"""What the worker does, for a site in a real browser, done at once and on a clock of the test's own.

``python -m tests.console.removal_site DIR VERB`` prints what came of it as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.desk.desk_site import ROOT, environment


def work(data: Path, verb: str) -> Any:
    """Run one verb on a site that stands."""
    command = [sys.executable, "-m", "tests.console.removal_site", str(data), verb]
    done = subprocess.run(command, cwd=ROOT, env=environment(data), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def fill_book() -> None:
    """The police of our own country."""
    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.notices.contact_rules import Entry
    from openhotline_server.notices.contacts import add_contact
    from openhotline_server.notices.kinds import ContactKind

    police = Entry("Police", "unit@police.example", countries=("GB",))
    add_contact(kind=ContactKind.POLICE, entry=police, person=get_person("mia"), at=timezone.now())


def trace() -> list[str]:
    """Trace every address; give its countries."""
    from django.utils import timezone

    from openhotline_server.intake.models import Address
    from openhotline_server.pipeline.tracing import trace_now

    return [trace_now(address=a, at=timezone.now()).country for a in Address.objects.all()]


def send() -> int:
    """Send what is due; give how many letters left."""
    from django.utils import timezone

    from openhotline_server.pipeline.sending import send_due

    return send_due(clock=timezone.now).sent


def look() -> list[str]:
    """Make the looks of four rounds, each when it is due; give the endings of every clock."""
    from openhotline_server.notices.models import Removal
    from openhotline_server.pipeline.following import follow_due

    for _ in range(4):
        due = [r.next_check_at for r in Removal.objects.filter(ended_at=None) if r.next_check_at]
        if due:
            now = max(due) + timedelta(seconds=1)
            follow_due(clock=lambda now=now: now)  # type: ignore[misc]
    return list(Removal.objects.values_list("ending", flat=True))


if __name__ == "__main__":
    os.environ |= environment(Path(sys.argv[1]))
    from openhotline_server.commands import site_ready

    site_ready(initialise=False)
    print(json.dumps({"fill_book": fill_book, "trace": trace, "send": send, "look": look}[sys.argv[2]]()))
