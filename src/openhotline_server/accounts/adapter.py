"""How allauth behaves here: nobody signs up, and every sign-in, refused ones too, is a ledger line."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from django.http import HttpRequest

SIGNED_IN_JUST_NOW = 600  # seconds


class ClosedDoorAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are added by ``openhotline user add``; the door itself makes no accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever has just signed in is not asked for her password again before she sets up her second factor."""
        request = allauth_context.request
        records = get_authentication_records(request, request.user) if request else []
        return not (records and time.time() - records[-1]["at"] < SIGNED_IN_JUST_NOW)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        from django.utils import timezone

        from openhotline_server.accounts.operations import note_sign_in

        note_sign_in(user=user, at=timezone.now())
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        from django.utils import timezone

        from openhotline_server.accounts.operations import note_refused_sign_in

        note_refused_sign_in(username=credentials.get("username", ""), at=timezone.now())
