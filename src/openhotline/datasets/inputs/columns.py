"""Which columns of a table hold pictures, keys, addresses and ready hashes.

Pictures are found by the type of a column, so that none is missed for its name; all others by the names that the tables
of img2dataset, WebDataset, Hugging Face ``datasets`` and LAION use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openhotline.datasets.inputs.packages import pyarrow
from openhotline.datasets.inputs.shard import Reading
from openhotline.errors import WrongUsage

_pictures_are_called = (
    "image images img picture photo bytes image_bytes img_bytes image_data "
    "jpg jpeg jpe jfif png webp gif bmp tif tiff heic heif avif"
)
PICTURES = frozenset(_pictures_are_called.split())
"""Names, or their last part after a dot, of columns that hold nothing else."""

KEYS = ("__key__", "key", "id", "image_id", "img_id", "uid", "sample_id", "file_name", "filename", "path")
ADDRESSES = ("url", "image_url", "img_url", "imageurl", "uri", "image_uri", "original_url", "src", "img_src")
HASHES: Mapping[str, tuple[str, ...]] = {
    "md5": ("md5", "md5_hash", "image_md5", "original_md5"),
    "sha1": ("sha1", "sha1_hash", "image_sha1", "original_sha1"),
    "sha256": ("sha256", "sha256_hash", "image_sha256", "original_sha256"),
    "pdq": ("pdq", "pdq_hash", "image_pdq"),
    "pdq_quality": ("pdq_quality", "pdq_hash_quality"),
}
"""In the order of preference; capitals are not looked at."""

ONLY_AN_INDEX = ["indices"]
"""What Hugging Face ``datasets`` writes beside a table whose rows were sorted or chosen from."""

NO_COLUMNS = (
    "A table has no column of pictures, hashes or addresses. Name the right one, or leave the table out."
)
NO_SUCH_COLUMN = "A table has no column of a name that was given. Name one that it has."


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns; ``hashes`` by algorithm.

    Of ``pictures``, those that are also in ``mixed`` hold bytes that may be something else: embeddings, identifiers.
    """

    pictures: tuple[str, ...] = ()
    mixed: frozenset[str] = frozenset()
    key: str = ""
    url: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Every column that is read."""
        return [name for name in (*self.pictures, self.key, self.url, *self.hashes.values()) if name]

    @property
    def tell_nothing(self) -> bool:
        return not (self.pictures or self.url or self.hashes)


def find_columns(schema: Any, reading: Reading) -> Columns:
    """Return the columns of a pyarrow schema. Raises WrongUsage, with the columns that it has, where there are none."""
    names: list[str] = schema.names
    if names == ONLY_AN_INDEX:
        return Columns()
    given = [reading.image_column, reading.key_column, reading.url_column, *reading.hash_columns.values()]
    if any(name and name not in names for name in given):
        raise WrongUsage(NO_SUCH_COLUMN, details=_has(names))
    hashes = dict(reading.hash_columns) or _hashes(names)
    url = reading.url_column or _first(names, ADDRESSES)
    pictures = (reading.image_column,) if reading.image_column else _pictures(schema, hashes.values())
    mixed = frozenset(
        name for name in pictures if name != reading.image_column and not _is_sure(schema, name)
    )
    if not (url or hashes or mixed != set(pictures)):
        mixed = frozenset()  # nothing else is there: these are what the table is for
    columns = Columns(pictures, mixed, reading.key_column or _key(schema), url, hashes)
    if columns.tell_nothing:
        raise WrongUsage(NO_COLUMNS, details=_has(names))
    return columns


def is_picture_type(kind: Any) -> bool:
    """Tell bytes, Hugging Face's ``{"bytes", "path"}``, and lists of either."""
    types = pyarrow().types
    kind = getattr(kind, "storage_type", kind)
    if types.is_dictionary(kind) or is_list(kind):
        return is_picture_type(kind.value_type)
    if types.is_struct(kind):
        at = kind.get_field_index("bytes")
        return at >= 0 and is_bytes(kind.field(at).type)
    return is_bytes(kind)


def is_bytes(kind: Any) -> bool:
    """Tell a type of plain bytes."""
    types = pyarrow().types
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    )


def is_list(kind: Any) -> bool:
    """Tell a list of any kind."""
    types = pyarrow().types
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def _pictures(schema: Any, others: Iterable[str]) -> tuple[str, ...]:
    others = set(others)
    return tuple(one.name for one in schema if one.name not in others and is_picture_type(one.type))


def _is_sure(schema: Any, name: str) -> bool:
    """Tell a column that holds pictures by its name, or by being what Hugging Face makes of one."""
    return name.lower().rpartition(".")[2] in PICTURES or not is_bytes(schema.field(name).type)


def _key(schema: Any) -> str:
    types = pyarrow().types
    plain = [
        one.name
        for one in schema
        if types.is_string(one.type) or types.is_large_string(one.type) or types.is_integer(one.type)
    ]
    return _first(plain, KEYS)


def _hashes(names: list[str]) -> dict[str, str]:
    found = {algorithm: _first(names, usual) for algorithm, usual in HASHES.items()}
    if not found["pdq"]:
        found["pdq_quality"] = ""  # a quality of nothing
    return {algorithm: name for algorithm, name in found.items() if name}


def _first(names: Iterable[str], usual: tuple[str, ...]) -> str:
    lowered = {name.lower(): name for name in names}
    return next((lowered[name] for name in usual if name in lowered), "")


def _has(names: list[str]) -> str:
    return "It has: " + ", ".join(names)
