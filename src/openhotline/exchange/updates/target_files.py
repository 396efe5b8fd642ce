"""The folder ``targets``: each file under its digest, so that a name never means two contents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tuf.api.metadata import TargetFile

from openhotline.exchange.updates import rows
from openhotline.exchange.updates.names import delta_name


@dataclass(frozen=True)
class TargetFolder:
    """Files that are signed. Nothing in it is ever changed; what nobody asks for any more is removed."""

    folder: Path

    def path(self, file: TargetFile) -> Path:
        """Return where a file lies, here and below the address that serves it."""
        return self.folder / f"{file.hashes['sha256']}.{file.path}"

    @contextmanager
    def compressed(self, table: Path) -> Iterator[tuple[Path, rows.Written]]:
        """Compress a list in the one spelling used here; the file is gone at the end unless it was taken."""
        new = self.folder / ".list.new"
        try:
            with rows.opened(table) as (columns, cells), new.open("wb") as out:
                written = rows.write(out, columns, rows.in_order(columns, cells), compress=True)
            yield new, written
        finally:
            new.unlink(missing_ok=True)

    def take(self, name: str, new: Path, custom: Mapping[str, object]) -> TargetFile:
        """Put a file to its place, and return what is signed of it."""
        file = TargetFile.from_file(name, str(new), ["sha256"])
        file.unrecognized_fields = {"custom": dict(custom)}
        with new.open("rb") as stream:
            os.fsync(stream.fileno())
        new.rename(self.path(file))
        return file

    def take_delta(self, old: TargetFile, new: TargetFile, edition: int) -> TargetFile | None:
        """Make the file that leads from one list to the next; None where their columns differ."""
        made = self.folder / ".delta.new"
        with rows.opened(self.path(old)) as (columns, was), rows.opened(self.path(new)) as (now_columns, now):
            if columns != now_columns:
                return None
            with made.open("wb") as out:
                written = rows.write(out, [rows.CHANGE, *columns], rows.changes(was, now), compress=True)
        custom = {"edition": edition, "from": edition - 1, "changes": written.rows}
        return self.take(delta_name(edition), made, custom)

    def keep_only(self, files: Iterable[TargetFile]) -> None:
        """Remove everything else."""
        kept = {self.path(file) for file in files}
        for path in self.folder.iterdir():
            if path not in kept:
                path.unlink()
