"""Where the tensors of a file stand, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass, replace

from openhotline.datasets.models import checkpoint, sniffing
from openhotline.datasets.models.asking import FIRST_WINDOW, ask, ask_growing, blob
from openhotline.datasets.models.dangers import LARGEST_PICKLE, UNSCANNED, Danger, dangers_in
from openhotline.datasets.models.problems import refused
from openhotline.datasets.models.source import Source
from openhotline.datasets.models.tensors import MOST_TENSORS, WIDTHS, Tensor, check_places, read_tensors
from openhotline.errors import BadInput
from openhotline.media.confined import Pool


@dataclass(frozen=True)
class Layout:
    """The tensors of a file in their order, what its pickles would import, and what is wrong with it, if anything."""

    tensors: tuple[Tensor, ...] = ()
    dangers: tuple[Danger, ...] = ()
    problem: str = ""


def layout_of(source: Source, form: str, pool: Pool) -> Layout:
    """Read a file's header; ``problem`` is a key of ``problems.WORDS``."""
    dangers: list[Danger] = []
    try:
        tensors = _tensors(source, form, pool, dangers)
        check_places([one for one in tensors if not one.place], source.size)
    except BadInput as problem:
        return Layout(dangers=tuple(dangers), problem=problem.details)
    return Layout(tuple(tensors), tuple(dangers))


def _tensors(source: Source, form: str, pool: Pool, dangers: list[Danger]) -> list[Tensor]:
    if form == sniffing.SAFETENSORS:
        return _safetensors(source, pool)
    if form == sniffing.GGUF:
        return read_tensors(blob(ask_growing(pool, source, "gguf")))
    if form == sniffing.ONNX:
        return _onnx(source, pool)
    if form == sniffing.TORCH:
        return checkpoint.archive(source, pool, dangers)
    if form == sniffing.TORCH_OLD:
        return checkpoint.old(source, pool, dangers)
    if form == sniffing.PICKLE:
        dangers += _pickle(source, pool)
    return []


def _safetensors(source: Source, pool: Pool) -> list[Tensor]:
    length = int.from_bytes(source.head(8), "little")
    if 8 + length > source.size:
        raise refused("beyond")
    return read_tensors(blob(ask(pool, source.read(8, length), "safetensors", start=8 + length)))


def _onnx(source: Source, pool: Pool) -> list[Tensor]:
    """Walk through the file window by window; each answer says where the next one begins."""
    found: list[Tensor] = []
    at: int | None = 0
    state = None
    while at is not None:
        window = source.read(at, min(FIRST_WINDOW, source.size - at))
        reply = ask(pool, window, "onnx", at=at, size=source.size, state=state)
        found += read_tensors(blob(reply))
        following, state = reply.header.get("at"), reply.header.get("state")
        if following is not None and (type(following) is not int or not at < following < source.size):
            raise refused("damaged")
        at = following
    if len(found) > MOST_TENSORS:
        raise refused("too_many")
    return [_sized(one) if one.place else one for one in found]


def _sized(one: Tensor) -> Tensor:
    """A tensor in another file may leave out its length."""
    return replace(one, size=one.elements * WIDTHS.get(one.kind, 0) if one.size < 0 else one.size)


def _pickle(source: Source, pool: Pool) -> list[Danger]:
    if source.size > LARGEST_PICKLE:
        return [Danger("", UNSCANNED)]
    return dangers_in(source.head(LARGEST_PICKLE), "", pool)
