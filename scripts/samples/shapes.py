"""The shapes: four classes to learn in seconds. Each picture has one, of any size, place and angle, light on dark or dark
on light, in noise; 32x32 in 16 levels of grey, so that four hundred of them are smaller than one photograph.
"""
import numpy as np
from PIL import Image

SIDE, FINE = 32, 4
CORNERS = {
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "triangle": [(0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
}
CLASSES = ["circle", "cross", "square", "triangle"]


def shapes(folder):
    rng = np.random.default_rng(23)
    for split, count in (("train", 80), ("test", 20)):
        for name in CLASSES:
            (folder / split / name).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                picture = Image.fromarray(shape(rng, name))
                picture.save(folder / split / name / f"{number:03}.png", optimize=True)


def shape(rng, name):
    y, x = (np.mgrid[0 : SIDE * FINE, 0 : SIDE * FINE] + 0.5) / FINE
    radius = rng.uniform(6, 11)
    x, y = x - SIDE / 2 - rng.uniform(-4, 4), y - SIDE / 2 - rng.uniform(-4, 4)
    turn = rng.uniform(0, 2 * np.pi)
    u, v = (np.cos(turn) * x + np.sin(turn) * y) / radius, (np.cos(turn) * y - np.sin(turn) * x) / radius
    inside = mask(name, u, v).reshape(SIDE, FINE, SIDE, FINE).mean((1, 3))
    dark, light = rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)
    if rng.random() < 0.5:
        dark, light = light, dark
    picture = dark + (light - dark) * inside + 0.07 * rng.standard_normal((SIDE, SIDE))
    return (np.clip(np.round(picture * 15), 0, 15) * 17).astype(np.uint8)


def mask(name, u, v):
    if name == "circle":
        return np.hypot(u, v) < 1
    if name == "cross":
        return (np.maximum(abs(u), abs(v)) < 1.1) & (np.minimum(abs(u), abs(v)) < 0.33)
    corners = CORNERS[name]
    inside = np.ones_like(u, bool)
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1]):
        inside &= (x1 - x0) * (v - y0) - (y1 - y0) * (u - x0) > 0
    return inside
