"""The harbour: sky and water for gradients, hills and stone for texture, houses and rigging for edges, signs for text.
"""
import numpy as np
from PIL import ImageFont

from paint import SCALE, blend, clouds, colour, mask_of, noise, reduced

HOUSES = [  # x, width, height above the quay, wall, roof
    (0, 78, 132, (214, 120, 62), (120, 58, 44)),
    (78, 66, 160, (236, 205, 120), (92, 70, 66)),
    (144, 84, 118, (74, 112, 148), (70, 66, 74)),
    (228, 62, 150, (196, 70, 60), (84, 52, 48)),
    (290, 92, 126, (232, 226, 208), (134, 66, 50)),
    (382, 70, 168, (108, 146, 110), (76, 64, 62)),
    (452, 80, 122, (222, 160, 84), (110, 56, 46)),
]
QUAY, WATER = 318, 346


def harbour():
    rng = np.random.default_rng(2)
    width, height = 640 * SCALE, 480 * SCALE
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / SCALE
    picture = sky(rng, x, y)
    picture = hills(rng, picture, x, y)
    picture = lighthouse(rng, picture, x, y)
    picture = houses(rng, picture, x, y)
    picture = quay(rng, picture, x, y)
    picture = water(rng, picture, x, y)
    picture = boat(rng, picture, x, y)
    picture = pebbles(rng, picture, x, y)
    picture = reduced(picture)
    grain = rng.standard_normal(picture.shape[:2])[..., None] * 0.006
    return picture + grain


def sky(rng, x, y):
    t = np.clip(y / 250, 0, 1)[..., None]
    picture = blend(colour(62, 116, 178), colour(188, 212, 226), t**0.8)
    picture = blend(picture, colour(252, 222, 178), np.clip((y[..., None] - 110) / 150, 0, 1) ** 1.5)
    sun = np.hypot(x - 540, (y - 120))[..., None]
    picture = picture + colour(255, 214, 140) * (0.5 * np.exp(-sun / 45) + 0.16 * np.exp(-sun / 220))
    puff = clouds(rng, *y.shape, 110 * SCALE, octaves=6, stretch=2.4, fall=0.55)
    cover = 1 / (1 + np.exp(-(puff - 0.75 + (y - 90) / 260) * 3.2))
    light = np.clip(0.5 + 0.3 * (puff - np.roll(puff, 9 * SCALE, 0)), 0, 1)[..., None]
    cloud = blend(colour(176, 184, 200), colour(255, 250, 240), light)
    return blend(picture, cloud, (0.8 * cover * np.clip(1.25 - y / 230, 0, 1))[..., None])


def hills(rng, picture, x, y):
    layers = [(212, 26, 150, (150, 168, 190), 0.03), (250, 24, 90, (112, 138, 138), 0.07), (284, 22, 60, (70, 104, 74), 0.16)]
    for base, swing, cell, tint, rough in layers:
        ridge = base + swing * np.sin(x[0] / cell + base) * 0.6 + swing * 0.35 * noise(rng, 2, x.shape[1], cell / 2 * SCALE)[0]
        ridge = ridge + rough * 14 * noise(rng, 2, x.shape[1], 4 * SCALE)[0]
        trees = clouds(rng, *y.shape, 9 * SCALE, octaves=3, fall=0.7)
        relief = trees - np.roll(trees, (2 * SCALE, 2 * SCALE), (0, 1))
        shade = 1 + rough * (0.7 * trees + 1.1 * relief)
        inside = np.clip((y - ridge[None, :]) * SCALE, 0, 1)[..., None]
        haze = np.clip((y - ridge[None, :]) / 120, 0, 1)[..., None]
        ground = blend(colour(*tint), colour(206, 206, 196), 0.35 * haze) * shade[..., None]
        picture = blend(picture, ground, inside)
    return picture


