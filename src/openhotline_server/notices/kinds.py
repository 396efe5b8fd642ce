"""The kinds of notices, and what may stand at their ends."""

from __future__ import annotations

from django.db import models


class NoticeKind(models.TextChoices):
    """Whom a notice goes to, and so its shape."""

    POLICE_REFERRAL = "police_referral", "Referral to the police"
    HOTLINE_FORWARD = "hotline_forward", "Forward to a partner hotline"
    NATIONAL_AGENCY = "national_agency", "Report to the national agency"
    TAKEDOWN = "takedown", "Notice to the host"
    ALERT = "alert", "Simultaneous alert to a member"
    DELISTING = "delisting", "De-listing at a search service"
    DOMAIN_ALERT = "domain_alert", "Alert to a registry or registrar"
    PAYMENT_ALERT = "payment_alert", "Alert to a payment brand"
    VICTIM_IDENTIFICATION = "victim_id", "Referral to victim identification"


UNTRACED = (NoticeKind.DELISTING, NoticeKind.DOMAIN_ALERT, NoticeKind.PAYMENT_ALERT)
"""Kinds that do not rest on where an address lies."""


class ContactKind(models.TextChoices):
    """What somebody in the contact book is to us."""

    HOST = "host", "Hosting provider"
    HOTLINE = "hotline", "Partner hotline"
    POLICE = "police", "Police of our own country"
    AGENCY = "agency", "National agency for reports abroad"
    MEMBER = "member", "Member that is alerted at once"
    SEARCH = "search", "Search service"
    REGISTRAR = "registrar", "Registry or registrar"
    PAYMENT = "payment", "Payment brand"
    VICTIM_IDENTIFICATION = "victim_id", "Victim identification"
