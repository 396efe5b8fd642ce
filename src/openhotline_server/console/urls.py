"""The console's pages; each module of ``views`` names its own."""

from __future__ import annotations

from django.urls import URLPattern

from openhotline_server.console.views import (
    agreement,
    cases,
    desk,
    home,
    ledger,
    lists,
    notices,
    people,
    policy,
    publishing,
    queue,
    reports,
    statistics,
)

app_name = "console"
urlpatterns: list[URLPattern] = [
    url
    for module in (
        home,
        desk,
        queue,
        cases,
        reports,
        people,
        ledger,
        policy,
        agreement,
        statistics,
        lists,
        publishing,
        notices,
    )
    for url in module.urls
]
