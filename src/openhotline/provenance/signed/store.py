"""The library's description of a manifest store, walked: who stands behind whom, what failed, and what is said.

All of it was written by strangers: nothing is trusted to be there, to be of a type, or to end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openhotline.provenance.rules import source_type

ACTION, ASSERTION, INGREDIENT = "action", "assertion", "ingredient"

# Two codes of our own, in the library's manner.
MALFORMED_IDENTITY, UNRESOLVED_IDENTITY = "assertion.identity.malformed", "cawg.identity.not_looked_up"

MAX_MANIFESTS = 500
MAX_VALUES = 200_000  # visited in one manifest's statements

_ACTIVE = "activeManifest"
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,79}")
_LABEL = re.compile(r"/c2pa/([^/]+)")
_LIST = re.compile(r"\[([^\[\]\s]{1,80})\]")


@dataclass(frozen=True, order=True)
class SourceType:
    """One digital source type. ``place``: in an action, in another assertion, or beside an ingredient.

    ``creates``: it stands at the action that made the image, not at one that edited it.
    """

    code: str
    claim: str
    place: str
    creates: bool = False


@dataclass(frozen=True)
class Store:
    """A manifest store as the library described it."""

    words: Mapping[str, Any]

    @property
    def active(self) -> str:
        """The active manifest's label; empty where none is named."""
        return _text(self.words.get("active_manifest"))

    @property
    def manifests(self) -> Mapping[str, Mapping[str, Any]]:
        """All manifests by label."""
        return {
            label: one for label, one in _table(self.words.get("manifests")).items() if isinstance(one, dict)
        }

    @property
    def is_valid(self) -> bool:
        """The library's word on the file with all its ingredients."""
        return self.words.get("validation_state") in ("Valid", "Trusted")

    def labels(self) -> list[str]:
        """Return the manifests' labels: the active one, then its ingredients as they are named, then the rest."""
        manifests = self.manifests
        waiting, found = [self.active], dict.fromkeys([self.active])
        while waiting and len(found) < MAX_MANIFESTS:
            for ingredient in _rows(manifests.get(waiting.pop(0), {}).get("ingredients")):
                label = _text(ingredient.get("active_manifest"))
                if label in manifests and label not in found:
                    found[label] = None
                    waiting.append(label)
        rest = sorted(label for label in manifests if label not in found)
        return [label for label in (*found, *rest) if label][:MAX_MANIFESTS]

    def failures(self, label: str) -> tuple[str, ...]:
        """Return the codes that were said of a manifest, those that a later signer wrote down too, sorted."""
        identities = _identity_codes(self.manifests.get(label, {}))
        if label == self.active:
            return _codes([*_rows(self._results(_ACTIVE).get("failure")), *identities])
        deltas = [row for row in self._delta_rows("failure") if label_in(row) == label]
        recorded = [
            row
            for manifest in self.manifests.values()
            for ingredient in _rows(manifest.get("ingredients"))
            if _text(ingredient.get("active_manifest")) == label
            for row in (*_rows(ingredient.get("validation_status")), *_recorded(ingredient))
        ]
        return _codes([*deltas, *recorded, *identities])

    @property
    def is_trusted(self) -> bool:
        """The library's word that the active manifest is intact and its signer found on some list."""
        return self.words.get("validation_state") == "Trusted"

    def vouched(self) -> dict[str, str]:
        """Return the labels of manifests whose signer was found on a list, with the list that the library names."""
        of_active = [row for row in _rows(self._results(_ACTIVE).get("success")) if _found(row)]
        # An earlier manifest may carry the active one's label; what is said of it must not count for the active one.
        earlier = {label_in(row): row for row in self._delta_rows("success") if _found(row)}
        found = {label: row for label, row in earlier.items() if label != self.active}
        found |= dict.fromkeys([self.active], of_active[0]) if of_active else {}
        lists = {label: _LIST.search(_text(row.get("explanation"))) for label, row in found.items()}
        return {label: match.group(1) if match else "" for label, match in lists.items()}

    def takes_images(self, label: str) -> bool:
        """Whether other images went into the manifest's own, as far as it says: a parent, a part, or an input."""
        return any(
            row.get("relationship") in ("parentOf", "componentOf")
            or _text(row.get("format")).startswith("image/")
            for row in _rows(self.manifests.get(label, {}).get("ingredients"))
        )

    def source_types(self, label: str) -> tuple[SourceType, ...]:
        """Return every digital source type of a manifest, with where it stands; each once, sorted."""
        manifest = self.manifests.get(label, {})
        found: set[SourceType] = set()
        for assertion in _rows(manifest.get("assertions")):
            is_actions = _text(assertion.get("label")).startswith("c2pa.actions")
            for value, action in _values(assertion.get("data")):
                place = ACTION if is_actions else ASSERTION
                found.add(SourceType(*source_type(value), place, is_actions and action == "c2pa.created"))
        for ingredient in _rows(manifest.get("ingredients")):
            found |= {SourceType(*source_type(value), INGREDIENT) for value, _ in _values(ingredient)}
        return tuple(sorted(found))

    def _results(self, name: str) -> Mapping[str, Any]:
        return _table(_table(self.words.get("validation_results")).get(name))

    def _delta_rows(self, kind: str) -> list[Mapping[str, Any]]:
        deltas = _rows(_table(self.words.get("validation_results")).get("ingredientDeltas"))
        return [row for delta in deltas for row in _rows(_table(delta.get("validationDeltas")).get(kind))]


def _recorded(ingredient: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    results = _table(_table(ingredient.get("validation_results")).get(_ACTIVE))
    return _rows(results.get("failure"))


def _found(row: Mapping[str, Any]) -> bool:
    return row.get("code") == "signingCredential.trusted"


def label_in(row: Mapping[str, Any]) -> str:
    """Return the label of the manifest that a status speaks of."""
    found = _LABEL.search(_text(row.get("url")))
    return found.group(1) if found else ""


def _identity_codes(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what is to be said of identity assertions (CAWG), which the library is kept from checking.

    One kind rests on a certificate and is passed over: it names a person, not how an image was made. The other kind
    would have to be looked up on the web. Where a place for either holds something else, a part is damaged.
    """
    for assertion in _rows(manifest.get("assertions")):
        if _text(assertion.get("label")).startswith("cawg.identity"):
            kind = _table(_table(assertion.get("data")).get("signer_payload")).get("sig_type")
            if not isinstance(kind, str):
                yield {"code": MALFORMED_IDENTITY}
            elif kind != "cawg.x509.cose":
                yield {"code": UNRESOLVED_IDENTITY}


def _values(root: object) -> Iterator[tuple[str, str]]:
    """Yield the text of every digital source type below ``root``, with the action that it belongs to, if any."""
    waiting: list[object] = [root]
    for _ in range(MAX_VALUES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, dict):
            for key, below in value.items():
                if isinstance(below, str) and _is_source_type(key):
                    yield below, _text(value.get("action"))
                elif isinstance(below, dict | list):
                    waiting.append(below)
        elif isinstance(value, list):
            waiting.extend(value)


def _is_source_type(key: str) -> bool:
    return key.rsplit(":", 1)[-1].replace("_", "").lower() == "digitalsourcetype"


def _codes(rows: list[Mapping[str, Any]]) -> tuple[str, ...]:
    codes = {_text(row.get("code")) for row in rows}
    return tuple(sorted(code if _CODE.fullmatch(code) else "unknown" for code in codes))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
