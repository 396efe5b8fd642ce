"""The line under a long table that leads to its other pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context

register = template.Library()


@dataclass(frozen=True)
class PageNumber:
    """One number in the line: a link, the page that is open, or a gap (no number)."""

    number: int | None
    address: str
    here: bool


@register.inclusion_tag("parts/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], name: str = "page") -> dict[str, object]:
    """Links to a table's pages; every other parameter of the address stays as it is."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "links": [_link(context, name, n, page.number) for n in numbers]}


def _link(context: Context, name: str, number: int | str, here: int) -> PageNumber:
    if isinstance(number, str):
        return PageNumber(None, "", False)
    return PageNumber(number, _address(context, name, number), number == here)


def _address(context: Context, name: str, number: int) -> str:
    parameters = context["request"].GET.copy()
    parameters[name] = str(number)
    return f"?{parameters.urlencode()}"
