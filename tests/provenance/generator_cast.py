"""What generators write, and what ordinary programs write that looks alike. Every word is made up."""

from __future__ import annotations

import json
import struct
import zlib

from provenance_cast import chunk, exif

TOKEN = "zqxjkv-nonsense-8841"
LINES = f"{TOKEN}\nNegative prompt: {TOKEN}\nSteps: 20, Sampler: Euler a, Seed: 7, Size: 8x8"
GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 5, "text": TOKEN}}})
FLOW = json.dumps({"nodes": [{"widgets_values": [TOKEN]}]})
LAW = json.dumps({"AIGC": {"Label": "1", "ContentProducer": TOKEN, "ProduceID": TOKEN}})
LAW_NAME = "label of the Chinese labelling rules"
DESCRIPTION, ARTIST = 270, 315


def app13(*lines: tuple[int, int, bytes]) -> bytes:
    record = b"".join(struct.pack(">BBBH", 0x1C, *kind, len(text)) + text for *kind, text in lines)
    resource = b"8BIM" + struct.pack(">HHI", 1028, 0, len(record)) + record + b"\0" * (len(record) % 2)
    other = b"8BIM" + struct.pack(">HBBI", 1005, 0, 0, 3) + b"abc\0"
    body = b"Photoshop 3.0\0" + other + resource
    return struct.pack(">BBH", 0xFF, 0xED, len(body) + 2) + body


def comment(text: str) -> bytes:
    return struct.pack(">BBH", 0xFF, 0xFE, len(text.encode()) + 2) + text.encode()


def profile(kind: str, body: bytes) -> dict[str, str]:
    digits = body.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return {f"Raw profile type {kind}": f"\n{kind}\n{len(body):8d}\n{lines}\n"}


def user_comment(text: str, coding: str = "utf-16-be") -> bytes:
    header = b"UNICODE\0" if coding.startswith("utf-16") else b"ASCII\0\0\0"
    return exif({}, comment=header + text.encode(coding))


CREDIT = "Made with Google AI"
XMP_LAW = '<rdf:Description xmlns:T="http://www.tc260.org.cn/ns/AIGC/1.0/"{}'
NOVEL = {
    "Title": "AI generated image",
    "Description": TOKEN,
    "Source": "Stable Diffusion 81274D13",
    "Comment": json.dumps({"sampler": "k_euler", "seed": 4, "uc": TOKEN, "scale": 11, "steps": 28}),
}
FOOOCUS = json.dumps(
    {
        "base_model": "m",
        "base_model_hash": "ab",
        "sampler": "s",
        "prompt": TOKEN,
        "negative_prompt": TOKEN,
        "seed": "1",
        "steps": 3,
    }
)


def hidden(word: bytes, *, colours: int, kind: int = 0, size: tuple[int, int] = (9, 130)) -> bytes:
    """A PNG whose first column of pixels holds the word in its lowest bits; ``kind`` is the rows' filter."""
    width, height = size
    bits = [byte >> 7 - at & 1 for byte in word for at in range(8)]
    form = 4 if word.startswith(b"stealth_png") else 3
    rows, above = b"", bytes(colours * width)
    for row in range(height):
        values = bytearray(bytes((40 + 2 * row) % 256 for _ in range(colours)) * width)
        for place in range(3) if form == 3 else (3,):
            number = 3 * row + place if form == 3 else row
            values[place] = values[place] & 254 | (bits[number] if number < len(bits) else 0)
        left = bytes(colours) + values[:-colours]
        filtered = {
            0: lambda v, left_, up: v,
            1: lambda v, left_, up: v - left_,
            2: lambda v, left_, up: v - up,
            3: lambda v, left_, up: v - (left_ + up) // 2,
        }[kind]
        rows += bytes([kind]) + bytes(
            filtered(*three) & 255 for three in zip(values, left, above, strict=True)
        )
        above = bytes(values)
    header = struct.pack(">IIBBBBB", width, height, 8, 6 if colours == 4 else 2, 0, 0, 0)
    packed = zlib.compress(rows)
    halves = chunk(b"IDAT", packed[:50]) + chunk(b"IDAT", packed[50:])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + halves + chunk(b"IEND", b"")
