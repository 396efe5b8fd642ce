"""The people and the partner organisations that may sign in."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from openhotline_server.accounts.permissions import Permission, Role, allowed


class User(AbstractBaseUser):
    """A person with one role. The ledger knows her by ``code`` only."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField("sign-in name", max_length=60, unique=True)
    display_name = models.CharField(max_length=80)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name", "role"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="accounts_known_role")
        ]

    def __str__(self) -> str:
        return self.display_name

    def may(self, permission: Permission) -> bool:
        """Say whether this person holds ``permission``."""
        return self.is_active and allowed(self.role, permission)


class PartnerKey(models.Model):
    """A partner's key for the API: only its SHA-256 is kept; it is shown once."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key_sha256 = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
