"""The only place that decodes strangers' bytes, and the confined processes in which it does so."""

from openhotline.media.decode import decode
from openhotline.media.decoded import NOTES, Decoded
from openhotline.media.levels import LEVELS, Level, get_level
from openhotline.media.limits import Limits
from openhotline.media.preparation import prepare
from openhotline.media.preview import LEAST_SIDE as PREVIEW_LEAST_SIDE
from openhotline.media.preview import make_preview
from openhotline.media.reasons import reason_of
from openhotline.media.sheet import Layout, render_one, render_sheet, sheet_layout
from openhotline.media.sniff import MEDIA_TYPES, sniff

__all__ = [
    "LEVELS",
    "MEDIA_TYPES",
    "NOTES",
    "PREVIEW_LEAST_SIDE",
    "Decoded",
    "Layout",
    "Level",
    "Limits",
    "decode",
    "get_level",
    "make_preview",
    "prepare",
    "reason_of",
    "render_one",
    "render_sheet",
    "sheet_layout",
    "sniff",
]
