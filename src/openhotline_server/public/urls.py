"""Pages that everybody may see, in every language of the site."""

from __future__ import annotations

from django.urls import path, register_converter

from openhotline_server.public import views
from openhotline_server.public.languages import LanguageConverter
from openhotline_server.public.receipt_views import receipt
from openhotline_server.public.report_views import report

register_converter(LanguageConverter, "language")

app_name = "public"
urlpatterns = [
    path("", views.front, name="front"),
    path("report/", report),
    path("receipt/", receipt),
    path("<language:language>/", views.front, name="front_in"),
    path("<language:language>/report/", report, name="report"),
    path("<language:language>/receipt/", receipt, name="receipt"),
]
