"""The console's pages; each module of ``views`` names its own."""

from __future__ import annotations

from django.urls import URLPattern

from openhotline_server.console.views import (
    address_assess,
    address_case,
    address_origin,
    address_queue,
    addresses,
    agreement,
    batch,
    cases,
    contacts,
    desk,
    feedback,
    home,
    inbox,
    inbox_report,
    ledger,
    lists,
    match,
    more_notices,
    moves,
    notices,
    one_list,
    one_notice,
    outbox,
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
        address_queue,
        address_assess,
        address_case,
        address_origin,
        inbox,
        inbox_report,
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
        one_notice,
        more_notices,
        outbox,
        contacts,
    )
    for url in module.urls
]
