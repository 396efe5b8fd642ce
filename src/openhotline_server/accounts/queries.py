"""Reading people and keys."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from openhotline.errors import NotFound
from openhotline_server.accounts.models import PartnerKey, User
from openhotline_server.accounts.operations import key_digest
from openhotline_server.ledger.prepared import Place, Prepared

_key = Prepared(
    lambda: PartnerKey.objects.select_related("partner").filter(
        key_sha256=Place(0), revoked_at=None, partner__is_active=True
    )
)


def list_people() -> QuerySet[User]:
    """Everybody, by name."""
    return User.objects.order_by("role", "display_name")


def get_person(username: str) -> User:
    """The person with this sign-in name."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise NotFound(
            "Nobody has that sign-in name. `openhotline user list` shows the names.", details=username
        )
    return found


def names_by_code(codes: set[str]) -> dict[str, str]:
    """Display names for ledger actors; a code that is no person's is left out."""
    people = [code for code in codes if _is_uuid(code)]
    return {str(user.code): user.display_name for user in User.objects.filter(code__in=people)}


def with_second_factor() -> set[int]:
    """The keys of everybody who has set up a second factor."""
    from allauth.mfa.models import Authenticator

    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return set(factors.values_list("user_id", flat=True))


def find_partner(secret: str) -> User | None:
    """The partner who holds this key, if it is in force."""
    key = _key.first(key_digest(secret))
    return key.partner if key else None


def keys_in_force(partner: User) -> QuerySet[PartnerKey]:
    """A partner's keys that were not ended."""
    return PartnerKey.objects.filter(partner=partner, revoked_at=None).order_by("pk")


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
