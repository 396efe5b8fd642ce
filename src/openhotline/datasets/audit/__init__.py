"""An audit: every shard of a data set looked at once, compared with lists, and told in tables that hold no picture."""
