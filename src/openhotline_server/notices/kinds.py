"""The kinds of notices."""

from __future__ import annotations

from django.db import models


class NoticeKind(models.TextChoices):
    """Whom a notice goes to, and so its shape."""

    POLICE_REFERRAL = "police_referral", "Referral to the police"
    HOTLINE_FORWARD = "hotline_forward", "Forward to a partner hotline"
