"""What an operation refuses becomes a page with the right status, wherever the view did not say it itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from openhotline.errors import NotAllowed, NotFound, Refused


class RefusalsAsPages:
    """403 for what a person may not do, 404 for what is not there, 400 for any other refusal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return render(request, "public/refused.html", {"message": exception.message}, status=403)
        if isinstance(exception, NotFound):
            return render(request, "public/not_found.html", {"message": exception.message}, status=404)
        if isinstance(exception, Refused):
            return render(request, "400.html", {"message": exception.message}, status=400)
        return None
