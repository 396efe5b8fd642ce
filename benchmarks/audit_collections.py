"""Collections for the benchmarks of audits: drawn JPEGs in tar and parquet shards, and a list with some of them on it.

Everything is drawn by ``openhotline_server.pipeline.drawing``: hills, coasts, tiles. A small picture has 0.1
megapixel and about 17 KiB, as in common sets of training pictures; a large one has 2 megapixels. A collection is made
once and kept in its folder, under another name until it is whole.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint8]

PROCESSES = 2
LISTED = 40
"""Pictures of a collection that are on the list by their PDQ hash, unless that says too little; as many by SHA-256."""


@dataclass(frozen=True)
class Look:
    """What the pictures of a collection are like: sides in pixels, and JPEG's quality."""

    name: str
    width: int
    height: int
    quality: int


SMALL = Look("0.1 MP", 368, 276, 75)
LARGE = Look("2 MP", 1632, 1224, 75)


def picture(number: int, look: Look) -> bytes:
    """Draw one picture and return its JPEG: the same for the same number."""
    from openhotline_server.pipeline.drawing import draw

    stream = io.BytesIO()
    draw(number, width=look.width, height=look.height).save(stream, "JPEG", quality=look.quality)
    return stream.getvalue()


def collections(folder: Path, look: Look, *, count: int, shards: int) -> dict[str, Path]:
    """Return the folders of the same pictures in tars and in parquet files, made first where they are not there."""
    stem = f"{look.name.replace(' ', '-')}-{count}-in-{shards}"
    return _kept(folder, stem, look, _shares(range(count), shards))


def next_to_nothing(folder: Path, look: Look, tars: Path, *, count: int) -> Path:
    """Return a folder of some tars with a picture each that the list of ``prepared_list`` has by its PDQ hash.

    So an audit of it starts all that it may need, and has nothing to do.
    """
    keys = [line.rpartition(",")[2] for line in _listed(tars, count) if line.startswith("pdq")]
    shares = [(n, [int(key.partition(".")[0])]) for n, key in enumerate(keys[: 2 * PROCESSES])]
    return _kept(folder, f"{tars.name}-start", look, shares)["tar"]


def _kept(
    folder: Path, stem: str, look: Look, shares: Sequence[tuple[int, Sequence[int]]]
) -> dict[str, Path]:
    found = {form: folder / f"{stem}-{form}" for form in ("tar", "parquet")}
    if not all(path.is_dir() for path in found.values()):
        print(f"drawing {sum(len(numbers) for _, numbers in shares):,} pictures of {look.name} …", flush=True)
        new = {form: path.with_name(f"{path.name}.new") for form, path in found.items()}
        for path in new.values():
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        with ProcessPoolExecutor(PROCESSES) as pool:
            list(pool.map(partial(_draw_shard, new, look), shares))
        for form, path in found.items():
            shutil.rmtree(path, ignore_errors=True)
            new[form].rename(path)
    return found


def _shares(numbers: range, shards: int) -> list[tuple[int, Sequence[int]]]:
    cuts = [len(numbers) * n // shards for n in range(shards + 1)]
    return [(n, numbers[cuts[n] : cuts[n + 1]]) for n in range(shards)]


def _draw_shard(folders: dict[str, Path], look: Look, share: tuple[int, Sequence[int]]) -> None:
    number, numbers = share
    members = [(f"{n:09d}.jpg", picture(n, look)) for n in numbers]
    write_tar(folders["tar"] / f"{number:05d}.tar", members)
    _write_parquet(folders["parquet"] / f"{number:05d}.parquet", members)


def again(folder: Path, target: Path, times: int) -> Path:
    """Link the shards of a folder under so many other names each: a shard is a shard to whoever goes through them."""
    target.mkdir(exist_ok=True)
    for number in range(times):
        for shard in sorted(folder.iterdir()):
            link = target / f"{number:05d}-{shard.name}"
            if not link.exists():
                os.link(shard, link)
    return target


def write_tar(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a tar as WebDataset has them."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as out:
        for key, data in members:
            about = tarfile.TarInfo(key)
            about.size = len(data)
            out.addfile(about, io.BytesIO(data))


def _write_parquet(path: Path, members: list[tuple[str, bytes]]) -> None:
    """Write one row group of keys and bytes, uncompressed: JPEGs do not get smaller."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "key": pa.array([key for key, _ in members], pa.string()),
        "image": pa.array([data for _, data in members], pa.binary()),
    }
    pq.write_table(pa.table(columns), path, compression="none", use_dictionary=False)


def read_tar(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield keys and bytes of a tar as a plain loop reads it."""
    with tarfile.open(path) as opened:
        for about in opened:
            stream = opened.extractfile(about)
            assert stream is not None
            yield about.name, stream.read()


def read_parquet(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield keys and bytes of a parquet file as a plain loop reads it."""
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(256, columns=["key", "image"]):
        yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)


def read(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield keys and bytes of a shard of either form."""
    return read_tar(path) if path.suffix == ".tar" else read_parquet(path)


def prepared_list(folder: Path, tars: Path, *, count: int, entries: int) -> tuple[Path, Path]:
    """Return a list file and the folder it was prepared into: so many PDQ hashes by chance, and some of the pictures."""
    from openhotline.known.apart import prepare_apart

    source, target = folder / f"{tars.name}-{entries}.csv", folder / f"{tars.name}-{entries}.prepared"
    if not target.is_dir():
        print(f"writing a list of {entries:,} and preparing it …", flush=True)
        write_list(source, entries=entries, listed=_listed(tars, count))
        prepare_apart(source, target)
    return source, target


def _listed(tars: Path, count: int) -> Iterator[str]:
    """Yield lines of a list for some pictures: by a strict PDQ hash, or by SHA-256."""
    from openhotline import hashing, media

    members = (member for path in sorted(tars.iterdir()) for member in read_tar(path))
    every = max(2, count // LISTED)
    for number, (key, data) in enumerate(members):
        if number % every == 0:
            yield f"sha256,{hashlib.sha256(data).hexdigest()},,{key}"
        elif number % every == 1:
            decoded = media.decode(data, want="rgb")
            found = hashing.pdq_strict(decoded.pixels, decoder=decoded.decoder)
            if found.is_matchable:
                yield f"pdq,{found.hex},{found.quality},{key}"


def write_list(path: Path, *, entries: int, listed: Iterable[str], part: int = 100_000) -> None:
    """Write a list as CSV: PDQ hashes by chance, half as many SHA-256, and the lines ``listed``."""
    with path.open("w") as out:
        out.write("algorithm,value,quality,reference\n")
        out.writelines(f"{line}\n" for line in listed)
        for begin in range(0, entries, part):
            count, chance = min(part, entries - begin), np.random.default_rng(1_000 + begin)
            out.writelines(f"pdq,{row},100,\n" for row in _hexadecimal(chance, count))
            out.writelines(f"sha256,{row},,\n" for row in _hexadecimal(chance, count // 2))


def _hexadecimal(chance: np.random.Generator, count: int) -> list[str]:
    return [row.tobytes().hex() for row in chance.integers(0, 256, (count, 32), dtype=np.uint8)]
