"""How allauth behaves here: nobody signs up, and every sign-in is a ledger line."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedDoorAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are added by ``openhotline user add``; the door itself makes no accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        from django.utils import timezone

        from openhotline_server.accounts.operations import note_sign_in

        note_sign_in(user=user, at=timezone.now())
        return super().post_login(request, user, **kwargs)
