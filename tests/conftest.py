"""The stage for every test: a data directory of its own, and the cast.

Ana is the analyst, Ben her second reader, Cleo a third one, Mia the manager, Oda the operator, Paul the partner;
Otto is an outsider without an account.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import django
import hypothesis
import pytest
from django.conf import settings

from openhotline_server.site.data_directory import current

if TYPE_CHECKING:
    from openhotline_server.accounts.models import User

_ROOT = Path(tempfile.mkdtemp(prefix="openhotline-tests-"))
atexit.register(shutil.rmtree, _ROOT, ignore_errors=True)
os.environ["OPENHOTLINE_DATA"] = str(_ROOT / "data")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # some tests load onnxruntime themselves
os.environ.setdefault("OPENHOTLINE_HTTPS", "0")
os.environ.setdefault("OPENHOTLINE_REQUIRE_MFA", "0")
os.environ.setdefault(
    "OPENHOTLINE_JURISDICTIONS", "gb-eng,interpol-baseline,us-ncmec,example-non-photographic"
)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhotline_server.site.settings")

# Here and not in a hook: the conftest files below are imported before any hook runs, and they import models.
current().initialise()
django.setup()
# A parallel worker inherits the settings' name and may have loaded them, for another's directory, before this file.
settings.DATA = current()

# No example is wrong for being slow: how long it takes says more about the machine's other work. Developers' machines
# try new examples each time; CI the same ones, so that a change is refused for what it did and not for a new find.
hypothesis.settings.register_profile(
    "patient",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("patient")

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
PASSWORD = "a calm and long sentence"


@pytest.fixture
def add_person(db: None) -> Callable[..., User]:
    from openhotline_server.accounts.models import User

    def add(username: str, role: str) -> User:
        user = User(username=username, display_name=username.capitalize(), role=role, joined_at=NOON)
        user.set_password(PASSWORD) if username == "mia" else user.set_unusable_password()
        user.save()
        return user

    return add


@pytest.fixture
def ana(add_person: Callable[..., User]) -> User:
    return add_person("ana", "analyst")


@pytest.fixture
def ben(add_person: Callable[..., User]) -> User:
    return add_person("ben", "second_reader")


@pytest.fixture
def cleo(add_person: Callable[..., User]) -> User:
    return add_person("cleo", "second_reader")


@pytest.fixture
def mia(add_person: Callable[..., User]) -> User:
    return add_person("mia", "manager")


@pytest.fixture
def oda(add_person: Callable[..., User]) -> User:
    return add_person("oda", "operator")


@pytest.fixture
def paul(add_person: Callable[..., User]) -> User:
    return add_person("paul", "partner")
