"""What governs a list: its thresholds, tags, expiry and flood rule, and whether it is in force at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction

from openhotline import taxonomy
from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.lists.models import Edition, HashList

OWN_LIST = "own"
BITS, BEST_QUALITY = 255, 100
FARTHEST = 64
"""Bits. Beyond a quarter of a hash unrelated pictures lie as near as related ones; no list may match so far."""

_name = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_tag = re.compile(r"[A-Za-z0-9_.-]{1,20}", re.ASCII)


@dataclass(frozen=True)
class Governance:
    """The rules of one list; what each means stands in ``docs/guide/lists.md``."""

    max_distance: int = 31
    min_quality: int = 50
    turned: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    expires_after_days: int | None = None
    bad_row_percent: float = 1.0
    withdrawal_percent: int = 50
    flood_window_hours: int = 24
    flood_least_items: int = 500
    flood_times_usual: int = 10
    flood_least_percent: int = 20

    def __post_init__(self) -> None:
        _within("distance", self.max_distance, 0, FARTHEST)
        _within("least quality", self.min_quality, 0, BEST_QUALITY)
        _within("share of bad rows", self.bad_row_percent, 0, 100)
        _within("share of withdrawals", self.withdrawal_percent, 0, 100)
        _within("flood's share", self.flood_least_percent, 0, 100)
        _within("flood's window", self.flood_window_hours, 1, 24 * 365)
        _within("flood's least number of items", self.flood_least_items, 1, 10**9)
        _within("flood's times the usual", self.flood_times_usual, 1, 10**6)
        if self.expires_after_days is not None:
            _within("days until an entry expires", self.expires_after_days, 1, 36500)
        _check_tags(self.tags)

    @classmethod
    def of(cls, hash_list: HashList) -> Governance:
        """The rules that a list has now."""
        return cls(**{name: getattr(hash_list, name) for name in cls.__dataclass_fields__})


def _within(what: str, value: float, least: int, most: int) -> None:
    if not least <= value <= most:
        raise BadInput(f"The {what} is a number from {least} to {most:,}. Correct it.")


def _check_tags(tags: Mapping[str, str]) -> None:
    if set(tags) - {"severity", "ai"}:
        raise BadInput("A list's tags are severity and ai. Leave out the others.")
    if not all(_tag.fullmatch(value) for value in tags.values()):
        raise BadInput("A tag is 1 to 20 letters, digits, dots, dashes or underscores. Correct it.")
    if tags.get("ai", "unknown") not in taxonomy.load("ai").codes:
        raise BadInput(f"The tag ai is one of {', '.join(taxonomy.load('ai').codes)}. Correct it.")


@transaction.atomic
def ensure_own_list(*, at: datetime) -> HashList:
    """Our own list, made at its first use."""
    own, _ = HashList.objects.get_or_create(
        name=OWN_LIST,
        defaults={"title": "Our own list", "origin": HashList.Origin.OWN, "created_at": at},
    )
    return own


@transaction.atomic
def add_list(
    *,
    name: str,
    title: str,
    governance: Governance,
    suppresses: bool = False,
    actor: str,
    at: datetime,
) -> HashList:
    """Make a list of somebody else's, still without entries. With ``suppresses`` it holds known false positives."""
    if not _name.fullmatch(name) or len(name) > 60:
        raise BadInput("A list's name is up to 60 lower-case letters, digits and dashes. Choose another.")
    if not title.strip() or len(title) > 120:
        raise BadInput("A list's title has 1 to 120 characters. Give one.")
    if name == OWN_LIST or HashList.objects.filter(name=name).exists():
        raise Conflict("There is a list of that name already. Choose another name.")
    purpose = HashList.Purpose.SUPPRESSES if suppresses else HashList.Purpose.MATCHES
    made = HashList.objects.create(
        name=name,
        title=title.strip(),
        origin=HashList.Origin.IMPORTED,
        purpose=purpose,
        created_at=at,
        **_columns(governance),
    )
    details = {"name": name, "purpose": purpose.value, **_told(governance)}
    record(actor=actor, at=at, event=Event.LIST_ADDED, subject=made.subject, details=details)
    return made


