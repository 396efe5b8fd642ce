"""``openhotline device``: which camera made these pictures? Learn a device, match files, compare two reports."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openhotline.cli.device_compare import compare_command
from openhotline.cli.hash_output import harmless, json_array
from openhotline.datasets.walk import walk
from openhotline.errors import BadInput, Conflict, OpenHotlineError, Refused

if TYPE_CHECKING:  # decoders and kernels are loaded when a command runs, not whenever any does
    from openhotline.provenance.sensor import Frame, SensorFinding, SensorPattern

_workers = click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes that decode."
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_paths = click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True), metavar="FILE...")


@click.group("device")
def device() -> None:
    """Which camera made a picture: by the pattern that its sensor leaves in every one."""


device.add_command(compare_command)


@device.command("learn")
@click.argument("name")
@click.argument("frames", nargs=-1, required=True, type=click.Path(exists=True), metavar="FRAMES...")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The pattern's file, new."
)
@_workers
def learn_command(name: str, frames: tuple[str, ...], out: Path, workers: int) -> None:
    """Learn the device NAME from FRAMES, which it made: files, or folders that hold some.

    Ten pictures of an evenly lit, bright wall are best; any ten to fifty different pictures do as well. At
    least three, at full size and as the device stored them; all of one size. A file that cannot be read is said
    and left out; copies, and two pictures of one scene, are refused.

    \b
    Example:
      openhotline device learn "phone of case 7" frames/ --out phone.pattern

    \b
    Exit code:
      0  learned from every file
      1  refused; or learned, but a file could not be read
      2  wrong usage
      3  could not run
    """
    from openhotline.provenance.sensor import learn, write_pattern

    if out.exists():
        raise Conflict("The file for the pattern exists already. Choose another name.")
    used: list[str] = []
    problems: list[str] = []
    try:
        pattern = learn(_frames(frames, workers, used, problems), name=name, at=datetime.now(UTC))
    except BadInput as problem:
        listed = "\n".join(f"  {number}  {harmless(path)}" for number, path in enumerate(used, 1))
        raise BadInput(problem.message, details=f"The frames are:\n{listed}" if used else "") from None
    write_pattern(pattern, out)
    click.echo(f"Learned from {len(used)} frames of {pattern.width} x {pattern.height} pixels.")
    click.echo(f"Digest: {pattern.digest}")
    sys.exit(1 if problems else 0)


def _frames(paths: tuple[str, ...], workers: int, used: list[str], problems: list[str]) -> Iterator[Frame]:
    from openhotline.cli.device_reading import centres
    from openhotline.provenance.sensor import Frame

    for centre in centres(walk(paths), workers):
        if centre.pixels is None:
            problems.append(centre.path)
            click.echo(f"{harmless(centre.path)}: {centre.problem}", err=True)
        else:
            used.append(centre.path)
            yield Frame(centre.pixels, centre.sha256, centre.width, centre.height)


@device.command("match")
@_paths
@click.option(
    "--device",
    "devices",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A pattern's file; may be given more than once.",
)
@_as_json
@_workers
def match_command(paths: tuple[str, ...], devices: tuple[Path, ...], as_json: bool, workers: int) -> None:
    """Say of every file, and of all files in folders, whether one of the devices made it.

    The answers: match; hint, which is too little for a match; no_match, from which nothing follows: a resized or
    much compressed picture has lost the pattern; not_compared, with the reason. Beside each stand the energy
    of the peak and the chance that an unrelated sensor reaches it.

    \b
    Example:
      openhotline device match seized/ --device phone.pattern --json

    \b
    Exit code:
      0  every file was compared, and nothing matches
      1  something matches
      2  wrong usage
      3  could not run; or nothing matches, but a file was not compared
    """
    patterns = _patterns(devices)
    names = {pattern.digest: pattern.name for pattern in patterns}
    outcomes: set[str] = set()
    rows = _matched(paths, patterns, workers)
    if as_json:
        with json_array() as write:
            for path, error, findings in rows:
                outcomes.update(_outcomes(error, findings))
                comparisons = [_row(found, names) for found in findings]
                write({"file": path, "error": error, "comparisons": comparisons})
    else:
        for path, error, findings in rows:
            outcomes.update(_outcomes(error, findings))
            click.echo(harmless(path))
            for line in [error] if error else [_line(found, names) for found in findings]:
                click.echo(f"  {line}")
    sys.exit(_verdict(outcomes))


def _patterns(devices: tuple[Path, ...]) -> tuple[SensorPattern, ...]:
    from openhotline.provenance.sensor import read_pattern

    patterns = {}
    for path in devices:
        try:
            pattern = read_pattern(path)
        except Refused as problem:  # which would end with 1, and that says that something matches
            raise OpenHotlineError(problem.message, details=harmless(str(path))) from None
        patterns[pattern.digest] = pattern
    return tuple(patterns.values())


def _matched(
    paths: tuple[str, ...], patterns: tuple[SensorPattern, ...], workers: int
) -> Iterator[tuple[str, str, tuple[SensorFinding, ...]]]:
    from openhotline.cli.device_reading import centres, traced
    from openhotline.provenance.sensor import findings_of

    for centre in centres(walk(paths), workers):
        trace, problem = traced(centre)
        yield centre.path, problem, () if trace is None else findings_of(trace, patterns)


def _outcomes(error: str, findings: tuple[SensorFinding, ...]) -> set[str]:
    from openhotline.provenance.sensor import NOT_COMPARED

    return {NOT_COMPARED} if error else {found.outcome for found in findings}


def _row(found: SensorFinding, names: dict[str, str]) -> dict[str, Any]:
    peak = asdict(found.peak) if found.peak else {}
    return {
        "device": names[found.device],
        "digest": found.device,
        "outcome": found.outcome,
        "reason": found.reason,
        "energy": peak.get("energy"),
        "false_alarm": peak.get("false_alarm"),
        "turn": peak.get("turn"),
        "place": peak.get("place"),
    }


def _line(found: SensorFinding, names: dict[str, str]) -> str:
    told = found.reason
    if found.peak:
        told = f"energy {found.peak.energy:.1f}, by chance {found.peak.false_alarm:.1g}"
    return f"{found.outcome:12}  {harmless(names[found.device])}: {told}"


def _verdict(outcomes: set[str]) -> int:
    from openhotline.provenance.sensor import MATCH, NOT_COMPARED

    if not outcomes:
        click.echo("There is no file in what was named. Name a file, or a folder that holds some.", err=True)
        return 3
    if MATCH in outcomes:
        return 1
    if NOT_COMPARED in outcomes:
        click.echo("Not every file could be compared. The reasons stand beside them.", err=True)
        return 3
    return 0
