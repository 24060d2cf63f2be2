"""The dawn: sixteen bits. The sky moves over a twentieth of the range, the ridges in the mist differ by less than one
step of eight bits: stretch it (rescale, or sobel with --range rescale) and anything that went through eight bits
shows bands.
"""
import struct
import zlib

import numpy as np

from paint import blend, clouds, noise

def dawn():
    rng = np.random.default_rng(11)
    width, height = 320, 200
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    up = 1 - y / height
    picture = blend(np.array([0.245, 0.200, 0.190]), np.array([0.165, 0.185, 0.235]), np.clip(up * 1.1, 0, 1)[..., None])
    sun = np.hypot(x - 214, (y - 118) * 1.2)[..., None]
    picture = picture + np.array([0.16, 0.09, 0.03]) * np.exp(-sun / 55)
    picture = picture + np.array([0.22, 0.16, 0.09]) / (1 + np.exp((sun - 11) * 2.2))
    for k in range(5):
        ridge = 112 + 17 * k + (9 - k) * np.sin(x[0] / (34 - 4 * k) + 2.1 * k)
        ridge = ridge + (3 + k) * noise(rng, 2, width, 14)[0] + 1.4 * noise(rng, 2, width, 3)[0]
        mist = np.clip((y - ridge) / 46, 0, 1)[..., None]
        dark = 0.80 - 0.11 * k
        trees = clouds(rng, height, width, 4, octaves=2)[..., None] * 0.0011
        slope = blend(np.array([0.150, 0.150, 0.185]) * dark + trees, np.array([0.205, 0.185, 0.190]) * (dark + 0.12), mist * 0.75)
        picture = blend(picture, slope, np.clip(y - ridge + 0.5, 0, 1)[..., None])
    return picture * 1.6


def write_png16(path, picture):
    """An RGB PNG of sixteen bits, which Pillow cannot write: each row filtered by Sub or Up, whichever is smaller."""
    samples = np.clip(np.round(picture * 65535), 0, 65535).astype(">u2")
    height, width, _ = samples.shape
    rows = samples.view(np.uint8).reshape(height, width * 6).astype(np.int16)
    left, above = np.zeros_like(rows), np.zeros_like(rows)
    left[:, 6:], above[1:] = rows[:, :-6], rows[:-1]
    tried = [((rows - guess) % 256).astype(np.uint8) for guess in (left, above)]
    cost = [np.abs(t.astype(np.int8).astype(int)).sum(1) for t in tried]
    data = b"".join(
        bytes([1 if cost[0][k] <= cost[1][k] else 2]) + (tried[0] if cost[0][k] <= cost[1][k] else tried[1])[k].tobytes()
        for k in range(height)
    )
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))
