"""Saying calmly on the next page what an operation refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from openhotline.errors import BadInput, OpenHotlineError


@contextmanager
def telling_errors(request: HttpRequest, *, done: str = "") -> Iterator[None]:
    """Run an operation for a page; tell ``done`` if it went well, else what the operation says."""
    try:
        yield
    except OpenHotlineError as error:
        messages.error(request, error.message)
    else:
        if done:
            messages.success(request, done)


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's values; raises BadInput with what the form says."""
    if not form.is_valid():
        raise BadInput(" ".join(str(e) for errors in form.errors.values() for e in errors))
    return form.cleaned_data
