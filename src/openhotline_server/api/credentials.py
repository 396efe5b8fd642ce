"""How a partner's program may say who it is: name and key (HTTP Basic), or the key alone (Bearer)."""

from __future__ import annotations

import base64
import binascii

from django.http import HttpRequest

from openhotline_server.api.asking import Credentials


def from_header(request: HttpRequest) -> Credentials | None:
    """What the header ``Authorization`` brings; None where it brings nothing of ours."""
    scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and text:
        return Credentials(text)
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, key = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return Credentials(key, name) if colon else None


CHALLENGE = 'Basic realm="OpenHotline", charset="UTF-8"'
"""For ``WWW-Authenticate``, where a program may ask its user."""
