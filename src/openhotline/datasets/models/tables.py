"""The tables of an audit of models. None has a column for anything but names, numbers and digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from openhotline.datasets.models.answering import Answer
from openhotline.datasets.models.looking import ModelLook
from openhotline.datasets.models.problems import WORDS
from openhotline.datasets.models.tensors import OTHERS

Row = dict[str, Any]

COUNTED = ("told", "twice", "few", "even", *OTHERS)
"""Tensors by what became of them; the first are those that were compared."""

MODELS = pa.schema(
    [
        ("model", pa.string()),
        ("form", pa.string()),
        ("files", pa.int64()),
        ("bytes", pa.int64()),
        ("sha256", pa.list_(pa.string())),  # of its files, in their order; empty where one could not be read
        *((name, pa.int64()) for name in COUNTED),
        ("list", pa.string()),
        ("edition", pa.string()),
        ("reference", pa.string()),
        ("identical", pa.int64()),
        ("listed", pa.int64()),  # tensors that the list has of this reference
        ("explanation", pa.string()),
        ("words", pa.string()),
        ("ai", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("dangers", pa.int64()),
        ("errors", pa.int64()),
    ]
)
"""A row for each model, list and listed model that something of it belongs to."""

TENSORS = pa.schema(
    [
        ("model", pa.string()),
        ("file", pa.string()),
        ("tensor", pa.string()),  # empty where the file as a whole is the hit
        ("kind", pa.string()),
        ("elements", pa.int64()),
        ("matched", pa.string()),  # file_sha256, tensor_f16 or tensor_bf16
        ("digest", pa.string()),
        ("list", pa.string()),
        ("edition", pa.string()),
        ("entry_line", pa.int64()),
        ("entry_reference", pa.string()),
    ]
)
"""Every hit."""

ERRORS = pa.schema(
    [("model", pa.string()), ("file", pa.string()), ("kind", pa.string()), ("words", pa.string())]
)

DANGERS = pa.schema(
    [
        ("model", pa.string()),
        ("file", pa.string()),
        ("member", pa.string()),  # of an archive
        ("level", pa.string()),  # dangerous or suspicious, in the scanner's words
        ("name", pa.string()),  # what the pickle would import
    ]
)


def model_rows(look: ModelLook, answers: Sequence[Answer]) -> Iterator[Row]:
    """Yield the rows of one model."""
    for answer in answers:
        yield {
            "model": spelt(look.name),
            "form": look.form,
            "files": len(look.files),
            "bytes": look.size,
            "sha256": [file.sha256 for file in look.files],
            **{name: look.counts[name] for name in COUNTED},
            **{name: getattr(answer, name) for name in ("list", "edition", "reference", "identical")},
            "listed": answer.listed,
            "explanation": answer.explanation.value,
            "words": answer.words,
            "ai": answer.ai,
            "tags": list(answer.tags),
            "dangers": len(look.dangers),
            "errors": len(look.problems),
        }


def tensor_rows(look: ModelLook, answers: Sequence[Answer]) -> Iterator[Row]:
    """Yield every hit of one model."""
    for answer in answers:
        for hit in answer.hits:
            yield {
                "model": spelt(look.name),
                "file": spelt(hit.file),
                "tensor": hit.name,
                "kind": hit.kind,
                "elements": hit.elements or None,
                "matched": hit.matched,
                "digest": hit.digest,
                "list": answer.list,
                "edition": answer.edition,
                "entry_line": hit.entry.line,
                "entry_reference": hit.entry.reference,
            }


def error_rows(look: ModelLook) -> Iterator[Row]:
    """Yield what of one model could not be read."""
    for file, kind in look.problems:
        yield {"model": spelt(look.name), "file": spelt(file), "kind": kind, "words": WORDS[kind]}


def danger_rows(look: ModelLook) -> Iterator[Row]:
    """Yield what the pickles of one model would import."""
    for file, danger in look.dangers:
        row = {"member": danger.member, "level": danger.level, "name": danger.name}
        yield {"model": spelt(look.name), "file": spelt(file), **row}


def spelt(path: str) -> str:
    """Return a path with bytes that are no UTF-8 spelt out."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
