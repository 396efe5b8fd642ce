"""``openhotline provenance``: fit a detector on lawful, benign pictures of your own, and see what it is worth."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from openhotline.cli.provenance_output import progress, show
from openhotline.errors import WrongUsage

if TYPE_CHECKING:  # decoders and NumPy are loaded when a command runs, not whenever any does
    from openhotline.provenance.detectors.crossing import Rows
    from openhotline.provenance.detectors.figures import Figures
    from openhotline.provenance.detectors.manifest import Manifest
    from openhotline.provenance.detectors.measuring import Measured
    from openhotline.provenance.detectors.samples import Samples

DEFAULT_DETECTOR = Path("detector")

Command = TypeVar("Command", bound=Callable[..., Any])
_folder = click.Path(exists=True, file_okay=False, path_type=Path)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_shared = (
    click.option("--real", type=_folder, required=True, help="Pictures made by cameras."),
    click.option("--generated", type=_folder, required=True, help="Pictures made by generators."),
    click.option("--backbone", type=_file, help="An ONNX model to fit a head on."),
    click.option("--manifest", type=_file, help="A CSV that names the source of each file."),
    click.option("--source-column", help="Its column of sources.  [default: group or source]"),
    click.option("--folds", type=click.IntRange(2, 50), help="Folds by source, at most.  [default: 8]"),
    click.option(
        "--workers",
        type=click.IntRange(1, 64),
        default=lambda: min(os.cpu_count() or 1, 4),
        show_default="one a core, at most 4",
        help="Pictures looked at side by side.",
    ),
    click.option(
        "--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep what the model said in DIR."
    ),
    click.option(
        "--page", type=click.Path(dir_okay=False, path_type=Path), help="Write an HTML page with plots."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text."),
)


def _with_shared(command: Command) -> Command:
    for option in reversed(_shared):
        command = option(command)
    return command


@click.group("provenance")
def provenance() -> None:
    """Fit detectors of generated pictures, and evaluate them.

    Use lawful pictures without people. A source is whatever pictures share besides their class: a camera, a
    generator, a site. Sub-directories are sources, unless a manifest.csv with the columns file and group names them.
    """


@provenance.command("fit")
@_with_shared
@click.option("--detector", type=_folder, help="Instead of --backbone: calibrate this model's own score.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_DETECTOR,
    show_default=True,
    help="The detector's directory.",
)
@click.option("--name", default="local", show_default=True, help="The detector's name in evidence.")
@click.option("--licence", help="The model's licence, to be written down.")
def fit_command(
    real: Path,
    generated: Path,
    backbone: Path | None,
    manifest: Path | None,
    source_column: str | None,
    folds: int | None,
    workers: int,
    keep: Path | None,
    page: Path | None,
    as_json: bool,
    detector: Path | None,
    out: Path,
    name: str,
    licence: str | None,
) -> None:
    """Fit and calibrate a detector, and print what folds by source show.

    \b
    Example: openhotline provenance fit --real real --generated generated --backbone encoder.onnx

    Writes the model, calibration.json, validation.json and detector.toml into the directory. It holds no picture.
    """
    from openhotline.provenance.detectors.crossing import rows_of
    from openhotline.provenance.detectors.fit import check_directory, learn_from, write_detector
    from openhotline.provenance.detectors.samples import find_samples

    at = datetime.now(UTC)
    model, described = _model(backbone, detector, name=name, licence=licence, version=at.date().isoformat())
    check_directory(detector or out, described)
    samples = find_samples(real, generated, manifest=manifest, source_column=source_column)
    measured, dequantised = _measured(samples, model, described, workers, keep)
    rows = rows_of(measured)
    figures = _across_folds(rows, measured, described, folds, at, dequantised, samples.doubts)
    click.echo("Fitting on everything.", err=True)
    write_detector(detector or out, model, described, learn_from(rows, described), rows, figures, at)
    show(figures, page, as_json=as_json)
    click.echo(f"The detector is in {detector or out}.", err=True)


@provenance.command("evaluate")
@_with_shared
@click.option(
    "--detector", type=_folder, help="The detector's directory.  [default: detector, without --backbone]"
)
def evaluate_command(
    real: Path,
    generated: Path,
    backbone: Path | None,
    manifest: Path | None,
    source_column: str | None,
    folds: int | None,
    workers: int,
    keep: Path | None,
    page: Path | None,
    as_json: bool,
    detector: Path | None,
) -> None:
    """Say what a detector is worth on these pictures.

    \b
    Example: openhotline provenance evaluate --real real --generated generated --detector detector

    Pictures that it was not fitted on are judged by the detector as it stands, and the others left out. If hardly
    any are new, with --folds, or with --backbone, each picture is judged by a head that is fitted anew without its
    source: with the pictures of "fit" that gives the figures of "fit".
    """
    from openhotline.provenance.detectors.samples import find_samples

    at = datetime.now(UTC)
    if backbone is None and detector is None:
        detector = DEFAULT_DETECTOR
    samples = find_samples(real, generated, manifest=manifest, source_column=source_column)
    model, described = _model(backbone, detector, name="local", licence=None, version="not fitted")
    measured, dequantised = _measured(samples, model, described, workers, keep)
    figures = _figures(samples, measured, described, detector, folds, at, dequantised)
    show(figures, page, as_json=as_json)


def _figures(
    samples: Samples,
    measured: tuple[Measured, ...],
    described: Manifest,
    detector: Path | None,
    folds: int | None,
    at: datetime,
    dequantised: bool,
) -> Figures:
    from openhotline.provenance.detectors.crossing import rows_of
    from openhotline.provenance.detectors.detector import read_fitted
    from openhotline.provenance.detectors.evaluate import on_new_pictures, without

    rows, doubts = rows_of(measured), list(samples.doubts)
    fitted = read_fitted(detector, described) if detector and folds is None else None
    if fitted is not None:
        rest, left_out = without(rows, fitted.files)
        if rest is not None:
            if left_out:
                doubts.append(f"{left_out} pictures were left out: they were there when the head was fitted.")
            return on_new_pictures(
                rest, measured, described, fitted, at=at, dequantised=dequantised, doubts=doubts
            )
        doubts.append(
            f"{left_out} of {len(rows.measured)} pictures were there when the head was fitted. These figures "
            "are of heads fitted anew for each fold."
        )
    return _across_folds(rows, measured, described, folds, at, dequantised, doubts)


def _across_folds(
    rows: Rows,
    measured: tuple[Measured, ...],
    described: Manifest,
    folds: int | None,
    at: datetime,
    dequantised: bool,
    doubts: Sequence[str],
) -> Figures:
    from openhotline.provenance.detectors.evaluate import FOLDS, across_folds

    with progress("Judging", 3) as advance:
        return across_folds(
            rows,
            measured,
            described,
            at=at,
            dequantised=dequantised,
            folds=folds or FOLDS,
            doubts=doubts,
            advance=advance,
        )


def _model(
    backbone: Path | None, detector: Path | None, *, name: str, licence: str | None, version: str
) -> tuple[Path, Manifest]:
    from openhotline.provenance.detectors.fit import UNKNOWN_LICENCE, described_backbone
    from openhotline.provenance.detectors.manifest import read_manifest

    if (backbone is None) == (detector is None):
        raise WrongUsage("Name either a model with --backbone or a directory with --detector.")
    if backbone is not None:
        return backbone, described_backbone(
            backbone, name=name, licence=licence or UNKNOWN_LICENCE, version=version
        )
    assert detector is not None
    described = read_manifest(detector)
    return detector / described.model, described


def _measured(
    samples: Samples, model: Path, described: Manifest, workers: int, keep: Path | None
) -> tuple[tuple[Measured, ...], bool]:
    from openhotline.provenance.detectors.detector import wanted_of
    from openhotline.provenance.detectors.measuring import measure
    from openhotline.provenance.detectors.network import Network

    click.echo("Loading the model.", err=True)
    network = Network(model, described.sha256, wanted_of(described))
    if network.dequantised:
        click.echo("It is quantised dynamically; it runs in float, so that scores do not move.", err=True)
    with progress("Looking", len(samples.samples)) as advance:
        measured = measure(samples.samples, network, described, workers=workers, keep=keep, advance=advance)
    problems = sum(bool(row.problem) for row in measured)
    if problems:
        click.echo(f"{problems} of {len(measured)} files cannot be used; the report names them.", err=True)
    return measured, network.dequantised
