"""``openhotline audit models``: is a listed model, or a part of one, among these files? None of them is loaded."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline.cli.audit_failing import refusals_apart
from openhotline.cli.audit_models_look import looks_at, show_look
from openhotline.cli.bytes_bar import bytes_bar
from openhotline.errors import OpenHotlineError

if TYPE_CHECKING:
    from openhotline.datasets.audit.asked import Opened
    from openhotline.datasets.models.answering import Answer
    from openhotline.datasets.models.auditing import Finished
    from openhotline.datasets.models.looking import ModelLook

THERE = "The folder named with --out is there already. Name a new one."


@click.command("models")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True), metavar="DIR...")
@click.option(
    "--list",
    "lists",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A list file or a prepared list; may come several times.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="A new folder for the tables.")
@click.option(
    "--write-list",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Instead: write the entries of these files as a list (CSV).",
)
@click.option("--reference", default="", help="With --write-list: what the list calls the model.")
@click.option(
    "--base",
    "bases",
    multiple=True,
    type=click.Path(exists=True),
    help="With --write-list: an ordinary model whose parts are left out; may come several times.",
)
@click.option(
    "--signing-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ed25519, PEM. [default: your own, made on first use]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answers as a JSON array.")
def models_command(
    paths: tuple[str, ...],
    lists: tuple[Path, ...],
    out: Path | None,
    write_list: Path | None,
    reference: str,
    bases: tuple[str, ...],
    signing_key: Path | None,
    as_json: bool,
) -> None:
    """Compare model files with lists, as whole files and tensor by tensor. Nothing is loaded, no pickle is executed.

    safetensors, GGUF, ONNX and PyTorch's checkpoints are recognised by their content, also where a model is split
    into several files; of other files the whole is compared. A listed model is recognised after it was renamed, saved
    again in another format or in half precision, split, or merged in part. Imports that would make a pickle
    dangerous to load are told, whatever the lists say; they do not change the exit code.

    \b
    Example:
      openhotline audit models /path/to/models --list list.csv --out models-audit
      openhotline audit models model.safetensors --write-list entries.csv --reference model-17

    \b
    Exit code:
      0  every file was compared, and nothing matches; or the list was written
      1  something matches
      2  wrong usage
      3  could not run, or there was nothing to look at
      4  nothing matches, but something could not be read or compared; or a file is missing from the list
    """
    _check_usage(lists, out, write_list, reference, bases)
    _check_place(out or write_list or Path(), paths)
    with refusals_apart():
        if write_list is not None:
            from openhotline.cli.audit_models_list import write_list as written

            code = written(paths, write_list, reference, bases, as_json=as_json)
        else:
            assert out is not None
            code = _audit(paths, lists, out, signing_key, as_json=as_json)
    sys.exit(code)


def _check_usage(
    lists: Sequence[Path], out: Path | None, write_list: Path | None, reference: str, bases: Sequence[str]
) -> None:
    if write_list is None:
        if not lists or out is None:
            raise click.UsageError("Name a list with --list and a new folder with --out.")
        if reference or bases:
            raise click.UsageError("--reference and --base belong to --write-list.")
    elif lists or out is not None:
        raise click.UsageError("--write-list stands alone: --list and --out belong to a comparison.")
    elif not reference.strip():
        raise click.UsageError("Say with --reference what the list calls the model.")


def _check_place(target: Path, paths: Sequence[str]) -> None:
    """What is written must not be among what is read."""
    if any(target.resolve().is_relative_to(Path(path).resolve()) for path in paths):
        raise click.UsageError("What is written would lie among what is read. Name another place.")


def _audit(
    paths: Sequence[str], lists: Sequence[Path], out: Path, signing_key: Path | None, *, as_json: bool
) -> int:
    _check_packages()
    from openhotline.datasets.audit.asked import open_lists
    from openhotline.datasets.models.auditing import audit_models
    from openhotline.datasets.models.tables import model_rows
    from openhotline.datasets.sealed.keys import audit_key
    from openhotline.datasets.sealed.witness import tell, told_of

    if out.exists():
        raise OpenHotlineError(THERE, details=str(out))
    key = audit_key(signing_key)
    rows: list[dict[str, object]] = []

    def show(look: ModelLook, answers: Sequence[Answer]) -> None:
        if as_json:
            rows.extend(model_rows(look, answers))
        else:
            show_look(look, answers)

    with tempfile.TemporaryDirectory(prefix="openhotline-models-") as folder:
        opened = open_lists(lists, Path(folder))
        _say_doubts(opened)
        with bytes_bar("Auditing", paths, over_rows=True) as advance:
            done = audit_models(
                looks_at(paths, advance),
                [one.known for one in opened],
                out,
                {"lists": [one.told for one in opened]},
                key=key,
                now=_now,
                show=show,
            )
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    tell("models", told_of(done.document, done.digest))
    return _verdict(done, out)


def _check_packages() -> None:
    from openhotline.datasets.inputs.packages import MISSING

    if not all(find_spec(name) for name in ("pyarrow", "picklescan")):
        raise OpenHotlineError(MISSING)


def _say_doubts(opened: Sequence[Opened]) -> None:
    for one in opened:
        for words in one.known.doubts:
            click.echo(f"{one.known.name}: {words}", err=True)


def _verdict(done: Finished, out: Path) -> int:
    counts = done.document["counts"]
    if not counts.get("files"):
        click.echo("There is no file in what was named. Name a file, or a folder that holds some.", err=True)
        return done.exit_code or 3
    if counts["dangers"]:
        words = (
            "imports in pickles are dangerous, or not known to be harmless. Load none of these files before"
        )
        click.echo(f"{counts['dangers']} {words} looking at {out / 'dangers.parquet'}.", err=True)
    if counts["errors"]:
        click.echo(
            f"{counts['errors']} times something could not be read. See {out / 'errors.parquet'}.", err=True
        )
    return done.exit_code


def _now() -> datetime:
    return datetime.now(UTC)
