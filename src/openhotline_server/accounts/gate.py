"""The gate in front of every page: a view names its permission, or it is closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission

View = Callable[..., HttpResponseBase]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only people with ``permission`` through; others get 403. The walk over all URLs reads the mark."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not person(request).may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def person(request: HttpRequest) -> User:
    """The signed-in person; nobody at all is refused."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
