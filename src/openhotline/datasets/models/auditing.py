"""An audit of models: look at each, ask every list, keep the tables, sign the summary."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.chain.canonical import moment
from openhotline.datasets.audit.summary import CLEAN, ERRORS, EXIT_CODES, HITS, versions
from openhotline.datasets.models import tables
from openhotline.datasets.models.answering import Answer, ModelList
from openhotline.datasets.models.explaining import Explanation
from openhotline.datasets.models.looking import ModelLook
from openhotline.datasets.models.tensor_digest import FEWEST_ELEMENTS, FEWEST_VALUES
from openhotline.datasets.sealed.files import Written
from openhotline.datasets.sealed.sealing import seal
from openhotline.datasets.sealed.signing import MODELS
from openhotline.datasets.sealed.table_files import TableFile
from openhotline.known import Known

FORMAT = "openhotline-models-audit-1"
RULE = {"fewest_elements": FEWEST_ELEMENTS, "fewest_values": FEWEST_VALUES}
NAMES = {
    "models": ("models.parquet", tables.MODELS),
    "tensors": ("tensors.parquet", tables.TENSORS),
    "errors": ("errors.parquet", tables.ERRORS),
    "dangers": ("dangers.parquet", tables.DANGERS),
}

Show = Callable[[ModelLook, Sequence[Answer]], None]


@dataclass(frozen=True, slots=True)
class Finished:
    """``document`` is what was signed; ``digest`` its SHA-256."""

    document: Mapping[str, Any]
    digest: str

    @property
    def exit_code(self) -> int:
        """Return what the command ends with."""
        return EXIT_CODES[self.document["verdict"]]


@dataclass
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)

    def add(self, look: ModelLook, answers: Sequence[Answer]) -> None:
        said = [answer.explanation for answer in answers]
        self.by.update(explanation.value for explanation in said)
        self.errors.update(kind for _, kind in look.problems)
        self.counts.update({f"tensors_{name}": look.counts[name] for name in tables.COUNTED})
        self.counts.update(
            {
                "models": 1,
                "files": len(look.files),
                "bytes": look.size,
                "dangers": len(look.dangers),
                "errors": len(look.problems),
                "hits": sum(len(answer.hits) for answer in answers),
                "hit_models": any(answer.hits for answer in answers),
                "not_compared": Explanation.NOT_COMPARED in said,
            }
        )

    def verdict(self, lists: Sequence[Known]) -> str:
        """Nothing that could not be compared counts as clean."""
        if self.counts["hits"]:
            return HITS
        short = self.counts["errors"] or self.counts["not_compared"] or any(one.bad_rows for one in lists)
        return ERRORS if short else CLEAN


def audit_models(
    looks: Iterable[ModelLook],
    lists: Sequence[Known],
    out: Path,
    asked: Mapping[str, Any],
    *,
    key: Ed25519PrivateKey,
    now: Callable[[], datetime],
    show: Show = lambda look, answers: None,
) -> Finished:
    """Ask every list about every model, and write ``out``. One model's tensors are in memory at a time."""
    tally, whole = _Tally(), hashlib.sha256()
    asking = [ModelList(known) for known in lists]
    started = now()
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(TableFile(out, file, schema)) for name, (file, schema) in NAMES.items()
        }
        for look in looks:
            answers = [answer for one in asking for answer in one.ask(look)]
            for file in look.files:
                whole.update(f"{file.sha256 or '-' * 64}\n".encode())
            for name, table in _tables(look, answers):
                files[name].add(table)
            tally.add(look, answers)
            show(look, answers)
    document = {
        "format": FORMAT,
        "asked": {**asked, "started_at": moment(started)},
        "counts": dict(tally.counts),
        "errors": dict(tally.errors),
        "explanations": dict(tally.by),
        "files_sha256": whole.hexdigest(),
        "rule": RULE,
        "verdict": tally.verdict(lists),
        "finished_at": moment(now()),
        "versions": {**versions(), "picklescan": version("picklescan")},
    }
    digest = seal(out, document, _written(files.values()), what=MODELS, key=key, at=now())
    return Finished(document, digest)


def _tables(look: ModelLook, answers: Sequence[Answer]) -> Iterator[tuple[str, pa.Table]]:
    for name, rows in (
        ("models", tables.model_rows(look, answers)),
        ("tensors", tables.tensor_rows(look, answers)),
        ("errors", tables.error_rows(look)),
        ("dangers", tables.danger_rows(look)),
    ):
        yield name, pa.Table.from_pylist(list(rows), schema=NAMES[name][1])


def _written(files: Iterable[TableFile]) -> list[Written]:
    return [file.written for file in files if file.written is not None]
