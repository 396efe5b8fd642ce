"""What belongs to a picture and goes with it: captions, classes and other views under the same name."""

from __future__ import annotations

from collections.abc import Collection

from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.labels import LABELS


def sample_of(key: str, form: str) -> str:
    """Return the name that members of one sample share.

    In a tar it ends at the first full stop of the last part of the path, as the webdataset library has it; elsewhere
    at the last, for there names with several full stops are names like others.
    """
    folder, slash, name = key.rpartition("/")
    stem = name.partition(".")[0] if form == forms.TAR else _without_ending(name)
    return folder + slash + stem


def goes(key: str, form: str, keys: Collection[str], samples: Collection[str]) -> bool:
    """Tell whether a member goes: it is named itself, or is of a sample of which something goes.

    In a tar that is the whole sample; in a folder or a zip only what is named like a label, and not the same picture
    in another form, which was looked at for itself.
    """
    if key in keys:
        return True
    if form != forms.TAR and key.rpartition(".")[2].lower() not in LABELS:
        return False
    return sample_of(key, form) in samples


def _without_ending(name: str) -> str:
    return name.rpartition(".")[0] or name
