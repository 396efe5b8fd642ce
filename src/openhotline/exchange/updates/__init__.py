"""Signed editions of a list as static files, and the subscriber that believes nothing else (TUF, python-tuf)."""

from openhotline.exchange.updates.keys import Keys, read_signer
from openhotline.exchange.updates.metadata import TIMESTAMP_LIFE
from openhotline.exchange.updates.names import LIST, Edition, delta_name
from openhotline.exchange.updates.repository import Repository
from openhotline.exchange.updates.subscriber import Subscriber, Update, Way

__all__ = [
    "LIST",
    "TIMESTAMP_LIFE",
    "Edition",
    "Keys",
    "Repository",
    "Subscriber",
    "Update",
    "Way",
    "delta_name",
    "read_signer",
]
