"""Lists and a program for each test."""

from __future__ import annotations

import pytest
from match_cast import KNOWN, Program, a_list, allow, entries_of

from openhotline_server.accounts.models import User
from openhotline_server.lists.models import HashList


@pytest.fixture
def known(db: None) -> HashList:
    return a_list("known", *entries_of(KNOWN, ai="wholly_generated"), tags={"severity": "A"})


@pytest.fixture
def program(paul: User, known: HashList) -> Program:
    """Paul's program; he may ask about the list, and is told nothing but yes or no."""
    allow(paul, known)
    return Program(paul)
