"""The console's pages; each module of ``views`` names its own."""

from __future__ import annotations

from django.urls import URLPattern

from openhotline_server.console.views import (
    addresses,
    agreement,
    batch,
    cases,
    desk,
    feedback,
    home,
    ledger,
    lists,
    match,
    moves,
    notices,
    one_list,
    partners,
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
        moves,
        reports,
        batch,
        people,
        partners,
        ledger,
        policy,
        agreement,
        statistics,
        lists,
        one_list,
        match,
        publishing,
        addresses,
        feedback,
        notices,
    )
    for url in module.urls
]
