"""Generation settings in forms that the rules do not name, recognised by the parsers of sd-parsers.

Danger: the parsers read the prompts. Only the name of the program that they tell is taken; what they return or
raise is dropped at once, for it holds a stranger's words. They get the texts that our own readers cut out,
with their bounds, never the file: so no picture is opened for it. Two parsers are left out, whose files the
rules name every time: ComfyUI's follows links between nodes, which a hostile file can make endless, and
InvokeAI's searches in a time that grows with the square of the text's length.

Cost: nothing without these keys or settings-like words; else some 0.05 ms, and once the time of loading the parsers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sd_parsers.parsers import Parser

MAX_TEXT = 16 * 1024  # bytes of all texts together: a hostile one then takes at most some 0.1 s
MAX_SOURCE = 200  # bytes of NovelAI's "Source", which names a model

SETTINGS = "parameters"
NOVELAI = ("Comment", "Description", "Source")

_NAMES = {"AUTOMATIC1111": "AUTOMATIC1111 or alike", "Fooocus": "Fooocus", "NovelAI": "NovelAI"}


def text_generator(texts: Mapping[str, bytes]) -> str | None:
    """Return the program that wrote a PNG's texts, if a parser knows it; raises where it cannot be told."""
    if SETTINGS in texts:
        return _generator({SETTINGS: texts[SETTINGS]}, "Fooocus", "AUTOMATIC1111")
    # Each of the three is an everyday key; together, and with settings in the first, they are NovelAI's.
    if all(key in texts for key in NOVELAI) and texts["Comment"].lstrip().startswith(b"{"):
        if len(texts["Source"]) > MAX_SOURCE:
            return None
        return _generator({key: texts[key] for key in NOVELAI}, "NovelAI")
    return None


def comment_generator(comment: bytes) -> str | None:
    """Return the program that wrote an EXIF comment, if a parser knows it; raises where it cannot be told."""
    text = comment.removeprefix(b"ASCII").removeprefix(b"UNICODE").strip()
    # Settings are a JSON object or lines of "Name: value"; nothing else is worth loading the parsers for.
    if not text.startswith(b"{") and text.count(b":") < 3:
        return None
    return _generator({SETTINGS: text}, "Fooocus", "AUTOMATIC1111")


def _generator(texts: Mapping[str, bytes], *names: str) -> str | None:
    if sum(map(len, texts.values())) > MAX_TEXT:
        raise ValueError("more text than the parsers may get")
    from sd_parsers.exceptions import ParserError

    broken = False
    for name in names:
        words = {key: value.decode("utf-8", "replace") for key, value in texts.items()}
        try:
            return _NAMES[_parsers()[name].parse(words).generator.value]
        except ParserError:
            continue  # it is of another form
        except Exception:  # noqa: BLE001 - A stranger's file must not break a parser and pass for "nothing found".
            broken = True
    if broken:
        raise ValueError("a parser broke")
    return None


@lru_cache(maxsize=1)
def _parsers() -> Mapping[str, Parser]:
    from sd_parsers.parsers import AUTOMATIC1111Parser, FooocusParser, NovelAIParser

    return {kind.generator.value: kind() for kind in (FooocusParser, AUTOMATIC1111Parser, NovelAIParser)}
