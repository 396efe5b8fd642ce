"""Which format a file has, by its first bytes; its name counts only where the format has no mark of its own."""

from __future__ import annotations

from pathlib import PurePath

SAFETENSORS, GGUF, ONNX, TORCH, TORCH_OLD = "safetensors", "gguf", "onnx", "torch", "torch_old"
PICKLE, INDEX, ZIP, OTHER = "pickle", "index", "zip", "other"

MODELS = (SAFETENSORS, GGUF, ONNX, TORCH, TORCH_OLD)
"""Forms whose tensors are read."""

OLD_CHECKPOINT = bytes.fromhex("80028a0a6cfc9c46f9206aa85019")
"""The first pickle of a checkpoint from before zip, up to its end: a number that stands for nothing else."""

LARGEST_HEADER = 100_000_000
"""Bytes of JSON that a safetensors file may have: the limit of the format's own reader."""

_pickled = (".ckpt", ".pickle", ".pkl", ".pt", ".pth")
_protocols = {bytes((0x80, number)) for number in range(2, 6)}


def form_of(head: bytes, name: str) -> str:
    """Return the form of a file from its first 16 bytes or more, and its name."""
    suffix = PurePath(name).suffix.lower()
    if head[:4] == b"GGUF":
        return GGUF
    if head[:4] == b"PK\x03\x04":
        return TORCH
    if head.startswith(OLD_CHECKPOINT):
        return TORCH_OLD
    if 2 <= int.from_bytes(head[:8], "little") <= LARGEST_HEADER and head[8:9] == b"{":
        return SAFETENSORS
    if head[:2] in _protocols or (suffix in _pickled and head):
        return PICKLE
    if suffix == ".onnx" or (head[:1] == b"\x08" and head[2:3] in (b"\x12", b"\x3a")):
        return ONNX
    return INDEX if name.endswith(".index.json") else OTHER
