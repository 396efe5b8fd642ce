"""A whole site of its own for a real browser: made, served and looked into by processes of their own.

``python -m tests.desk.desk_site make DIR '{"sizes": [1, 4]}'`` prints the session cookies of its people.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds until the site must answer, or have stopped


@dataclass(frozen=True)
class Site:
    """A site that is being served, and the session cookies of those who are signed in."""

    data: Path
    address: str
    sessions: dict[str, str]


def environment(data: Path) -> dict[str, str]:
    """The environment of a loopback site."""
    return {
        **os.environ,
        "OPENHOTLINE_DATA": str(data),
        "OPENHOTLINE_HTTPS": "0",
        "OPENHOTLINE_REQUIRE_MFA": "0",
        "OPENHOTLINE_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "openhotline_server.site.settings",
        "OPENHOTLINE_JURISDICTIONS": "gb-eng,interpol-baseline,us-ncmec,example-non-photographic",
    }


def call(data: Path, verb: str, **arguments: Any) -> Any:
    """Run one of this module's verbs in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.desk.desk_site", verb, str(data), json.dumps(arguments)],
        cwd=ROOT,
        env=environment(data),
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve the site; give its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "4",
        "--log-level",
        "warning",
        "openhotline_server.site.wsgi:application",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(data))
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/static/desk.css", process)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the site did not start")


def make(
    sizes: list[int], records: int = 0, policy: dict[str, int] | None = None, first: int = 1
) -> dict[str, str]:
    """Make a site with cases of so many drawn members each, and so many cases without files behind them."""
    from django.utils import timezone
    from tests.desk.desk_cast import recorded_cases, shown_cases

    now = timezone.now()
    people = _people(now)
    _policy(policy or {}, now)
    shown_cases(sizes, first=first)
    if records:
        recorded_cases(records)
    return {name: _session(user) for name, user in people.items()}


def look() -> dict[str, Any]:
    """What the database says: votes that stand, displays, cases by state."""
    from collections import Counter

    from openhotline_server.assessment.models import Display, Vote
    from openhotline_server.triage.models import Case

    return {
        "votes": [
            {
                "case": str(v.case.code),
                "facts": v.facts,
                "person": v.person.username,
                "undone": v.undone_at is not None,
            }
            for v in Vote.objects.select_related("case", "person").order_by("pk")
        ],
        "displays": list(Display.objects.order_by("pk").values("kind", "level", "pictures")),
        "states": Counter(Case.objects.values_list("state", flat=True)),
        "members": dict(Counter(_members())),
    }


def set_policy(**changes: int) -> dict[str, str]:
    """Put a changed policy in force."""
    from django.utils import timezone

    _policy(changes, timezone.now())
    return {}


def _members() -> list[str]:
    from openhotline_server.findings.models import ClusterMember

    rows = ClusterMember.objects.filter(left_at=None).values_list("cluster__code", flat=True)
    return [str(code) for code in rows]


def _people(now: Any) -> dict[str, Any]:
    from openhotline_server.accounts.operations import add_person
    from openhotline_server.accounts.permissions import Role

    def add(name: str, role: Role) -> Any:
        return add_person(
            username=name,
            display_name=name.capitalize(),
            role=role,
            password="a calm and long sentence",
            actor="test",
            at=now,
        )

    return {
        "ana": add("ana", Role.ANALYST),
        "ben": add("ben", Role.SECOND_READER),
        "mia": add("mia", Role.MANAGER),
        "oda": add("oda", Role.OPERATOR),
    }


def _policy(changes: dict[str, int], now: Any) -> None:
    from openhotline_server.assessment.models import ReviewPolicy
    from openhotline_server.assessment.operations import set_policy as put
    from openhotline_server.assessment.queries import DEFAULT_POLICY

    policy = ReviewPolicy(**{**DEFAULT_POLICY, "last_hour": 24, "second_vote_percent": 0, **changes})
    put(policy=policy, actor="test", at=now)


def _session(user: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def _set_up(*, initialise: bool) -> None:
    from openhotline_server.commands import site_ready

    site_ready(initialise=initialise)


if __name__ == "__main__":
    verb, folder, arguments = sys.argv[1:]
    os.environ |= environment(Path(folder))
    _set_up(initialise=verb == "make")
    print(json.dumps({"make": make, "look": look, "policy": set_policy}[verb](**json.loads(arguments))))
