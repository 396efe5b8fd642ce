"""What every template knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from openhotline_server.accounts.permissions import Permission


def site(request: HttpRequest) -> dict[str, object]:
    """Whether this is a demonstration, and what the signed-in person may do, by permission name."""
    user = getattr(request, "user", None)
    may = {p.name: user.may(p) for p in Permission} if user is not None and user.is_authenticated else {}
    return {"demo": settings.DEMO, "may": may}
