"""Looking at models, and saying what was found, for both ways of ``openhotline audit models``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from openhotline.cli.bytes_bar import Advance

if TYPE_CHECKING:
    from openhotline.datasets.models.answering import Answer
    from openhotline.datasets.models.looking import ModelLook


def looks_at(paths: Sequence[str], advance: Advance) -> Iterator[ModelLook]:
    """Yield a look at each model below some paths."""
    from openhotline.datasets.models.asking import ENTRY
    from openhotline.datasets.models.looking import look_at
    from openhotline.datasets.models.planning import models_in
    from openhotline.media.confined import Pool

    with Pool(ENTRY, workers=1) as pool:
        for model in models_in(paths, pool):
            yield look_at(model, pool, advance)


def show_look(look: ModelLook, answers: Sequence[Answer]) -> None:
    """Say what was found; names of files and tensors are strangers' words."""
    from openhotline.datasets.models.problems import WORDS

    for answer in answers:
        name = f" [{answer.list}: {answer.reference or 'no name'}]" if answer.hits else f" [{answer.list}]"
        click.echo(f"{_shown(look.name)}: {answer.explanation}{name} {answer.words}")
    for file, kind in look.problems:
        click.echo(f"{_shown(file)}: {WORDS[kind]}", err=True)
    for file, danger in look.dangers:
        click.echo(f"{_shown(file)}: {danger.level} import {danger.name}", err=True)


def _shown(path: str) -> str:
    """Return a path so that no terminal takes harm from it."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in path)
