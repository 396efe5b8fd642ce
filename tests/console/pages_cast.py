"""What the tests of the console's pages share: a policy that leaves nothing to chance or to the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOON

from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import get_policy


def settled_policy(**changes: int) -> None:
    """Put a policy in force: nobody is sampled, no hour is the last; ``changes`` on top."""
    policy = get_policy()
    settled = {"second_vote_percent": 0, "automatic_check_percent": 0, "last_hour": 24}
    for name, value in (settled | changes).items():
        setattr(policy, name, value)
    set_policy(policy=policy, actor="command-line", at=NOON - timedelta(days=1))


@contextmanager
def at_most(queries: int) -> Iterator[None]:
    """Fail when a page asks the database more often than ``queries`` times."""
    with CaptureQueriesContext(connection) as asked:
        yield
    assert len(asked) <= queries, "\n".join(q["sql"][:160] for q in asked.captured_queries)


def text_of(answer: HttpResponse) -> str:
    """What a page says, without its tags, on one line."""
    html = answer.content.decode()
    html = re.sub(r"<(script|head)\b.*?</\1>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()
