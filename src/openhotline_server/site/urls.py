"""Three doors and the way in."""

from __future__ import annotations

from django.urls import include, path

from openhotline_server.api import taxii

urlpatterns = [
    path("", include("openhotline_server.public.urls")),
    path("console/", include("openhotline_server.console.urls")),
    path("api/", include("openhotline_server.api.urls")),
    path("sign-in/", include("allauth.urls")),
    # A TAXII client looks for its server at this address of the host (TAXII 2.1, section 4.1).
    path("taxii2/", taxii.discovery),
]
handler403 = "openhotline_server.public.views.refused"
handler404 = "openhotline_server.public.views.not_found"
handler500 = "openhotline_server.public.views.failed"
