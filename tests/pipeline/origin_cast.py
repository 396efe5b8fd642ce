"""What the tests of the deep look share: drawn files with marks of origin, taken in and looked at."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

from PIL import Image, PngImagePlugin
from tests.conftest import NOON
from tests.pipeline.conftest import draw

from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.pipeline.origins import Looked, look_deeper

NONSENSE = "qzvortlebim"
"""Stands in the settings of a generator, where a prompt would: it must be nowhere but in the vault."""

_PACKET = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def generated(number: int, *, seed: int = 1_234_567, model: str = "0123abcd45") -> bytes:
    """A PNG with the settings of a generator in it."""
    info = PngImagePlugin.PngInfo()
    settings = f"{NONSENSE} shapes\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 320x240"
    info.add_text("parameters", f"{settings}, Model hash: {model}, Version: drawn")
    out = io.BytesIO()
    Image.open(io.BytesIO(draw(number, form="PNG"))).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def labelled(number: int, *, quality: int = 85) -> bytes:
    """A JPEG that says a generator made it; else the picture that ``draw`` makes of this number."""
    out = io.BytesIO()
    Image.open(io.BytesIO(draw(number))).save(out, "JPEG", quality=quality, xmp=_PACKET.encode())
    return out.getvalue()


def looked(*, at: datetime = NOON, again: bool = False, stop: Callable[[], bool] = lambda: False) -> Looked:
    """Look at everything that waits."""
    return look_deeper(items=Item.objects.all(), clock=lambda: at, again=again, stop=stop)


def item_at(path: str) -> Item:
    """The item that was seen at a place."""
    return Sighting.objects.select_related("item").get(path=path).item
