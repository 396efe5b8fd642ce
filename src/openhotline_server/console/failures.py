"""What a door answers when an operation or a query refuses."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from openhotline.errors import NotFound

View = Callable[..., HttpResponseBase]


def missing_is_404(view: View) -> View:
    """A code that leads to nothing is an address that leads to nothing."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from error

    return answered
