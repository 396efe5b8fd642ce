"""Three doors and the way in."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("openhotline_server.public.urls")),
    path("console/", include("openhotline_server.console.urls")),
    path("api/", include("openhotline_server.api.urls")),
    path("sign-in/", include("allauth.urls")),
]
handler403 = "openhotline_server.public.views.refused"
handler404 = "openhotline_server.public.views.not_found"
handler500 = "openhotline_server.public.views.failed"
