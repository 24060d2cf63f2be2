"""The brushes: smooth noise, masks, and averaging down.

Scenes are painted at SCALE times their size, with Pillow for shapes and NumPy for light and texture.
"""
import numpy as np
from PIL import Image, ImageDraw

SCALE = 3

def noise(rng, height, width, cell, stretch=1.0):
    """Smooth noise around 0 with features of about `cell` pixels; `stretch` > 1 lies along the width."""
    rows, columns = max(2, round(height / cell) + 2), max(2, round(width / (cell * stretch)) + 2)
    field = Image.fromarray(rng.standard_normal((rows, columns)).astype(np.float32))
    return np.asarray(field.resize((width, height), Image.BICUBIC))


def clouds(rng, height, width, cell, octaves=5, stretch=1.0, fall=0.5):
    """Octaves of noise, each half as large and `fall` as strong as the one before, scaled to a deviation of 1."""
    total = sum(noise(rng, height, width, cell / 2**o, stretch) * fall**o for o in range(octaves))
    return (total - total.mean()) / total.std()


def blend(top, bottom, amount):
    return top + (bottom - top) * amount


def colour(*rgb):
    return np.array(rgb, dtype=np.float32) / 255


def mask_of(size, draw):
    """A 0…1 mask of what `draw` paints in white."""
    layer = Image.new("L", size, 0)
    draw(ImageDraw.Draw(layer))
    return np.asarray(layer, dtype=np.float32)[..., None] / 255


def reduced(picture):
    """The mean of each SCALE × SCALE block."""
    height, width = picture.shape[0] // SCALE, picture.shape[1] // SCALE
    return picture.reshape(height, SCALE, width, SCALE, -1).mean((1, 3))


def to_bytes(picture):
    return np.clip(np.round(picture * 255), 0, 255).astype(np.uint8)
