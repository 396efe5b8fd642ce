"""No work without a second factor, unless the operator switched that off for a loopback demo."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


class SecondFactorRequired:
    """Sends a signed-in person without a second factor to the page where she sets one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_MFA and request.user.is_authenticated and not self._may_pass(request):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        return self.get_response(request)

    def _may_pass(self, request: HttpRequest) -> bool:
        """The pages of signing in and out are open; a factor once set stays in force for every later sign-in."""
        open_prefixes = ("/sign-in/", "/static/")
        return request.path.startswith(open_prefixes) or is_mfa_enabled(request.user)
