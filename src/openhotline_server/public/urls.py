"""Pages that everybody may see."""

from __future__ import annotations

from django.urls import path

from openhotline_server.public import views

app_name = "public"
urlpatterns = [path("", views.front, name="front")]
