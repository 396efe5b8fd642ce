"""An object store that speaks S3: its objects listed, and each read from the front or by ranges.

Through the engine's own reader (daft), measured against a local server: it asks for ranges, reads ahead, retries, and
needs no second S3 client. Its ``from_glob_path`` would start an engine in the process that plans, before one is chosen;
so the listing beneath it is called.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from openhotline.datasets.inputs.found import Found
from openhotline.datasets.inputs.packages import package
from openhotline.errors import OpenHotlineError, WrongUsage

NOTHING_THERE = (
    "Nothing lies at that address. Check the bucket and the prefix, and --endpoint where it is not Amazon's."
)
NOT_REACHED = (
    "The object store could not be listed. Check the endpoint, the network and the keys in the environment."
)

AWAY = (
    "The object store does not answer. Run the audit again once it does: what was not finished is read then."
)

READ_AHEAD = 2**20
NOT_GIVEN = "the object store does not give it"

TRIES = 5
"""The wait before each doubles: some ten seconds in all."""

_pattern_signs = "*?[]{}\\"


def list_objects(address: str, store: Mapping[str, Any]) -> tuple[str, Iterator[Found]]:
    """Return the root and every object below an address, in the order of their keys. Half a KB each is held.

    An address that is one object is a data set of one file.
    """
    root = address.rstrip("/")
    listed = _listed(f"{_literal(root)}/**", store)
    if not listed and root.count("/") > 2:
        listed = _listed(_literal(root), store)
        root = root.rpartition("/")[0]
    if not listed:
        raise WrongUsage(NOTHING_THERE, details=address)
    beyond = len(root) + 1
    paths = sorted((one["path"], one["size"] or 0) for one in listed)
    return root, (Found(path[beyond:], size) for path, size in paths if size or not path.endswith("/"))


@contextmanager
def open_object(place: str, store: Mapping[str, Any]) -> Iterator[tuple[BinaryIO, int]]:
    """Open an object. Raises OSError where it is not there, OpenHotlineError where the store does not answer."""
    daft, config = _daft(), _config(store)
    with _answering():
        file = daft.open_file(place, mode="rb", buffering=0, io_config=config)
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
    with io.BufferedReader(_Object(file), READ_AHEAD) as buffered:
        yield buffered, size


class _Object(io.RawIOBase):
    """The engine's reader, with its errors as ours: a store that is away must not be told as a damaged shard."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with _answering():
            untrusted_bytes = self._file.read(len(buffer)) or b""
        buffer[: len(untrusted_bytes)] = untrusted_bytes
        return len(untrusted_bytes)

    def seek(self, position: int, whence: int = 0, /) -> int:
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()


@contextmanager
def _answering() -> Iterator[None]:
    errors = package("daft.exceptions")
    try:
        yield
    except errors.MiscTransientError:  # refused, most often: this object alone
        raise OSError(0, NOT_GIVEN) from None
    except errors.DaftTransientError as problem:
        raise OpenHotlineError(AWAY, details=str(problem)[:500]) from None
    except errors.DaftCoreException:
        raise OSError(0, NOT_GIVEN) from None


def _listed(pattern: str, store: Mapping[str, Any]) -> list[dict[str, Any]]:
    _daft()
    try:
        found: list[dict[str, Any]] = package("daft.daft").io_glob(pattern, True, _config(store))
    except FileNotFoundError:
        return []
    except Exception as problem:  # noqa: BLE001
        # A stranger's file must not be blamed for a store that is not reached; the reader raises whatever it likes.
        raise OpenHotlineError(NOT_REACHED, details=str(problem)[:500]) from None
    return found


def _literal(address: str) -> str:
    """Keep the signs of a pattern in a key from being ones."""
    return "".join(f"\\{sign}" if sign in _pattern_signs else sign for sign in address)


def _config(store: Mapping[str, Any]) -> Any:
    """Say where the store is. Keys are taken from the environment by the reader itself."""
    io = package("daft.io")
    given = {"endpoint_url": store.get("endpoint"), "region_name": store.get("region"), "num_tries": TRIES}
    if store.get("endpoint"):
        # Another's store: Amazon's own machines are not asked for the region or for keys.
        os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
        given["region_name"] = given["region_name"] or os.environ.get("AWS_REGION") or "us-east-1"
    if store.get("anonymous"):
        given["anonymous"] = True
    return io.IOConfig(s3=io.S3Config(**{name: value for name, value in given.items() if value}))


def _daft() -> Any:
    # the engine would report its use to its makers
    os.environ.update(DO_NOT_TRACK="true", DAFT_ANALYTICS_ENABLED="0", SCARF_NO_ANALYTICS="true")
    return package("daft")
