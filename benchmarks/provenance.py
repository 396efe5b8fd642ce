"""What each family of origin evidence costs on a drawn JPEG of 2 megapixels, on one core.

Aim: 20 ms for everything but the decode (which the import needs anyway), sensor patterns and learned detectors. Rounds
are interleaved: each does every step once, so that a busy machine hurts all alike. Printed are medians and ranges in ms
of processor time, in which waiting for others' work does not count, and each median's ratio to the decode's.

    python -m benchmarks.provenance --detector /path/to/detector
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import click
import numpy as np

from benchmarks.landscapes import draw, jpeg
from benchmarks.signed_pictures import identity, signed, trust_of
from openhotline import media
from openhotline.provenance import examine, sensor
from openhotline.provenance.fusion import fuse
from openhotline.provenance.signed.manifests import manifest_reports
from openhotline.provenance.suite import Suite
from openhotline.provenance.unsigned.watermarks import watermark_claims

WIDTH, HEIGHT = 1632, 1224
AIM = 20.0
JPEG = "image/jpeg"

Step = Callable[[], object]


@click.command()
@click.option("--rounds", default=25, show_default=True)
@click.option("--detector", "detectors", multiple=True, type=click.Path(exists=True, path_type=Path))
def main(rounds: int, detectors: tuple[Path, ...]) -> None:
    """Print what each family costs."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        root = identity("Drawn Root")
        trust = trust_of(Path(folder), root)
        plain = jpeg(draw(WIDTH, HEIGHT, 1))
        with_manifest = signed(plain, identity("Drawn Pictures Ltd", root), root)
        patterns = [_pattern()]
        steps = _steps(plain, with_manifest, Suite(trust), Suite(trust, patterns))
        steps |= _detector_steps(plain, detectors)
        report(measured(steps, rounds), len(plain))


def _steps(plain: bytes, with_manifest: bytes, suite: Suite, devices: Suite) -> dict[str, Step]:
    suite.prepare()
    devices.prepare()
    decoded = media.decode(plain, want="rgb")
    found = suite.examine(with_manifest)
    assert found.verdict.outcome == "synthetic_indications", "the drawn signature must be trusted"
    luma = media.decode(plain, want="luma").pixels
    return {
        "decode": lambda: media.decode(plain, want="rgb"),
        "signed, no manifest": lambda: manifest_reports(plain, JPEG, suite.trust),
        "signed, a manifest": lambda: manifest_reports(with_manifest, JPEG, suite.trust),
        "unsigned and camera": lambda: examine(plain, JPEG),
        "watermarks": lambda: watermark_claims(decoded.pixels),
        "fusion": lambda: fuse(found.evidence),
        "sensor, one device": lambda: sensor.sensor_findings(luma, devices.patterns),
        "suite, no manifest": lambda: suite.examine(plain),
        "suite, a manifest": lambda: suite.examine(with_manifest),
        "suite, one device": lambda: devices.examine(plain),
    }


def _detector_steps(plain: bytes, directories: tuple[Path, ...]) -> dict[str, Step]:
    if not directories:
        return {}
    from openhotline.provenance.detectors.detector import load_detector

    suites = [Suite(detectors=[load_detector(directory)]) for directory in directories]
    return {
        f"suite, {suite.detectors[0].name}": lambda suite=suite: suite.examine(plain)  # type: ignore[misc]
        for suite in suites
    }


def _pattern() -> sensor.SensorPattern:
    chance = np.random.default_rng(5)
    factor = 1 + 0.01 * chance.standard_normal((HEIGHT, WIDTH))
    frames = [
        np.clip(170 * factor + 2 * chance.standard_normal((HEIGHT, WIDTH)), 0, 255).astype(np.uint8)
        for _ in range(4)
    ]
    return sensor.learn(frames, name="drawn camera", at=datetime.now(UTC))


def measured(steps: dict[str, Step], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of processor time of every round by step; a round before them is thrown away."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name, step in steps.items():
            started = time.process_time()
            step()
            if number:
                times[name].append(1000 * (time.process_time() - started))
    return times


def report(times: dict[str, list[float]], size: int) -> None:
    """Print a line for each step, and whether the aim is met."""
    decode = median(times["decode"])
    print(
        f"A drawn JPEG of {WIDTH} x {HEIGHT} pixels, {size:,} bytes, one core. Processor time, ms: median [range]"
    )
    for name, spent in times.items():
        middle = median(spent)
        print(
            f"  {name:22} {middle:8.2f}  [{min(spent):.2f} to {max(spent):.2f}]  {middle / decode:6.2f} x decode"
        )
    for name in ("suite, no manifest", "suite, a manifest"):
        without = [whole - part for whole, part in zip(times[name], times["decode"], strict=True)]
        middle = median(without)
        verdict = "met" if middle <= AIM else "**missed**"
        print(f"{name}, without the decode: {middle:.1f} ms of at most {AIM:.0f}: {verdict}")


if __name__ == "__main__":
    main()
