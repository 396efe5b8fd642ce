"""What the desk's calls accept, and how they answer: JSON in, JSON out, nothing unexpected taken."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse

from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound, OpenHotlineError, Refused
from openhotline.media.levels import LEVELS

MOST_BYTES = 64 * 1024
REST, REVEAL = 2, 4  # where everybody begins: coarse shapes, and soft grey while the key is held
LEVELS_KEY, ASIDE_KEY = "desk_levels", "desk_aside"
MOST_ASIDE = 100

View = Callable[..., HttpResponseBase]
Check = Callable[[Any], Any]


def answers(view: View) -> View:
    """Give what an operation refuses as ``{"error": sentence}``, with a status that says whose turn it is."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except OpenHotlineError as error:
            return JsonResponse({"error": error.message}, status=_status(error))

    return answering


def _status(error: OpenHotlineError) -> int:
    """4xx: sending it again changes nothing. 503: it may work later, and the desk tries again."""
    for kind, status in ((NotAllowed, 403), (NotFound, 404), (Conflict, 409), (Refused, 400)):
        if isinstance(error, kind):
            return status
    return 503


def read(request: HttpRequest, **checks: Check) -> dict[str, Any]:
    """Return the call's body: a JSON object with exactly these names, each passed through its check."""
    if request.content_type != "application/json" or len(request.body) > MOST_BYTES:
        raise BadInput("This call takes a small JSON object. Load the desk anew.")
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise BadInput("This call's JSON cannot be read. Load the desk anew.") from error
    if not isinstance(body, dict) or set(body) != set(checks):
        raise BadInput(f"This call takes exactly: {', '.join(sorted(checks)) or 'nothing'}.")
    return {name: check(body[name]) for name, check in checks.items()}


def yes_or_no(value: Any) -> bool:
    """True or false, and nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise BadInput("A value that is true or false was expected.")
    return value


def code(value: Any) -> uuid.UUID:
    """A UUID in its usual form."""
    try:
        found = uuid.UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadInput("A code was expected.") from error
    if str(found) != value:
        raise BadInput("A code was expected.")
    return found


def codes(value: Any) -> list[uuid.UUID]:
    """A list of one or more codes."""
    if not isinstance(value, list) or not 1 <= len(value) <= 1000:
        raise BadInput("A list of codes was expected.")
    return [code(each) for each in value]


def sentence(value: Any) -> str:
    """Some words on one line, 3 to 300 characters."""
    words = " ".join(value.split()) if isinstance(value, str) else ""
    if not 3 <= len(words) <= 300:
        raise BadInput("A reason of 3 to 300 characters was expected. Write one.")
    return words


def level(value: Any) -> int:
    """The number of a level."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < len(LEVELS):
        raise BadInput(f"A level is a number from 0 to {len(LEVELS) - 1}.")
    return value


def facts(value: Any) -> Mapping[str, str]:
    """A fact sheet in form; whether the desk's questions lead to it is checked elsewhere."""
    if not isinstance(value, dict) or not all(isinstance(v, str) and len(v) <= 64 for v in value.values()):
        raise BadInput("A fact sheet was expected.")
    return value


@dataclass(frozen=True)
class Levels:
    """How much a reader chose to be shown: at rest, and at most while she holds the key."""

    rest: int
    reveal: int


def levels(request: HttpRequest) -> Levels:
    """The levels chosen in this session."""
    rest, reveal = request.session.get(LEVELS_KEY, (REST, REVEAL))
    return Levels(rest, reveal)


def choose_levels(request: HttpRequest, chosen: Levels) -> None:
    """Remember a choice for this session."""
    if chosen.rest > chosen.reveal:
        raise BadInput("The level at rest cannot be clearer than the one while the key is held.")
    request.session[LEVELS_KEY] = (chosen.rest, chosen.reveal)


def require_level(request: HttpRequest, wanted: int) -> None:
    """Refuse to draw anything clearer than this reader chose."""
    if wanted > levels(request).reveal:
        raise NotAllowed("That is clearer than the level you chose. Press . to choose a clearer one.")


def aside(request: HttpRequest) -> list[uuid.UUID]:
    """The cases that were put aside in this session, which are not offered again."""
    return [uuid.UUID(each) for each in request.session.get(ASIDE_KEY, ())]


def put_aside(request: HttpRequest, case: uuid.UUID) -> None:
    """Remember for this session that a case was put aside."""
    request.session[ASIDE_KEY] = [*request.session.get(ASIDE_KEY, ()), str(case)][-MOST_ASIDE:]
