"""The scenes: pictures to find things in. Each has none to four of circle, cross, square and triangle, of any size, colour
and angle, before bricks, waves, boards or clouds, among lines, blobs, rings and stripes that are none of them.

The boxes are those of the outlines themselves, in parts of pixels, and not of what was rounded when they were drawn.
"""
import csv

import numpy as np
from PIL import Image

from paint import clouds

WIDTH, HEIGHT, FINE = 128, 96, 4
CORNERS = {
    "cross": [(0.33, -1), (0.33, -0.33), (1, -0.33), (1, 0.33), (0.33, 0.33), (0.33, 1),
              (-0.33, 1), (-0.33, 0.33), (-1, 0.33), (-1, -0.33), (-0.33, -0.33), (-0.33, -1)],
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "triangle": [(0, -1.1), (1.05, 0.8), (-1.05, 0.8)],
}
CLASSES = ["circle", "cross", "square", "triangle"]
# How far each may be turned, in degrees.
TURNS = {"circle": 0, "cross": 20, "square": 20, "triangle": 25}
LEVELS = 31


def scenes(folder):
    rng = np.random.default_rng(29)
    for split, count in (("train", 150), ("test", 50)):
        (folder / split).mkdir(parents=True, exist_ok=True)
        with open(folder / f"{split}.csv", "w", newline="") as file:
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(["path", "class", "x", "y", "width", "height"])
            for number in range(count):
                # One in twelve is empty, and its line has its path alone.
                picture, things = scene(rng, 0 if number % 12 == 7 else rng.integers(1, 5))
                path = f"{split}/{number:03}.png"
                Image.fromarray(picture).save(folder / path, optimize=True)
                for name, box in things or [("", ())]:
                    lines.writerow([path, name] + ([f"{v:.1f}" for v in box] or [""] * 4))


def scene(rng, count):
    y, x = (np.mgrid[0 : HEIGHT * FINE, 0 : WIDTH * FINE] + 0.5) / FINE
    picture = background(rng, x, y)
    for _ in range(rng.integers(1, 4)):
        picture = distraction(rng, picture, x, y)
    things = []
    for _ in range(count):
        name = CLASSES[rng.integers(len(CLASSES))]
        outline, box = place(rng, name, [b for _, b in things])
        if outline is None:
            continue
        inside = fill(outline, x, y)
        picture = np.where(inside[..., None], tint(rng, picture, inside, x, y), picture)
        things.append((name, box))
    picture = picture.reshape(HEIGHT, FINE, WIDTH, FINE, 3).mean((1, 3))
    picture = picture + 0.006 * rng.standard_normal((HEIGHT, WIDTH, 1))
    # Few levels, so that two hundred scenes are no larger than a few photographs.
    return np.round(np.clip(np.round(picture * LEVELS) / LEVELS, 0, 1) * 255).astype(np.uint8), things


def colour_of(rng):
    return rng.uniform(0.08, 0.95, 3)


