"""Confined processes: strangers' bytes go in, JSON and raw blobs come out.

What holds inside them, and what does not, stands in ``docs/explanation/confinement.md``.
"""

from openhotline.media.confined.measures import MEASURES, REQUIRED
from openhotline.media.confined.pool import Pool
from openhotline.media.confined.process import Given
from openhotline.media.confined.reply import Reply
from openhotline.media.limits import Limits

__all__ = ["MEASURES", "REQUIRED", "Given", "Limits", "Pool", "Reply"]
