"""What a reporter reads about her report: plain, true, and no more than she may know."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


@dataclass(frozen=True)
class StateWords:
    """A heading and an explanation, in the language of the page."""

    title: str
    words: str


_WORDS = {
    "received": StateWords(
        gettext_noop("Your report has arrived"),
        gettext_noop("A trained person will look at it. You need not do anything."),
    ),
    "known": StateWords(
        gettext_noop("We know this address, and it is in hand"),
        gettext_noop(
            "Somebody told us of it before, and we are working on it. That you told us too still helps: it shows "
            "that the material can still be found."
        ),
    ),
    "in_work": StateWords(
        gettext_noop("We are working on it"),
        gettext_noop("A trained person looks at your report now. This may take some days."),
    ),
    "acted": StateWords(
        gettext_noop("We have acted"),
        gettext_noop(
            "We did what can be done to have the material taken down. We go on looking until it is gone."
        ),
    ),
    "removed": StateWords(
        gettext_noop("It is gone"),
        gettext_noop(
            "The material is no longer at the address that you reported. Your report helped with that."
        ),
    ),
    "not_illegal": StateWords(
        gettext_noop("We looked at it, and the law does not forbid it"),
        gettext_noop(
            "What we found there is not against the law that we work under. It was right to tell us. If you see more, "
            "you can report again."
        ),
    ),
    "off_remit": StateWords(
        gettext_noop("We may not act on this"),
        gettext_noop(
            "What you told us of is outside of what this hotline may work on. If it is a crime, the police can help."
        ),
    ),
    "set_aside": StateWords(
        gettext_noop("Your report is closed"),
        gettext_noop("We could not work with it as it was. You can send a new report with an exact address."),
    ),
}


def words_for(code: str) -> StateWords:
    """The words for a state, in the page's language."""
    found = _WORDS[code]
    return StateWords(_(found.title), _(found.words))
