"""A MISP feed: static-looking files that an instance of MISP pulls (MISP core format, version 2.4 and 2.5)."""

from openhotline.exchange.misp.events import Source, event, manifest, value_digests
from openhotline.exchange.misp.objects import Shown, media_hash_template
from openhotline.exchange.misp.planning import LARGEST_EVENT, EventPlan, Step, plan
from openhotline.exchange.misp.taxonomy import machinetag

__all__ = [
    "LARGEST_EVENT",
    "EventPlan",
    "Shown",
    "Source",
    "Step",
    "event",
    "machinetag",
    "manifest",
    "media_hash_template",
    "plan",
    "value_digests",
]
