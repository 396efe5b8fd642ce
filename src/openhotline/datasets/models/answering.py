"""Asking a list about a model: its files as a whole, and each telling tensor by both of its digests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from openhotline.datasets.models import explaining
from openhotline.datasets.models.explaining import Explanation
from openhotline.datasets.models.looking import ModelLook, TensorLook
from openhotline.datasets.models.sniffing import INDEX
from openhotline.datasets.models.tensor_digest import BF16, F16, KINDS
from openhotline.known import Known
from openhotline.known.answers import Entry

FILE = "file_sha256"


@dataclass(frozen=True, slots=True)
class Hit:
    """A file, or a tensor of it, that is an entry of the list. ``name`` and ``kind`` are empty for a whole file."""

    file: str
    matched: str
    digest: str
    entry: Entry
    name: str = ""
    kind: str = ""
    elements: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What one list says about one model, for one of the models it names; without ``hits``: about none.

    ``identical`` tensors of the ``listed`` ones of ``reference``; 0 listed where the list names none of it.
    """

    list: str
    edition: str
    explanation: Explanation
    words: str
    reference: str = ""
    identical: int = 0
    listed: int = 0
    hits: tuple[Hit, ...] = ()
    ai: str = ""
    tags: tuple[str, ...] = ()


@dataclass
class _Found:
    hits: list[Hit] = field(default_factory=list)
    tensors: set[int] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class ModelList:
    """A list that models are compared with. How many tensors it has of each model is counted when it is first needed."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._totals: Mapping[str, int] | None = None

    def ask(self, look: ModelLook) -> list[Answer]:
        """Return an answer for each listed model that something of this one belongs to, or one that says nothing does."""
        found: dict[str, _Found] = defaultdict(_Found)
        for hit in self._files(look):
            found[hit.entry.reference].hits.append(hit)
            found[hit.entry.reference].files.add(hit.file)
        for number, hit in self._tensors(look.tensors):
            found[hit.entry.reference].hits.append(hit)
            found[hit.entry.reference].tensors.add(number)
        doubts = explaining.doubts(look, self._missing())
        if not found:
            return [self._nothing(doubts)]
        return [self._answer(look, name, one, doubts) for name, one in sorted(found.items())]

    def _files(self, look: ModelLook) -> Iterator[Hit]:
        for file in look.files:
            for key in self.known.exact("sha256", bytes.fromhex(file.sha256)) if file.sha256 else ():
                yield Hit(file.path, FILE, file.sha256, self.known.entry(key))

    def _tensors(self, tensors: Sequence[TensorLook]) -> Iterator[tuple[int, Hit]]:
        for kind in KINDS if tensors else ():
            digests = [one.digest.f16 if kind == F16 else one.digest.bf16 for one in tensors]
            values = np.frombuffer(bytes.fromhex("".join(digests)), np.uint8).reshape(-1, 32)
            for number, key in zip(
                *(part.tolist() for part in self.known.exact_many(kind, values)), strict=True
            ):
                one = tensors[number]
                entry = self.known.entry(key)
                yield number, Hit(one.file, kind, digests[number], entry, one.name, one.kind, one.elements)

    def _missing(self) -> list[str]:
        """Kinds of digests that the list has none of, where it has tensors at all."""
        counts = {kind: self.known.kinds.get(kind, 0) for kind in KINDS}
        return [kind for kind in KINDS if any(counts.values()) and not counts[kind]]

    def _nothing(self, doubts: Sequence[str]) -> Answer:
        if not any(self.known.kinds.get(kind) for kind in ("sha256", *KINDS)):
            doubts = [explaining.EMPTY]
        found = Explanation.NOT_COMPARED if doubts else Explanation.NOTHING
        words = " ".join([explaining.WORDS[found], *doubts])
        return Answer(self.known.name, self.known.edition, found, words)

    def _answer(self, look: ModelLook, reference: str, found: _Found, doubts: Sequence[str]) -> Answer:
        listed = self._listed().get(reference, 0) if reference else 0
        told, identical = len(look.tensors), len(found.tensors)
        identical = min(identical, listed) if listed else identical
        explanation = explaining.relation(
            identical=len(found.tensors),
            listed=listed,
            told=told,
            is_file=bool(found.files),
            adapter=explaining.is_adapter(look.tensors),
        )
        words = explaining.sentence(
            explanation,
            identical=identical,
            listed=listed,
            told=told,
            same=len(found.files),
            files=sum(file.form != INDEX for file in look.files),
        )
        entry = found.hits[0].entry
        return Answer(
            self.known.name,
            self.known.edition,
            explanation,
            " ".join([words, *doubts]),
            reference=reference,
            identical=identical,
            listed=listed,
            hits=tuple(found.hits),
            ai=entry.ai,
            tags=entry.tags,
        )

    def _listed(self) -> Mapping[str, int]:
        """Count the tensors that the list has of each model: the more of both kinds, as each tensor has one of each."""
        if self._totals is None:
            totals: Counter[str] = Counter()
            for kind in (F16, BF16):
                totals |= Counter(self.known.entry(int(key)).reference for key in self.known.keys(kind))
            self._totals = totals
        return self._totals
