"""``openhotline device compare``: two reports' pictures, and whether one device made them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from openhotline.cli.hash_output import harmless
from openhotline.datasets.walk import walk

if TYPE_CHECKING:  # decoders and kernels are loaded when the command runs, not whenever any does
    from openhotline.provenance.sensor import Trace

_folder = click.Path(exists=True, file_okay=False)


@click.command("compare")
@click.argument("first", type=_folder, metavar="DIR")
@click.argument("second", type=_folder, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes that decode."
)
def compare_command(first: str, second: str, as_json: bool, workers: int) -> None:
    """Say whether the pictures of two reports' folders come from one device, which nobody needs to have.

    The pictures of each folder are taken together, those of one size at a time; so each folder should hold the
    pictures of one source. A picture of the second that shows a scene of the first is left out: copies agree
    without any sensor. The first 200 readable pictures of each are used.

    \b
    Example:
      openhotline device compare report-17/ report-23/

    \b
    Exit code:
      0  compared, and nothing matches
      1  a match
      2  wrong usage
      3  could not run, or nothing could be compared
    """
    problems: list[dict[str, str]] = []
    groups = [_traces(folder, workers, problems) for folder in (first, second)]
    sizes = sorted({*groups[0]} & {*groups[1]})
    rows = [_compared(size, groups[0][size], groups[1][size]) for size in sizes]
    if as_json:
        click.echo(json.dumps({"comparisons": rows, "problems": problems}, indent=1))
    else:
        for problem in problems:
            click.echo(f"{harmless(problem['file'])}: {problem['error']}", err=True)
        for row in rows:
            click.echo(_compared_line(row))
    outcomes = {row["outcome"] for row in rows} - {"not_compared"}
    if not outcomes:
        click.echo(
            "Nothing could be compared: no size in common, or only copies. Add more pictures.", err=True
        )
        sys.exit(3)
    sys.exit(1 if "match" in outcomes else 0)


def _traces(folder: str, workers: int, problems: list[dict[str, str]]) -> dict[tuple[int, int], list[Trace]]:
    from openhotline.cli.device_reading import centres, traced
    from openhotline.provenance.sensor import MOST_PICTURES

    taken: dict[tuple[int, int], list[Trace]] = {}
    for centre in centres(walk([folder]), workers):
        if sum(map(len, taken.values())) == MOST_PICTURES:
            words = (
                f"This and all later files were left out: {MOST_PICTURES} pictures of a folder are compared."
            )
            problems.append({"file": centre.path, "error": words})
            break
        trace, problem = traced(centre)
        if trace is None:
            problems.append({"file": centre.path, "error": problem})
        else:
            taken.setdefault((trace.width, trace.height), []).append(trace)
    return taken


def _compared(size: tuple[int, int], first: list[Trace], second: list[Trace]) -> dict[str, Any]:
    from openhotline.provenance.sensor import NOT_COMPARED, compare_groups, outcome_of, without_repeats

    kept = without_repeats(first, second)
    row: dict[str, Any] = {"width": size[0], "height": size[1], "first": len(first), "second": len(kept)}
    row |= {"left_out": len(second) - len(kept), "energy": None, "false_alarm": None}
    if not kept:
        return row | {"outcome": NOT_COMPARED}
    peak = compare_groups(first, kept)
    return row | {
        "outcome": outcome_of(peak),
        "energy": peak.energy,
        "false_alarm": peak.false_alarm,
    }


def _compared_line(row: dict[str, Any]) -> str:
    told = f"{row['width']} x {row['height']}: {row['outcome']}, {row['first']} and {row['second']} pictures"
    if row["energy"] is not None:
        told += f", energy {row['energy']:.1f}, by chance {row['false_alarm']:.1g}"
    return told + (f"; {row['left_out']} left out, of scenes in both" if row["left_out"] else "")
