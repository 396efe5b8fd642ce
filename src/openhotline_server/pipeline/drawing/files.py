"""From an entry of the plan to the bytes of its file."""

from __future__ import annotations

import io

from PIL import Image, PngImagePlugin

from openhotline_server.pipeline.drawing.marks import MARKS, Mark, exif, packet, tables, texts
from openhotline_server.pipeline.drawing.picture import draw
from openhotline_server.pipeline.drawing.plans import Entry
from openhotline_server.pipeline.drawing.variants import variant

TEXT = b"This is a text with the name of a picture. It is here to see what happens to it.\n"

_NO_MARK = Mark(())


def file_bytes(entry: Entry) -> bytes:
    """Return the file: the same bytes for the same entry, whatever its path."""
    if entry.flaw == "text":
        return TEXT
    picture = draw(entry.family, width=entry.width, height=entry.height)
    if entry.change:
        picture = variant(picture, entry.change, entry.change_seed)
    data = _encoded(picture, entry, MARKS.get(entry.mark, _NO_MARK))
    return data[: len(data) * 2 // 5] if entry.flaw == "truncated" else data


def _encoded(picture: Image.Image, entry: Entry, mark: Mark) -> bytes:
    stream = io.BytesIO()
    match entry.file_format:
        case "png":
            picture.save(stream, "PNG", compress_level=2, pnginfo=_png_text(mark, entry.family))
        case "webp":
            xmp = packet(mark) if mark.source_type else b""
            picture.save(stream, "WEBP", quality=entry.quality, method=0, xmp=xmp)
        case "gif":
            _save_animation(picture, stream)
        case _:
            _save_jpeg(picture, stream, entry.quality, mark)
    return stream.getvalue()


def _save_jpeg(picture: Image.Image, stream: io.BytesIO, quality: int, mark: Mark) -> None:
    own = tables(mark)
    given = {"qtables": own} if own else {"quality": quality}
    written = {"xmp": packet(mark)} if mark.source_type else {}
    picture.save(stream, "JPEG", progressive=quality % 10 == 3, exif=exif(mark), **given, **written)


def _png_text(mark: Mark, family: int) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for key, words in texts(mark, family).items():
        info.add_text(key, words)
    if mark.source_type:
        info.add_itxt("XML:com.adobe.xmp", packet(mark).decode())
    return info


def _save_animation(picture: Image.Image, stream: io.BytesIO) -> None:
    """Three frames that get darker."""
    frames = [picture.point([round(level * light) for level in range(256)] * 3) for light in (1.0, 0.9, 0.8)]
    flat = [frame.quantize(64) for frame in frames]
    flat[0].save(stream, "GIF", save_all=True, append_images=flat[1:], duration=400, loop=0)
