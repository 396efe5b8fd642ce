"""Signing in without the form, under a policy that leaves nothing to chance."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.console.pages_cast import settled_policy

from openhotline_server.accounts.models import User


@pytest.fixture
def sign_in(db: None) -> Callable[[User], Client]:
    settled_policy()

    def enter(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return enter
