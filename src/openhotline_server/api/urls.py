"""The API's addresses: our own typed calls, and the peers' protocols, each module with its own ``urls``."""

from __future__ import annotations

from types import ModuleType

from django.urls import URLPattern, include, path

from openhotline_server.api import cybertip, match, misp, ncmec, reports, shield, stopncii, taxii, updates
from openhotline_server.api.views import api

PROTOCOLS: tuple[ModuleType, ...] = (stopncii, ncmec, shield, match, taxii, misp, updates, cybertip, reports)
"""Modules whose ``urls`` are plain views: their callers expect exact bytes."""

app_name = "api"
_routes, _app, _namespace = api.urls
for route in _routes:
    if isinstance(route, URLPattern):
        # LoginRequiredMiddleware would send a program to the sign-in page; each call authenticates by itself.
        vars(route.callback)["login_required"] = False
urlpatterns = [
    path("1/", include([url for module in PROTOCOLS for url in module.urls])),
    path("1/", (_routes, _app, _namespace)),
]
