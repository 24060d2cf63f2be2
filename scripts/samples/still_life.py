"""The still life, grey: a table in squares, three balls (smooth, dimpled, striped) and a poster, by a small ray
tracer.
"""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from paint import SCALE, clouds, reduced

BALLS = [  # centre (right, up, away), radius, surface
    ((-1.15, 0.8, 3.6), 0.8, "smooth"),
    ((0.45, 0.55, 2.7), 0.55, "dimples"),
    ((1.55, 0.95, 4.1), 0.95, "stripes"),
]
LIGHT = np.array([-0.55, 0.75, -0.45]) / np.linalg.norm([-0.55, 0.75, -0.45])
EYE = np.array([0.1, 1.45, -1.6])


def still_life():
    rng = np.random.default_rng(5)
    width, height = 400 * SCALE, 300 * SCALE
    v, u = np.mgrid[0:height, 0:width]
    ray = np.stack([(u - width / 2) / height * 0.95, -(v - height * 0.42) / height * 0.95, np.ones(u.shape)], -1)
    ray = ray / np.linalg.norm(ray, axis=-1, keepdims=True)
    grey = backdrop(rng, ray)
    nearest = np.full(u.shape, np.inf)
    grey = table(rng, ray, grey, nearest)
    for centre, radius, surface in BALLS:
        grey = ball(ray, grey, nearest, np.array(centre), radius, surface)
    vignette = 1 - 0.28 * ((u / width - 0.5) ** 2 + (v / height - 0.5) ** 2) * 2
    grain = rng.standard_normal((height, width)) * 0.02
    return reduced((grey * vignette + grain)[..., None])[..., 0]


def backdrop(rng, ray):
    """A plastered wall nine steps away, with a poster for small and large letters."""
    far = (7.0 - EYE[2]) / ray[..., 2]
    right, up = EYE[0] + far * ray[..., 0], EYE[1] + far * ray[..., 1]
    plaster = clouds(rng, *right.shape, 14 * SCALE, octaves=5, fall=0.6)
    wall = 0.50 + 0.012 * plaster + 0.16 * np.exp(-((right + 2.2) ** 2 + (up - 2.6) ** 2) / 6)
    sheet = Image.new("L", (900, 600), 236)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((18, 18, 881, 581), outline=60, width=8)
    draw.text((450, 150), "CONVOLVE", fill=30, font=ImageFont.load_default(150), anchor="mm")
    lines = ["multiply, add, move on:", "one small table of weights,", "a whole picture changed"]
    for k, text in enumerate(lines):
        draw.text((450, 300 + 78 * k), text, fill=50, font=ImageFont.load_default(60), anchor="mm")
    page = np.asarray(sheet.filter(ImageFilter.BoxBlur(1)), dtype=np.float64) / 255
    column, row = ((right - 0.15) / 3.0 * 900).astype(int), ((3.95 - up) / 2.0 * 600).astype(int)
    on = (column >= 0) & (column < 900) & (row >= 0) & (row < 600)
    shade = 0.86 + 0.03 * np.sin(right * 2)
    return np.where(on, page[np.clip(row, 0, 599), np.clip(column, 0, 899)] * shade, wall)


def table(rng, ray, grey, nearest):
    far = np.where(ray[..., 1] < -1e-6, -EYE[1] / np.minimum(ray[..., 1], -1e-6), np.inf)
    hit = far * ray[..., 2] + EYE[2] < 6.2
    far = np.where(hit, far, 1)
    point = EYE + far[..., None] * ray
    square = (np.floor(point[..., 0] / 0.5) + np.floor(point[..., 2] / 0.5)) % 2
    grain = np.sin(point[..., 0] * 60 + 2.5 * np.sin(point[..., 2] * 2.1 + point[..., 0] * 3) + 6 * square)
    rough = clouds(rng, *far.shape, 8 * SCALE, octaves=4, stretch=3)
    wood = np.where(square == 1, 0.72, 0.24) * (1 + 0.06 * grain + 0.03 * rough)
    light = 0.30 + 0.75 * LIGHT[1] * lit(point) * (1 - 0.03 * point[..., 2])
    for centre, radius, _ in BALLS:  # where a ball stands it is darker
        light = light * (1 - 0.55 * np.exp(-((point[..., 0] - centre[0]) ** 2 + (point[..., 2] - centre[2]) ** 2) / (0.35 * radius**2)))
    nearest[:] = np.where(hit, far, nearest)
    return np.where(hit, wood * light, grey)


def lit(point):
    """How much of a round lamp is seen from each point: soft shadows of the balls."""
    seen = np.ones(point.shape[:-1])
    for centre, radius, _ in BALLS:
        towards = np.array(centre) - point
        along = towards @ LIGHT
        miss = np.sqrt(np.maximum(0, (towards**2).sum(-1) - along**2))
        soft = 0.06 + 0.10 * np.maximum(along, 0)
        seen = np.where(along > 0, np.minimum(seen, np.clip((miss - radius) / soft / 2 + 0.5, 0, 1)), seen)
    return seen


def ball(ray, grey, nearest, centre, radius, surface):
    middle = ray @ (centre - EYE)
    inside = middle**2 - ((centre - EYE) ** 2).sum() + radius**2
    far = middle - np.sqrt(np.maximum(inside, 0))
    hit = (inside > 0) & (far < nearest)
    point = EYE + np.where(hit, far, 1)[..., None] * ray
    normal = np.where(hit[..., None], (point - centre) / radius, [0, 1, 0])
    tone = np.full(far.shape, 0.62)
    if surface == "dimples":
        normal, tone = dimpled(normal), np.full(far.shape, 0.86)
    if surface == "stripes":
        turned = normal @ np.array([0.35, 0.8, 0.48])
        tone = np.where(np.sin(turned * 24) > 0, 0.86, 0.12)
    facing = np.clip(normal @ LIGHT, 0, 1)
    half = LIGHT - ray
    half = half / np.linalg.norm(half, axis=-1, keepdims=True)
    shine = np.clip((normal * half).sum(-1), 0, 1) ** 60
    bounce = 0.10 * np.clip(-normal[..., 1], 0, 1)
    value = tone * (0.16 + bounce + 0.86 * facing) + 0.55 * shine
    nearest[:] = np.where(hit, far, nearest)
    return np.where(hit, value, grey)


def dimpled(normal):
    """A golf ball: points spread by the golden angle press round hollows into the normal."""
    count = 180
    k = np.arange(count) + 0.5
    up, turn = 1 - 2 * k / count, k * np.pi * (3 - np.sqrt(5))
    pits = np.stack([np.sqrt(1 - up**2) * np.cos(turn), up, np.sqrt(1 - up**2) * np.sin(turn)], -1)
    pressed = normal.copy()
    for pit in pits:
        near = normal - pit
        distance = np.linalg.norm(near, axis=-1, keepdims=True)
        pressed = pressed - near * np.where(distance < 0.115, 4.5 * (1 - (distance / 0.115) ** 2), 0)
    return pressed / np.linalg.norm(pressed, axis=-1, keepdims=True)
