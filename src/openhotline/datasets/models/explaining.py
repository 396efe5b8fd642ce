"""What a comparison means, in one word for programs and one sentence for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from openhotline.datasets.models.looking import ModelLook, TensorLook
from openhotline.datasets.models.tensor_digest import F16


class Explanation(StrEnum):
    """How a model stands to a listed one, or to a list."""

    SAME_FILE = "same_file"
    SAME_TENSORS = "same_tensors"
    ADAPTER = "adapter"
    CONTAINS = "contains"
    PART = "part"
    SOME = "some"
    NOTHING = "nothing"
    NOT_COMPARED = "not_compared"


WORDS = {
    Explanation.SAME_FILE: "{same} of {files} files are, byte for byte, listed ones.",
    Explanation.SAME_TENSORS: "{n} of {m} tensors identical, and no others: the listed model, saved again.",
    Explanation.ADAPTER: "{n} of {m} tensors identical, and no others: the listed adapter, saved again. "
    "The model that it is used with is another matter.",
    Explanation.CONTAINS: "{n} of {m} tensors identical, among {told}: the whole listed model is in it.",
    Explanation.PART: "{n} of {m} tensors identical, and no others: a part of the listed model.",
    Explanation.SOME: "{n} of {m} tensors identical, among {told}: a merge, a further training or a common "
    "origin of both looks like this.",
    Explanation.NOTHING: "Nothing in it is on the list.",
    Explanation.NOT_COMPARED: "Nothing that could be compared is on the list.",
}
SAME = "The file is, byte for byte, a listed one."
EMPTY = "The list holds nothing that a model can be compared with."
NO_NAME = "{n} tensors are on the list, which does not say of which model."

_adapter = re.compile(r"lora[_.]|\blora\b|hada_|lokr_|_adapter\.|ia3_", re.I)


def relation(*, identical: int, listed: int, told: int, is_file: bool, adapter: bool) -> Explanation:
    """Return how a model stands to a listed one.

    ``identical`` tensors of its ``told`` telling ones are among the ``listed`` ones of that model.
    """
    if is_file:
        return Explanation.SAME_FILE
    if identical < listed or not listed:
        return Explanation.PART if identical == told else Explanation.SOME
    if identical < told:
        return Explanation.CONTAINS
    return Explanation.ADAPTER if adapter else Explanation.SAME_TENSORS


def sentence(
    found: Explanation, *, identical: int, listed: int, told: int, same: int = 0, files: int = 0
) -> str:
    """Say it for people; ``same`` of the model's ``files`` are listed."""
    if found is Explanation.SAME_FILE:
        more = f" {identical} of {listed} tensors identical." if listed else ""
        return (SAME if files == 1 else WORDS[found].format(same=same, files=files)) + more
    if identical and not listed:
        return NO_NAME.format(n=identical)
    return WORDS[found].format(n=identical, m=listed, told=told)


def is_adapter(tensors: Iterable[TensorLook]) -> bool:
    """Say whether most tensors have names that adapters give theirs. A hint for the words and nothing else."""
    named = [_adapter.search(tensor.name) is not None for tensor in tensors]
    return sum(named) * 2 > len(named)


def doubts(look: ModelLook, missing: Iterable[str]) -> list[str]:
    """Say which tensors could not be compared, where ``missing`` are kinds of digests that the list has none of."""
    found = []
    if look.counts["quantised"]:
        found.append(f"{look.counts['quantised']} quantised tensors could not be compared.")
    if look.counts["unread"]:
        found.append(f"{look.counts['unread']} tensors stand in a way that is not read.")
    for kind in missing:
        name, other, half = ("float16", "bfloat16", "f16") if kind == F16 else ("bfloat16", "float16", "bf16")
        count = sum(tensor.kind == half for tensor in look.tensors)
        if count:
            found.append(
                f"{count} tensors are saved as {name}, and the list knows tensors as {other} only: "
                "where they were rounded from more digits, they could not be compared."
            )
    return found
