"""The lantern: glass and iron with a glow that fades into nothing. Where alpha is 0 the stored colour is a shrill
green, so that a filter which forgets to weight by alpha shows a green rim.
"""
import numpy as np

from paint import SCALE, blend, colour, mask_of, reduced

def lantern():
    size = 256
    side = size * SCALE
    y, x = np.mgrid[0:side, 0:side].astype(np.float64) / SCALE
    s = lambda *points: [(a * SCALE, b * SCALE) for a, b in points]
    shape = (side, side)
    glow = np.exp(-((((x - 128) / 62) ** 2 + ((y - 140) / 70) ** 2) ** 0.9))[..., None]
    alpha, tint = 0.72 * glow, blend(colour(255, 120, 40), colour(255, 214, 120), glow)

    def over(tint, alpha, top, cover):
        together = cover + alpha * (1 - cover)
        return np.where(together > 0, (top * cover + tint * alpha * (1 - cover)) / np.maximum(together, 1e-9), tint), together

    pane = mask_of(shape, lambda d: d.polygon(s((92, 92), (164, 92), (176, 196), (80, 196)), fill=255))
    flame = np.exp(-((x - 128) / 9) ** 2 - ((y - 158 - 0.018 * (x - 128) ** 2) / 26) ** 2)[..., None]
    heat = np.clip(flame * 1.2 + 0.35 * np.exp(-np.hypot(x - 128, y - 156) / 28)[..., None], 0, 1)
    glass = blend(colour(255, 176, 84), colour(255, 248, 214), heat)
    tint, alpha = over(tint, alpha, glass, pane * 0.86)

    def iron(d):
        d.polygon(s((84, 92), (172, 92), (150, 66), (106, 66)), fill=255)
        d.rectangle(s((114, 56), (142, 66)), fill=255)
        d.polygon(s((72, 196), (184, 196), (178, 212), (78, 212)), fill=255)
        d.arc([v * SCALE for v in (104, 14, 152, 62)], 140, 400, fill=255, width=4 * SCALE)
        for top, foot in ((92, 80), (116, 110), (140, 146), (164, 176)):
            d.line(s((top, 92), (foot, 196)), fill=255, width=3 * SCALE)
        d.line(s((128, 92), (128, 112)), fill=255, width=3 * SCALE)
        d.line(s((86, 144), (170, 144)), fill=255, width=2 * SCALE)

    bars = mask_of(shape, iron)
    metal = colour(44, 40, 46) * (0.7 + 0.9 * np.exp(-(((x - 116) / 26) ** 2)))[..., None] + colour(120, 64, 20) * 0.5 * glow
    tint, alpha = over(tint, alpha, metal, bars)
    weight = np.concatenate([tint * alpha, alpha], -1)
    small = reduced(weight)
    alpha = small[..., 3:]
    plain = np.where(alpha > 0.5 / 255, small[..., :3] / np.maximum(alpha, 1e-9), colour(0, 255, 0))
    return np.concatenate([plain, np.where(alpha > 0.5 / 255, alpha, 0)], -1)