def background(rng, x, y):
    kind = rng.integers(5)
    first = rng.uniform(0.25, 0.75, 3)
    second = np.clip(first + rng.uniform(-0.22, 0.22, 3), 0, 1)
    angle = rng.uniform(0, 2 * np.pi)
    slope = ((np.cos(angle) * (x / WIDTH - 0.5) + np.sin(angle) * (y / HEIGHT - 0.5)) + 0.7) / 1.4
    picture = first + (second - first) * slope[..., None]
    if kind == 0:  # bricks
        tall, wide = rng.uniform(7, 12), rng.uniform(16, 26)
        row = np.floor(y / tall)
        across = x + row * wide / 2
        joint = (np.mod(y, tall) < 1.2) | (np.mod(across, wide) < 1.2)
        tone = rng.uniform(0.86, 1.1, (32, 32))[row.astype(int) % 32, (across // wide).astype(int) % 32]
        return picture * np.where(joint, rng.uniform(0.6, 0.8), tone)[..., None]
    if kind == 1:  # waves
        length, swing = rng.uniform(8, 18), rng.uniform(2, 5)
        wave = np.sin(2 * np.pi * (y + swing * np.sin(x / rng.uniform(7, 14))) / length)
        return picture * (1 + 0.09 * wave)[..., None]
    if kind == 2:  # boards
        wide = rng.uniform(10, 20)
        turned = np.cos(angle) * x + np.sin(angle) * y + 400
        tone = rng.uniform(0.85, 1.12, 64)[(turned // wide).astype(int) % 64]
        return picture * (tone * np.where(np.mod(turned, wide) < 1, 0.75, 1))[..., None]
    if kind == 3:  # clouds
        cloud = clouds(rng, HEIGHT, WIDTH, rng.uniform(18, 40), octaves=3)
        return picture * (1 + 0.11 * np.kron(cloud, np.ones((FINE, FINE))))[..., None]
    rough = clouds(rng, HEIGHT, WIDTH, rng.uniform(4, 7), octaves=2)  # gravel
    return picture * (1 + 0.08 * np.kron(rough, np.ones((FINE, FINE))))[..., None]


def distraction(rng, picture, x, y):
    """A line, a blob without an edge, a ring or a few stripes: as striking as the things, and none of them."""
    kind = rng.integers(4)
    a, b = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
    angle = rng.uniform(0, np.pi)
    along = np.cos(angle) * (x - a) + np.sin(angle) * (y - b)
    across = np.cos(angle) * (y - b) - np.sin(angle) * (x - a)
    if kind == 0:
        amount = (abs(across) < rng.uniform(0.6, 1.8)) & (abs(along) < rng.uniform(15, 60))
    elif kind == 1:
        amount = 0.7 * np.exp(-((along / rng.uniform(6, 14)) ** 2) - (across / rng.uniform(4, 8)) ** 2)
    elif kind == 2:
        amount = abs(np.hypot(along, across) - rng.uniform(7, 16)) < rng.uniform(0.8, 1.6)
    else:
        amount = (np.mod(across, 6) < 2) & (abs(across) < rng.uniform(8, 14)) & (abs(along) < rng.uniform(10, 22))
    return picture + (colour_of(rng) - picture) * np.asarray(amount, float)[..., None]


def place(rng, name, others):
    """An outline within the picture that hardly overlaps the others, and its box; neither where there is no room."""
    for _ in range(60):
        if name == "circle":
            turn = np.linspace(0, 2 * np.pi, 360, endpoint=False)
            outline = np.stack([np.cos(turn), np.sin(turn)], 1)
        else:
            turn = np.radians(rng.uniform(-TURNS[name], TURNS[name]))
            outline = np.array(CORNERS[name]) @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
        low, high = outline.min(0), outline.max(0)
        side = rng.uniform(14, 48) if rng.random() < 0.4 else rng.uniform(14, 30)
        scale = side / (high - low).max()
        wide, tall = (high - low) * scale
        left, top = rng.uniform(1, WIDTH - 1 - wide), rng.uniform(1, HEIGHT - 1 - tall)
        box = (left, top, wide, tall)
        if all(overlap(box, other) < 0.15 for other in others):
            return (outline - low) * scale + (left, top), box
    return None, None


def overlap(one, other):
    """What both have in common, as a share of the smaller: a small thing is not to vanish behind a large one."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0
    return across * down / min(one[2] * one[3], other[2] * other[3])


def fill(outline, x, y):
    """Where a line to the right crosses the outline an odd number of times."""
    inside = np.zeros_like(x, bool)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, 0)):
        rows = (min(y0, y1) <= y[:, 0]) & (y[:, 0] < max(y0, y1))
        inside[rows] ^= x[rows] < x0 + (y[rows] - y0) * (x1 - x0) / (y1 - y0)
    return inside


def tint(rng, picture, inside, x, y):
    """A colour that differs from what it covers, a little lighter towards one side."""
    behind = picture[inside].mean(0)
    for _ in range(30):
        colour = colour_of(rng)
        if np.abs(colour - behind).max() > 0.35:
            break
    light = 1 + rng.uniform(-0.003, 0.003) * (x - WIDTH / 2) + rng.uniform(-0.003, 0.003) * (y - HEIGHT / 2)
    return colour * light[..., None]
