"""Reading a shard from its beginning to its end: members as they come, in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.arrow import read_arrow
from openhotline.datasets.inputs.folder import read_folder
from openhotline.datasets.inputs.keys import with_duplicates_told
from openhotline.datasets.inputs.opening import Opened, opened
from openhotline.datasets.inputs.parquet import read_parquet
from openhotline.datasets.inputs.shard import Item, Reading, Shard
from openhotline.datasets.inputs.streaming import ExpandsTooFarError
from openhotline.datasets.inputs.tar import read_tar
from openhotline.datasets.inputs.zip import read_zip
from openhotline.errors import OpenHotlineError, WrongUsage

Reader = Callable[[Shard, Opened, Reading], Iterator[Item]]

_readers: Mapping[str, Reader] = {
    forms.TAR: read_tar,
    forms.ZIP: read_zip,
    forms.PARQUET: read_parquet,
    forms.ARROW: read_arrow,
}


def read_shard(shard: Shard, reading: Reading) -> Iterator[Item]:
    """Yield every member once, in the shard's own order, and a second item after one whose key came before.

    Nothing is raised for a member or for a damaged shard: each is an item with its problem, and a shard that is damaged
    half way ends with one. A package that is missing, or an object store that does not answer, is raised.
    """
    if shard.form == forms.FOLDER:
        return with_duplicates_told(read_folder(shard, reading))
    return with_duplicates_told(_until_damage(_readers[shard.form], shard, reading))


def _until_damage(read: Reader, shard: Shard, reading: Reading) -> Iterator[Item]:
    """Yield what a shard gives; where that ends too early, say why, with the key of the last member that was read."""
    last, problem = "", ""
    try:
        with opened(shard.place, reading) as source:
            try:
                for item in read(shard, source, reading):
                    yield item
                    last = item.key
            except WrongUsage:
                last, problem = "", "no_columns"  # planning has refused what it could see
            except OpenHotlineError:
                raise  # a package is missing, or a store does not answer: the shard is to be read again
            except ExpandsTooFarError:
                problem = "expands_too_far"
            except Exception:  # noqa: BLE001
                # A stranger's file must not end an audit: readers of archives and tables raise whatever they like.
                problem = "unreadable_shard"
            if source.changed():
                last, problem = "", "changed"
    except OSError:
        problem = "unreadable_shard"
    if problem:
        yield Item(last, problem=problem)
