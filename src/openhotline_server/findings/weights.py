"""What evidence about origin weighs at this site."""

from __future__ import annotations

from django.conf import settings

from openhotline.errors import BadInput
from openhotline.provenance.settings import Settings, default_settings, load_settings


def readable_settings() -> Settings | None:
    """The same, None where the file cannot be taken: for what must not wait until it is mended."""
    try:
        return site_settings()
    except BadInput:
        return None


def site_settings() -> Settings:
    """The operator's settings in ``DATA/origin.toml``, else the shipped ones; BadInput where the file cannot be taken."""
    path = settings.DATA.origin_settings
    return load_settings(path) if path.is_file() else default_settings()