@transaction.atomic
def govern(*, hash_list: HashList, governance: Governance, actor: str, at: datetime) -> HashList:
    """Put other rules in force for a list. They hold from the next match on; matches that stand keep their own."""
    found = HashList.objects.select_for_update().get(pk=hash_list.pk)
    if found.is_own and governance.expires_after_days is not None:
        raise BadInput("Entries of our own list do not expire; they are withdrawn with a reason.")
    before = Governance.of(found)
    if before == governance:
        return found
    for column, value in _columns(governance).items():
        setattr(found, column, value)
    found.save()
    old, new = _told(before), _told(governance)
    changed = {name: value for name, value in new.items() if old[name] != value}
    record(actor=actor, at=at, event=Event.LIST_GOVERNED, subject=found.subject, details=changed)
    return found


@transaction.atomic
def set_aside(
    *, hash_list: HashList, reason: str, seen_percent: float = 0.0, actor: str, at: datetime
) -> bool:
    """Let a list match no more until a person puts it back. Nothing rests on its matches meanwhile.

    ``seen_percent`` is the share of items for which it happens; False if the list was not in force.
    """
    if len(reason.strip()) < 5:
        raise BadInput("Setting a list aside needs a reason. Write why it may not match.")
    if not HashList.objects.filter(pk=hash_list.pk, state=HashList.State.IN_FORCE).update(
        state=HashList.State.SET_ASIDE,
        state_reason=reason[:300],
        state_since=at,
        flood_seen_percent=seen_percent,
    ):
        return False
    record(
        actor=actor,
        at=at,
        event=Event.LIST_SET_ASIDE,
        subject=hash_list.subject,
        details={"reason": reason[:300]},
    )
    return True


@transaction.atomic
def put_back(*, hash_list: HashList, reason: str, person: User, at: datetime) -> HashList:
    """Let a list match again, by a person's word. Its flood window begins anew, and the share seen is accepted.

    Every edition counts as not compared with what is held: while the list was set aside nobody asked it.
    """
    if not person.may(Permission.LISTS_MANAGE):
        raise NotAllowed("Putting a list back needs the permission to manage lists. Ask the manager.")
    if len(reason.strip()) < 5:
        raise BadInput("Putting a list back needs a reason. Write why its matches are in order.")
    found = HashList.objects.select_for_update().get(pk=hash_list.pk)
    if found.state != HashList.State.SET_ASIDE:
        raise Conflict("This list is not set aside.")
    found.state, found.state_reason, found.state_since = HashList.State.IN_FORCE, "", at
    found.flood_since, found.flood_accepted_percent = at, found.flood_seen_percent
    found.save()
    Edition.objects.filter(hash_list=found).update(compared_at=None)
    record(
        actor=str(person.code),
        at=at,
        event=Event.LIST_PUT_BACK,
        subject=found.subject,
        details={"reason": reason.strip()[:300]},
    )
    return found


@transaction.atomic
def end_list(*, hash_list: HashList, reason: str, actor: str, at: datetime) -> None:
    """End a list for good: it matches no more and takes no more editions. What it said stays readable."""
    if hash_list.is_own:
        raise BadInput("Our own list does not end. Withdraw its entries instead.")
    if len(reason.strip()) < 5:
        raise BadInput("Ending a list needs a reason. Write why it ends.")
    going = HashList.objects.filter(pk=hash_list.pk).exclude(state=HashList.State.ENDED)
    if not going.update(state=HashList.State.ENDED, state_reason=reason.strip()[:300], state_since=at):
        raise Conflict("This list has ended already.")
    record(
        actor=actor,
        at=at,
        event=Event.LIST_ENDED,
        subject=hash_list.subject,
        details={"reason": reason.strip()[:300]},
    )


def _columns(governance: Governance) -> dict[str, object]:
    return asdict(governance) | {"tags": dict(governance.tags)}


def _told(governance: Governance) -> dict[str, object]:
    """The rules as a ledger line takes them: whole numbers and words."""
    told = _columns(governance)
    told["bad_row_percent"] = f"{governance.bad_row_percent:g}"
    told["turned"] = int(governance.turned)
    told["expires_after_days"] = governance.expires_after_days or "never"
    return told
