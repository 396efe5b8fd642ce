"""Tracing many addresses that came together, one after the other, in few tasks."""

from __future__ import annotations

from openhotline_server.pipeline.background import task
from openhotline_server.pipeline.tracing import trace_address


@task()
def trace_addresses(address_ids: list[int]) -> None:
    """Put each address's own task into the queue, so that one that fails or takes long keeps no other waiting."""
    for key in address_ids:
        trace_address.enqueue(key)
