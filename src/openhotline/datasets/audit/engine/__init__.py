"""Many processes, here or on a cluster, each looking at one shard after the other. Nothing here writes."""
