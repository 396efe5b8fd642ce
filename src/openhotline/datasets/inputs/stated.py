"""What a table states of a member, as text. Whoever compares it checks that it is of its kind, and says where not."""

from __future__ import annotations


def stated_text(value: object) -> str:
    """Return a cell as an item states it: digests in lower-case hexadecimal, nothing where the cell is empty."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return _hexadecimal(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a column of whole numbers in which some are missing
    return str(value).strip().lower()


def _hexadecimal(value: bytes) -> str:
    """Return text that came as bytes, or the digest that the bytes are."""
    text = value.strip().lower()
    is_text = len(text) % 2 == 0 and not text.strip(b"0123456789abcdef")
    return text.decode("ascii") if is_text else value.hex()