def lighthouse(rng, picture, x, y):
    size = picture.shape[1::-1]
    s = lambda *points: [(px * SCALE, py * SCALE) for px, py in points]
    outline = s((530, 350), (548, 316), (566, 300), (590, 296), (622, 300), (640, 306), (640, 350))
    rock = mask_of(size, lambda d: d.polygon(outline, fill=255))
    stone = clouds(rng, *y.shape, 22 * SCALE, octaves=5, fall=0.65)
    relief = stone - np.roll(stone, (2 * SCALE, -2 * SCALE), (0, 1))
    picture = blend(picture, colour(112, 104, 96) * (1 + 0.16 * stone + 0.4 * relief)[..., None], rock)
    half = 13 + (y - 190) * 0.075
    tower = (np.clip((half - np.abs(x - 596)) * SCALE, 0, 1) * ((y > 190) & (y < 302)))[..., None]
    stripes = np.where(((y - 190) // 22 % 2 == 0)[..., None], colour(200, 50, 44), colour(244, 240, 232))
    roundness = np.sqrt(np.clip(1 - ((x - 591) / (half + 9)) ** 2, 0, 1))[..., None]
    picture = blend(picture, stripes * (0.35 + 0.72 * roundness), tower)

    def top(d):
        d.rectangle(s((578, 184), (614, 190)), fill=255)
        d.polygon(s((582, 160), (596, 146), (610, 160)), fill=255)
        d.line(s((596, 150), (596, 136)), fill=255, width=SCALE)
        for rail in (580, 588, 596, 604, 612):
            d.line(s((rail, 176), (rail, 186)), fill=255, width=SCALE)
        d.line(s((578, 176), (614, 176)), fill=255, width=SCALE)

    lamp = mask_of(size, lambda d: d.rectangle(s((586, 160), (606, 184)), fill=255))
    picture = blend(picture, colour(255, 236, 170) * (0.75 + 0.35 * np.exp(-((x - 596) ** 2) / 30))[..., None], lamp)
    return blend(picture, colour(52, 46, 50), mask_of(size, top))


def houses(rng, picture, x, y):
    size = picture.shape[1::-1]
    fine = clouds(rng, *y.shape, 3 * SCALE, octaves=2)
    stain = clouds(rng, *y.shape, 40 * SCALE, octaves=4)
    for index, (left, wide, tall, wall, roof) in enumerate(HOUSES):
        top = QUAY - tall
        gable = 34 if index % 2 else 26
        shape = [(left, QUAY), (left, top), (left + wide / 2, top - gable), (left + wide, top), (left + wide, QUAY)]
        front = mask_of(size, lambda d: d.polygon([(a * SCALE, b * SCALE) for a, b in shape], fill=255))
        if index % 3 == 0:  # clapboards
            boards = 1 - 0.16 * (np.mod(y, 5) < 1.1)
        elif index % 3 == 1:  # plaster
            boards = 1 + 0.035 * fine
        else:  # bricks
            row = np.floor(y / 4.5)
            joint = (np.mod(y, 4.5) < 0.9) | (np.mod(x + row * 5, 10) < 0.9)
            tone = rng.uniform(0.88, 1.1, (400, 200))
            boards = np.where(joint, 1.1, tone[row.astype(int) % 400, ((x + row * 5) // 10).astype(int) % 200])
        light = boards * (1 + 0.03 * stain) * (0.86 + 0.18 * (x - left) / wide)
        picture = blend(picture, colour(*wall) * light[..., None], front)
        picture = roof_of(picture, x, y, left, wide, top, gable, roof)
        picture = windows(rng, picture, left, wide, top, index)
    return signs(picture)


def roof_of(picture, x, y, left, wide, top, gable, roof):
    """Two slanted bands along the gable, with rows of tiles."""
    slope = top - gable + np.abs(x - left - wide / 2) * gable / (wide / 2)
    band = np.clip((y - slope + 5) * SCALE, 0, 1) * np.clip((slope + 5 - y) * SCALE, 0, 1)
    band = band * (np.abs(x - left - wide / 2) < wide / 2 + 2)
    tiles = 1 + 0.22 * (np.mod(x, 4) < 1.2) - 0.12 * (np.mod(y - slope, 4) < 1)
    side = np.where(x > left + wide / 2, 1.15, 0.8)
    return blend(picture, colour(*roof) * (tiles * side)[..., None], band[..., None])


def windows(rng, picture, left, wide, top, index):
    size = picture.shape[1::-1]
    columns = 3 if wide > 70 else 2
    panes, frames, lit = [], [], []
    step = wide / columns
    for row, floor in enumerate(range(int(top) + 14, QUAY - 40, 32)):
        for column in range(columns):
            a = left + step * (column + 0.5) - 7
            (lit if rng.random() < 0.25 else panes).append((a, floor, a + 14, floor + 20))
            frames.append((a - 1.6, floor - 1.6, a + 15.6, floor + 21.6))
    box = lambda r: [v * SCALE for v in r]
    paint = lambda boxes: mask_of(size, lambda d: [d.rectangle(box(r), fill=255) for r in boxes])

    def bars(d):
        for a, b, c, e in panes + lit:
            d.line(box(((a + c) / 2, b, (a + c) / 2, e)), fill=255, width=SCALE)
            d.line(box((a, b + 7, c, b + 7)), fill=255, width=SCALE)

    picture = blend(picture, colour(246, 242, 232), paint(frames))
    height = picture.shape[0]
    glow = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    picture = blend(picture, blend(colour(60, 84, 112), colour(24, 30, 44), np.mod(glow * 15, 1)), paint(panes))
    picture = blend(picture, colour(255, 214, 130), paint(lit))
    picture = blend(picture, colour(246, 242, 232), mask_of(size, bars))
    door = left + step * (index % columns + 0.5)
    picture = blend(picture, colour(246, 242, 232), paint([(door - 9, QUAY - 34, door + 9, QUAY)]))
    return blend(picture, colour(58, 44, 40) * (1.2 if index % 2 else 1), paint([(door - 7, QUAY - 32, door + 7, QUAY)]))


def signs(picture):
    picture = sign(picture, (296, 258, 376, 276), "HARBOUR INN", 11, (40, 56, 84), (250, 240, 214))
    picture = sign(picture, (6, 262, 72, 276), "ROPE & SAIL", 9, (250, 244, 228), (150, 40, 34))
    picture = sign(picture, (464, 262, 520, 275), "FISH 24 h", 10, (24, 84, 92), (255, 255, 255))
    return sign(picture, (152, 266, 220, 278), "books · maps · ink", 8, (240, 232, 210), (44, 40, 40))


def sign(picture, box, text, points, ground, ink):
    size = picture.shape[1::-1]
    font = ImageFont.load_default(points * SCALE)
    middle = ((box[0] + box[2]) / 2 * SCALE, (box[1] + box[3]) / 2 * SCALE)
    board = mask_of(size, lambda d: d.rounded_rectangle([v * SCALE for v in box], 2 * SCALE, fill=255))
    letters = mask_of(size, lambda d: d.text(middle, text, fill=255, font=font, anchor="mm"))
    return blend(blend(picture, colour(*ground), board), colour(*ink), letters)


def quay(rng, picture, x, y):
    """Blocks of stone, three rows, with light joints and dark tide marks."""
    row = np.floor((y - QUAY) / 10).astype(int)
    shift = np.array([0, 13, 5, 18])[row % 4]
    joint = (np.mod(y - QUAY, 10) < 1.2) | (np.mod(x + shift, 27) < 1.2)
    tone = rng.uniform(0.85, 1.12, (8, 64))[row % 8, ((x + shift) // 27).astype(int) % 64]
    rough = clouds(rng, *y.shape, 6 * SCALE, octaves=4, fall=0.7)
    stone = colour(150, 142, 130) * (tone * (1 + 0.09 * rough) * np.where(joint, 0.62, 1))[..., None]
    stone = stone * blend(1.12, 0.55, np.clip((y - QUAY) / 28, 0, 1))[..., None]
    edge = (y > QUAY) & (y < WATER) & (x < 545)
    return np.where(edge[..., None], stone, picture)


def water(rng, picture, x, y):
    """What stands above, upside down, pulled about by waves that grow towards the viewer."""
    depth = np.clip((y - WATER) / (480 - WATER), 0, 1)
    wave = noise(rng, *y.shape, 3.2 * SCALE, stretch=9) * 0.8 + noise(rng, *y.shape, 8 * SCALE, stretch=7)
    wave = wave * (0.25 + depth)
    source_y = np.clip((2 * WATER - y - 2 + wave * 7) * SCALE, 0, WATER * SCALE - 1).astype(int)
    source_x = np.clip((x + wave * 5) * SCALE, 0, x.shape[1] - 1).astype(int)
    mirrored = picture[source_y, source_x]
    deep = blend(colour(96, 132, 150), colour(22, 58, 78), depth[..., None] ** 0.7)
    surface = blend(mirrored * colour(200, 216, 224), deep, (0.38 + 0.35 * depth)[..., None])
    glint = np.clip(wave - 0.75, 0, 1) * (0.25 + 0.6 * np.exp(-(((x - 540) / 110) ** 2)))
    surface = surface + colour(255, 238, 200) * (0.5 * glint)[..., None] - (0.05 * np.clip(-wave, 0, 2))[..., None]
    return np.where((y >= WATER)[..., None], surface, picture)


def boat(rng, picture, x, y):
    x = x - 90
    size = picture.shape[1::-1]
    s = lambda *points: [((px + 90) * SCALE, py * SCALE) for px, py in points]
    hull = [(196, 384), (212, 420), (392, 420), (424, 376), (400, 382), (240, 388)]
    shadow = mask_of(size, lambda d: d.ellipse(s((200, 408), (404, 438)), fill=150))
    picture = blend(picture, colour(16, 36, 48), shadow * 0.8)
    planks = 1 - 0.14 * (np.mod(y + 0.02 * (x - 310) ** 2 / 30, 6) < 1)
    body = colour(28, 60, 104) * (planks * (0.8 + 0.5 * (420 - y) / 44))[..., None]
    picture = blend(picture, body, mask_of(size, lambda d: d.polygon(s(*hull), fill=255)))
    stripe = mask_of(size, lambda d: d.line(s((197, 387), (240, 392), (400, 386), (421, 380)), fill=255, width=4 * SCALE, joint="curve"))
    picture = blend(picture, colour(244, 240, 228), stripe)
    keel = mask_of(size, lambda d: d.polygon(s((209, 413), (212, 420), (392, 420), (397, 413)), fill=255))
    picture = blend(picture, colour(176, 52, 44), keel)
    sail = [(318, 226), (318, 366), (410, 366), (380, 316), (346, 262)]
    jib = [(308, 240), (308, 370), (222, 376), (262, 318)]
    cloth = 1 - 0.06 * (np.mod(y + (x - 318) * 0.25, 17) < 1) + 0.10 * np.sin((x - 300) / 34)
    for panel, tint in ((sail, (250, 244, 226)), (jib, (236, 228, 212))):
        shade = (cloth * (0.86 + 0.12 * (y - 226) / 150))[..., None]
        picture = blend(picture, colour(*tint) * shade, mask_of(size, lambda d: d.polygon(s(*panel), fill=255)))
    badge = mask_of(size, lambda d: d.text(s((340, 318))[0], "K 33", fill=255, font=ImageFont.load_default(17 * SCALE), anchor="lm"))
    picture = blend(picture, colour(40, 48, 72), badge)

    def rigging(d):
        d.line(s((313, 390), (313, 212)), fill=255, width=4 * SCALE)
        d.line(s((313, 369), (414, 369)), fill=255, width=3 * SCALE)
        for a, b in (((313, 214), (424, 376)), ((313, 214), (197, 384)), ((313, 240), (262, 388)), ((313, 240), (372, 386))):
            d.line(s(a, b), fill=255, width=2)

    picture = blend(picture, colour(72, 48, 34), mask_of(size, rigging))
    pennant = mask_of(size, lambda d: d.polygon(s((313, 210), (340, 215), (313, 221)), fill=255))
    picture = blend(picture, colour(206, 54, 46), pennant)
    name = mask_of(size, lambda d: d.text(s((372, 400))[0], "kern", fill=255, font=ImageFont.load_default(13 * SCALE), anchor="mm"))
    return blend(picture, colour(248, 238, 206), name)


def pebbles(rng, picture, x, y):
    """A beach of round stones: the nearest and second nearest of jittered points, lit from the upper right."""
    shore = 446 + 10 * np.sin(x / 70 + 1) + 3 * noise(rng, 2, x.shape[1], 14 * SCALE)[0][None, :]
    cell = 11.0
    columns, rows = int(640 / cell) + 4, int(60 / cell) + 6
    jitter = rng.uniform(0.12, 0.88, (rows, columns, 2))
    tint = rng.uniform(0.55, 1.15, (rows, columns))
    warm = rng.uniform(-0.06, 0.06, (rows, columns))
    row, column = ((y - 420) / cell).astype(int) + 1, (x / cell).astype(int) + 1
    best = np.full(y.shape, 9e9, np.float32)
    second = best.copy()
    stone, heat, nx, ny = (np.zeros_like(best) for _ in range(4))
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            a, b = np.clip(row + i, 0, rows - 1), np.clip(column + j, 0, columns - 1)
            dx = x - (b - 1 + jitter[a, b, 0]) * cell
            dy = (y - 420 - (a - 1 + jitter[a, b, 1]) * cell) * 1.35
            far = np.hypot(dx, dy)
            nearer = far < best
            second = np.where(nearer, best, np.minimum(second, far))
            stone, heat = np.where(nearer, tint[a, b], stone), np.where(nearer, warm[a, b], heat)
            nx, ny = np.where(nearer, dx, nx), np.where(nearer, dy, ny)
            best = np.minimum(best, far)
    gap = np.clip((second - best) / 3.2, 0, 1)
    light = (0.35 + 0.65 * np.sqrt(gap)) * (1 + 0.05 * nx - 0.06 * ny) * (1 + 0.05 * clouds(rng, *y.shape, 3 * SCALE, octaves=2))
    ground = (colour(150, 138, 124) + heat[..., None] * colour(255, 60, -255)) * (stone * light)[..., None]
    foam = np.exp(-(((y - shore + 2) / 2.2) ** 2))[..., None] * 0.7
    picture = blend(picture, ground, np.clip((y - shore) * SCALE, 0, 1)[..., None])
    return blend(picture, colour(240, 244, 240), foam * np.clip(0.6 + 0.5 * noise(rng, *y.shape, 7 * SCALE)[..., None], 0, 1))
