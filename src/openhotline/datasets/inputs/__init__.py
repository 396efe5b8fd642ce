"""What a data set is made of: shards, which are planned once, and the members that each gives when it is read."""

from openhotline.datasets.inputs.shard import Item, Reading, Shard

__all__ = ["Item", "Reading", "Shard"]
