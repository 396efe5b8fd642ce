"""Long tables, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def paged(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], *, size: int, name: str = "page"
) -> Page[Any]:
    """The page that the address asks for in its parameter ``name``; the nearest where there is none."""
    return Paginator(rows, size).get_page(request.GET.get(name))
