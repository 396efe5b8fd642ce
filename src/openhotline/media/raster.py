"""Every format but plain JPEG, by Pillow and its HEIF plug-in; one plug-in at a time, chosen by content."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin, Image, UnidentifiedImageError, __version__

from openhotline.errors import OpenHotlineError
from openhotline.media.decoded import Decoded, Pixels, Want
from openhotline.media.extent import cut_short, gif_frames
from openhotline.media.header import check_header, check_size
from openhotline.media.orientation import UPRIGHT, sensible
from openhotline.media.reasons import too_large, undecodable
from openhotline.media.sniff import APNG, AVIF, BMP, GIF, HEIC, JPEG, PNG, TIFF, WEBP

_PLUGINS = {
    JPEG: "JPEG",
    PNG: "PNG",
    APNG: "PNG",
    GIF: "GIF",
    WEBP: "WEBP",
    TIFF: "TIFF",
    BMP: "BMP",
    HEIC: "HEIF",
    AVIF: "AVIF",
}
_WIDE_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")
_ALPHA_MODES = ("RGBA", "RGBa", "LA", "La", "PA")


@cache
def prepare() -> None:
    """Load the plug-ins, and keep every decoder to one thread: a confined process may start no other."""
    import pillow_heif

    Image.init()
    pillow_heif.register_heif_opener(decode_threads=0, thumbnails=False)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def decode_raster(
    untrusted_bytes: bytes, media_type: str, *, want: Want, notes: tuple[str, ...] = ()
) -> Decoded:
    """Decode the first frame of any supported picture. ``rgb`` is what Pillow's ``convert("RGB")`` gives."""
    prepare()
    check_header(untrusted_bytes, media_type)
    try:
        return _decode(untrusted_bytes, media_type, want, notes)
    except (OpenHotlineError, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise too_large("too_many_pixels") from None
    except Exception as error:  # noqa: BLE001 A stranger's file must not stop an import, whatever it makes a decoder raise.
        raise undecodable(_reason(error, untrusted_bytes, media_type)) from None


def _decode(untrusted_bytes: bytes, media_type: str, want: Want, notes: tuple[str, ...]) -> Decoded:
    with Image.open(io.BytesIO(untrusted_bytes), formats=(_PLUGINS[media_type],)) as picture:
        check_size(*picture.size)
        picture.load()
        width, height = picture.size
        pixels, visible, found = _pixels(picture, want)
        frames, about_frames = _frames(picture, untrusted_bytes, media_type)
        return Decoded(
            pixels=pixels,
            full_width=width,
            full_height=height,
            scale=1,
            media_type=media_type,
            frames=frames,
            orientation=_orientation(picture),
            decoder=f"pillow {__version__}",
            notes=tuple(sorted({*notes, *found, *about_frames})),
            visible=visible,
        )


def _pixels(picture: Image.Image, want: Want) -> tuple[Pixels, Pixels | None, set[str]]:
    notes = {"alpha_ignored"} if picture.mode in _ALPHA_MODES or "transparency" in picture.info else set()
    if picture.mode in ("CMYK", "YCCK"):
        notes.add("cmyk_converted")
    if picture.mode in _WIDE_MODES:
        visible = _narrowed(np.asarray(picture))
        if want == "luma":
            return visible, None, notes | {"wide_samples_scaled"}
        return np.asarray(picture.convert("RGB")), visible, notes | {"wide_samples_clipped"}
    mode = "RGB" if want == "rgb" or picture.mode not in ("L", "1") else "L"
    plain = picture if picture.mode == mode else picture.convert(mode)
    return np.asarray(plain if want == "rgb" else plain.convert("L")), None, notes


def _narrowed(samples: NDArray[Any]) -> Pixels:
    """Scale wide samples to 8 bits by the bits in use, so that 12 bits in 16 are no black picture."""
    if samples.dtype.kind == "f":
        finite = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        peak = float(finite.max())
        factor = 255 / peak if peak > 255 or 0 < peak <= 1 else 1.0
        narrow = finite * factor
    else:
        narrow = samples >> max(int(samples.max()).bit_length() - 8, 0)
    pixels: Pixels = np.clip(narrow, 0, 255).astype(np.uint8)
    return pixels


def _frames(picture: Image.Image, untrusted_bytes: bytes, media_type: str) -> tuple[int, set[str]]:
    """Count the frames; JPEG's further pictures (previews, depth maps) are not frames."""
    if media_type == JPEG:
        return 1, set()
    whole = True
    if media_type == GIF:
        frames, whole = gif_frames(untrusted_bytes)
    else:
        frames = max(int(getattr(picture, "n_frames", 1)), 1)
        whole = media_type != APNG or b"IEND" in untrusted_bytes
    several = {"first_of_several"} if frames > 1 else set()
    return max(frames, 1), several if whole else several | {"animation_cut_short"}


def _orientation(picture: Image.Image) -> int:
    """Read the orientation; a file whose EXIF block cannot be read stands upright."""
    try:
        return sensible(picture.getexif().get(0x0112, UPRIGHT))
    except Exception:  # noqa: BLE001 A stranger's file must not lose its picture because its EXIF block is broken.
        return UPRIGHT


def _reason(error: Exception, untrusted_bytes: bytes, media_type: str) -> str:
    words = str(error).lower()
    if cut_short(untrusted_bytes, media_type) or "truncated" in words or "unexpected end" in words:
        return "truncated"
    if isinstance(error, UnidentifiedImageError):
        return "damaged"
    if isinstance(error, NotImplementedError) or "support" in words or "unknown" in words:
        return "unsupported"
    return "damaged"
