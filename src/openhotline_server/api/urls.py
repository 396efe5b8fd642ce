"""The API's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from openhotline_server.api.views import api

app_name = "api"
_routes, _app, _namespace = api.urls
for route in _routes:
    if isinstance(route, URLPattern):
        # LoginRequiredMiddleware would send a program to the sign-in page; each call authenticates by itself.
        vars(route.callback)["login_required"] = False
urlpatterns = [path("1/", (_routes, _app, _namespace))]
