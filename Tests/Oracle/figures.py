#!/usr/bin/env python3
"""Coloured figures of ten kinds on noise, 64x64, to train the sample nets on (docs/training.md has what they came to).

    /opt/kern-oracle/bin/python Tests/Oracle/figures.py DIR 200     # as many of each kind; a fifth more to test with

DIR/classes has a folder for each kind, DIR/masks the first 40 of each kind with the places of their figures.
"""
import os
import sys

import numpy as np
from PIL import Image, ImageDraw

SIDE, MASKED = 64, 40
KINDS = ["disc", "ring", "square", "frame", "triangle", "cross", "bars", "checks", "star", "dots"]


def draw(kind, d, cx, cy, r, turn, fill):
    at = lambda angle, radius: (cx + radius * np.cos(turn + angle), cy + radius * np.sin(turn + angle))
    corners = [at(i * np.pi / 2, r) for i in range(4)]
    if kind == "disc":
        d.ellipse([cx - r, cy - r, cx + r, cy + r], fill=fill)
    elif kind == "ring":
        d.ellipse([cx - r, cy - r, cx + r, cy + r], outline=fill, width=max(3, int(r / 3)))
    elif kind == "square":
        d.polygon(corners, fill=fill)
    elif kind == "frame":
        d.line(corners + corners[:2], fill=fill, width=max(3, int(r / 4)))
    elif kind == "triangle":
        d.polygon([at(i * 2 * np.pi / 3, r) for i in range(3)], fill=fill)
    elif kind == "cross":
        for i in (0, 1):
            d.line([corners[i], corners[i + 2]], fill=fill, width=max(4, int(r / 2.5)))
    elif kind == "bars":
        for i in (-1, 0, 1):
            d.line([(cx - r, cy + i * r * 0.7), (cx + r, cy + i * r * 0.7)], fill=fill, width=max(3, int(r / 3.5)))
    elif kind == "checks":
        for i in range(16):
            x, y = cx - r + i % 4 * r / 2, cy - r + i // 4 * r / 2
            if (i % 4 + i // 4) % 2:
                d.rectangle([x, y, x + r / 2, y + r / 2], fill=fill)
    elif kind == "star":
        d.polygon([at(i * np.pi / 5, r if i % 2 else r * 0.42) for i in range(10)], fill=fill)
    elif kind == "dots":
        for i in range(5):
            x, y = at(i * 2 * np.pi / 5, r * 0.72)
            d.ellipse([x - r / 3.6, y - r / 3.6, x + r / 3.6, y + r / 3.6], fill=fill)


def main(folder, count):
    chance = np.random.default_rng(7)
    slope = np.linspace(0, 1, SIDE)
    for part, pictures in (("train", count), ("test", count // 5)):
        places = [f"{folder}/masks/{part}/images", f"{folder}/masks/{part}/masks"]
        for place in places + [f"{folder}/classes/{part}/{kind}" for kind in KINDS]:
            os.makedirs(place, exist_ok=True)
        for kind in KINDS:
            for k in range(pictures):
                ground = slope[None, :, None] * chance.uniform(-90, 90, 3) + slope[:, None, None] * chance.uniform(-90, 90, 3)
                ground = ground + chance.uniform(60, 190, 3)
                picture = Image.fromarray(np.clip(ground + chance.normal(0, 18, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8))
                mask = Image.new("L", (SIDE, SIDE), 0)
                r = chance.uniform(13, 26)
                cx, cy = chance.uniform(r, SIDE - r, 2)
                behind = ground[int(cy), int(cx)]
                colour = behind
                while np.abs(colour - behind).sum() < 150:
                    colour = chance.uniform(0, 255, 3)
                turn = chance.uniform(0, 2 * np.pi)
                draw(kind, ImageDraw.Draw(picture), cx, cy, r, turn, tuple(int(v) for v in colour))
                draw(kind, ImageDraw.Draw(mask), cx, cy, r, turn, 1)
                noisy = np.asarray(picture, float) + chance.normal(0, 12, (SIDE, SIDE, 3))
                picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
                picture.save(f"{folder}/classes/{part}/{kind}/{k:04d}.png")
                if k < MASKED:
                    picture.save(f"{places[0]}/{kind}{k:02d}.png")
                    mask.save(f"{places[1]}/{kind}{k:02d}.png")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
