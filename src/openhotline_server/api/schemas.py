"""What the API answers."""

from __future__ import annotations

from ninja import Schema


class Health(Schema):
    """Whether the site can work: its database answers and its vault opens."""

    status: str
    version: str


class Problem(Schema):
    """What is wrong and what to do, in one sentence."""

    error: str
