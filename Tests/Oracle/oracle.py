"""Runs a kern binary against the float64 interpreter beside it, on thousands of random cases.

    /opt/kern-oracle/bin/python Tests/Oracle/oracle.py .build/release/kern --cases 4000 --seed 1
    … --only pools          one family of cases, as listed in FAMILIES
    … --case 1234           one case again, with both answers printed
    … --extra "--engine reference --threads 3"     words handed to every `kern apply`

A case is made from its number and the seed alone, so a failure can be asked for again. Exit code 1 if anything differed.
"""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).resolve().parent))
import interpreter

NAMED = """identity|box 2|box 3|box 5|gaussian 0.1|gaussian 0.6|gaussian 1.3|gaussian 3|motion 5 30|motion 6.5 100|disk 2.2
sharpen 0.7|high-boost 1.2|sobel-x|sobel-y|prewitt-x|prewitt-y|scharr-x|scharr-y|roberts-x|roberts-y|farid-x|farid-y
gaussian-x 0.9|gaussian-y 1.4|kirsch-direction 3|robinson-direction 6|laplacian|laplacian8|log 0.8|dog 0.7|outline|emboss
emboss 30 0.4|line-horizontal|line-vertical|line-45|line-135|gabor 1 4 20 40 0.8""".replace("\n", "|").split("|")
SMOOTHING = [name for name in NAMED if name.split()[0] in ("identity", "box", "gaussian", "motion", "disk", "sharpen")]
LARGE = """gaussian 12|gaussian 40|gaussian 90|gaussian 200|box 60|box 101|disk 45|motion 151 33|dog 9|log 14|gabor 8 20
gaussian-x 15|gaussian-y 30""".replace("\n", "|").split("|")
PROGRAMS = """sobel
prewitt
scharr
roberts
farid
gaussian-gradient 1.1
kirsch
robinson
binomial 3
binomial 7
unsharp 0.8 1.5
unsharp 1 1 0.1
gaussian 0.7 | sobel | threshold 0.2
hypot { sobel-x } { sobel-y }
add { } { laplacian | scale -0.2 }
mean { } { box 3 } { gaussian 1 }
max { box 3 } { [0 0 1; 0 1 0; 1 0 0]/3 }
min { } { offset 0.1 | scale 0.8 }
multiply { } { invert } | clamp 0.05 0.2
subtract { gaussian 0.5 } { gaussian 1.5 } | abs
concat { sobel-x } { sobel-y } | abs
sobel-x | relu
sobel-y | tanh
outline | sigmoid
repeat 3 { [1 2 1]/4 }""".split("\n")
FAMILIES = {
    "literals": 0.2, "named": 0.1, "large": 0.02, "pools": 0.1, "chains": 0.06, "depth8": 0.05, "depth16": 0.05, "alpha": 0.05,
    "orders": 0.1, "borders": 0.1, "composites": 0.06, "points": 0.05, "leaving": 0.04, "far": 0.02
}
COMPOSITES = """sobel|prewitt|scharr|roberts|farid|kirsch|robinson|gaussian-gradient 0.8|binomial 3|binomial 4|box 4|dog 0.6
log 0.7|gaussian 0.9""".replace("\n", "|").split("|")
POINTS = """channel b,r,0
channel 0 | square
luma
gray | sqrt
offset -0.5 | leaky
offset -0.5 | leaky 0.3
offset -0.5 | elu
offset -0.5 | elu 0.5
offset -0.5 | gelu
offset -0.5 | gamma 2.2
gamma 0.7
offset -0.2 | to-linear
offset -0.2 | from-linear
rescale
rescale -1 2
standardise
globalavg
globalmax
globalmin
globalsum
globall2
softmax
clamp
threshold
subtract { } { globalavg }
multiply { globalmax } { }
add { gray } { }
max { } { luma } { globalmin }
mean { globalavg } { globalmax }
concat { gray } { } { luma }
hypot { gray | sobel-x } { sobel-y }
repeat 0 { sobel }
repeat 2 { offset 0.1 | square }
add { } { } { }
min { gray } { channel 1,0,2 }
repeat 2 { repeat 2 { box 2 } }
subtract { globalmax } { }""".split("\n")
EPSILON = 2.0**-24


class Case:
    """A program, a picture and how it is stored."""

    def __init__(self, number, seed, family=None):
        rng = np.random.default_rng([seed, number])
        drawn = rng.choice(list(FAMILIES), p=list(FAMILIES.values()))
        self.number, self.family = number, family or str(drawn)
        height, width = (int(v) for v in np.minimum(rng.integers(1, 21, 2), rng.integers(1, 41, 2)))
        self.channels = int(rng.integers(1, 5))
        self.picture = rng.random((height, width, self.channels))
        self.suffix, self.top = "npy", None
        getattr(self, self.family)(rng)
        if self.family == "alpha":
            self.channels, self.suffix = 4, "png"
            self.stored = rng.integers(0, self.top + 1, (height, width, 4)).astype(np.uint8 if self.top == 255 else np.uint16)
            self.stored[..., 3] *= rng.random((height, width)) < 0.6
            self.picture = self.stored / self.top
        elif self.family == "leaving":
            self.channels, self.suffix = int(rng.choice([1, 3, 4])), "png"
            self.stored = rng.integers(0, self.top + 1, (height, width, self.channels)).astype(np.uint8 if self.top == 255 else np.uint16)
            if self.channels == 4 and rng.random() < 0.7:
                self.stored[..., 3] = np.maximum(self.stored[..., 3], self.top // 8)
            self.picture = self.stored / self.top
        elif self.top:
            self.channels = int(rng.choice([1, 3]))
            stored = rng.integers(0, self.top + 1, (height, width, self.channels))
            self.suffix = "pgm" if self.channels == 1 else "ppm"
            self.stored = stored.astype(np.uint8 if self.top == 255 else ">u2")
            self.picture = stored / self.top
        else:
            self.stored = self.picture.astype("<f4")
            self.picture = self.stored.astype(float)

    def literals(self, rng):
        width, height = rng.integers(1, 8, 2)
        self.program = literal(rng, width, height) + geometry(rng)
        if rng.random() < 0.3 and (self.program + " ").count("pad=") == (self.program + " ").count("pad=same "):
            self.program += f" anchor={rng.integers(width)},{rng.integers(height)}"

    def named(self, rng):
        self.program = str(rng.choice(NAMED)) + geometry(rng)

    def large(self, rng):
        self.program = str(rng.choice(LARGE))
        if rng.random() < 0.8:
            self.program += " border=" + str(rng.choice(["edge", "zero", "constant:0.3", "symmetric", "reflect", "wrap"]))
        if rng.random() < 0.3:
            self.program += f" stride={rng.integers(1, 4)}"

    def pools(self, rng):
        name = rng.choice(["maxpool", "minpool", "avgpool", "sumpool", "l2pool", "median"])
        width, height = rng.integers(1, 5, 2)
        words = [f"{name} {width}x{height}"]
        if rng.random() < 0.6:
            words.append(f"stride={rng.integers(1, 4)}x{rng.integers(1, 4)}")
        if name == "median":  # peers disagree on what lies outside and on even counts: only whole, odd windows
            words[0] = f"median {width | 1}x{height | 1}"
            words += ["pad=valid"] + ["stride=1"] * (len(words) == 1)
        elif rng.random() < 0.5:
            words.append("pad=" + str(rng.choice(["same", "same-lower", "valid", f"{min(1, height - 1)},0,0,{min(1, width - 1)}"])))
            if name == "avgpool" and rng.random() < 0.4:
                words.append("count-padding")
        self.program = " ".join(words)

    def orders(self, rng):
        """Pools and ranks with all their words: ceil, padding, borders, dilation, even windows."""
        name = str(rng.choice(["maxpool", "minpool", "avgpool", "sumpool", "l2pool", "median", "rank"]))
        width, height = rng.integers(1, 6, 2)
        fraction = f" {rng.choice(['0', '1', '0.5', '0.1', '0.25', '0.29', '0.7', '0.9', '0.333'])}" if name == "rank" else ""
        words = [f"{name}{fraction} {width}x{height}"]
        if rng.random() < 0.6:
            words.append(f"stride={rng.integers(1, 5)}x{rng.integers(1, 5)}")
        if rng.random() < 0.3:
            words.append(f"dilate={rng.integers(1, 4)}x{rng.integers(1, 4)}")
        if rng.random() < 0.6:
            sides = ",".join(str(v) for v in rng.integers(0, 4, 4))
            words.append("pad=" + str(rng.choice(["same", "same-lower", "valid", "full", sides, str(rng.integers(0, 3))])))
        if rng.random() < 0.5:
            words.append("ceil")
        if name == "avgpool" and rng.random() < 0.4:
            words.append("count-padding")
        if rng.random() < 0.4:
            words.append("border=" + str(rng.choice(["edge", "zero", "constant:0.3", "symmetric", "reflect", "wrap"])))
        self.program = " ".join(words)

    def borders(self, rng):
        """Literals with renorm, keep, flip and normalisation."""
        width, height = rng.integers(1, 6, 2)
        self.program = literal(rng, width, height)
        words = []
        if rng.random() < 0.6:
            words.append(str(rng.choice(["border=renorm", "border=keep"])))
            if rng.random() < 0.3:
                words.append(f"dilate={rng.integers(1, 4)}x{rng.integers(1, 4)}")
            if words[0] == "border=renorm" and rng.random() < 0.4:
                words.append(f"stride={rng.integers(1, 4)}x{rng.integers(1, 4)}")
            if rng.random() < 0.2:
                words.append("pad=" + str(rng.choice(["same-lower", "valid", "full", "1,2,0,1"])))
        else:
            words += geometry(rng).split()
        if rng.random() < 0.5:
            words.append("flip")
        if rng.random() < 0.3 and all("pad=" not in word or word == "pad=same" for word in words):
            words.append(f"anchor={rng.integers(width)},{rng.integers(height)}")
        if rng.random() < 0.4:
            words.append(str(rng.choice(["sum=1", "sum=0", "abs=1"])))
        self.program += "".join(" " + word for word in words)

    def composites(self, rng):
        """Geometry said of a kernel file goes to its windows."""
        self.program = str(rng.choice(COMPOSITES)) + geometry(rng)

    def points(self, rng):
        self.channels = 3
        self.picture = rng.random((*self.picture.shape[:2], 3))
        self.program = str(rng.choice(POINTS))

    def far(self, rng):
        """Windows, padding and dilation far larger than the picture."""
        self.program = literal(rng, *rng.integers(1, 4, 2))
        self.program += " border=" + str(rng.choice(["edge", "zero", "constant:0.3", "symmetric", "reflect", "wrap"]))
        self.program += f" dilate={rng.integers(1, 200)}x{rng.integers(1, 200)}" if rng.random() < 0.5 else " pad=" + ",".join(str(v) for v in rng.integers(0, 150, 4))
        if rng.random() < 0.5:
            self.program += f" stride={rng.integers(1, 60)}x{rng.integers(1, 60)}"

    def leaving(self, rng):
        """Pictures of integers, with and without alpha, under the rules for range, light and alpha."""
        self.program = str(rng.choice(["sobel-x", "laplacian", "box 3", "gaussian 1", "sharpen", "emboss", "[1 -2 3; -1 0.5 0]", "[1 2; 3 4]/10 stride=2", "[-1 2] flip pad=valid", "abs", "high-boost 1.3", "sumpool 2 ceil", "[-1 1; 1 -1] stride=2x1 dilate=2",
                                       "add { } { laplacian | scale -1 }", "maxpool 2", "outline | scale 0.5 | offset 0.2", "unsharp"]))
        self.top = int(rng.choice([255, 65535]))
        self.alpha = str(rng.choice(["weight", "keep", "channel"]))
        self.range = str(rng.choice(["auto", "clip", "abs", "offset", "rescale"]))
        self.is_linear = bool(rng.random() < 0.4)

    def chains(self, rng):
        self.program = str(rng.choice(PROGRAMS))
        if rng.random() < 0.3:
            self.program = literal(rng, *rng.integers(1, 4, 2)) + " | " + self.program

    def depth8(self, rng, top=255):
        self.top = top
        if rng.random() < 0.5:
            self.program = str(rng.choice(SMOOTHING))
        else:
            width, height = rng.integers(1, 6, 2)
            weights = rng.integers(0, 9, (height, width)) + 1
            self.program = written(weights.astype(str)) + f"/{weights.sum()}" + geometry(rng)

    def depth16(self, rng):
        self.depth8(rng, 65535)

    def alpha(self, rng):
        """A PNG with alpha under a smoothing kernel: colour is weighted by alpha, and must not leak out of what is clear."""
        self.program = str(rng.choice([name for name in SMOOTHING if name.split()[0] != "sharpen"]))
        self.top = int(rng.choice([255, 65535]))

    def left(self):
        """What `leaving` expects, by docs/architecture.md: light, alpha, range, light again."""
        steps, signed = interpreter.read(self.program), self.program.split()[0] in ("sobel-x", "laplacian", "[-1", "outline") and "flip" not in self.program
        has_alpha = self.channels == 4 and self.alpha != "channel"
        colour, alpha = (self.picture[..., :3], self.picture[..., 3:]) if has_alpha else (self.picture, None)
        if self.is_linear:
            colour = interpreter.POINTS["to-linear"](colour)
        for head, arguments in steps:
            colour, alpha = self.through([(head, arguments)], colour, alpha, signed)
        # Behind an offset zero is no longer where nothing changes.
        rule = ("abs" if signed and "offset" not in self.program else "clip") if self.range == "auto" else self.range
        colour = {"abs": np.abs, "offset": lambda v: v / 2 + 0.5, "rescale": interpreter.POINTS["rescale"], "clip": lambda v: v}[rule](colour)
        if self.is_linear:
            colour = interpreter.POINTS["from-linear"](colour)
        return colour if alpha is None else np.concatenate([colour, alpha], -1)

    def through(self, steps, colour, alpha, signed):
        head, arguments = steps[0]
        if alpha is None or head in interpreter.POINTS:
            return interpreter.run(steps, colour), alpha
        if head in interpreter.COMBINERS:
            many = [self.all_through(block, colour, alpha) for block in arguments]
            return interpreter.COMBINERS[head]([one for one, _ in many]), many[0][1]
        if head == "unsharp":
            inner = interpreter.read("add { } { subtract { } { gaussian 1 } | multiply { } { abs | threshold 0 } | scale 1 }")
            return self.all_through(inner, colour, alpha)
        if head == "outline" or head == "laplacian":
            signed = True
        probe = interpreter.run(steps, np.ones((40, 40, 1)))[5, 5, 0]
        if head == "sumpool" and self.alpha != "keep":
            return self.uncovered(steps, colour, alpha, interpreter.run([("avgpool", arguments)], alpha))
        if self.alpha == "keep" or signed:
            cover = sampled(steps, alpha)
        else:
            cover = interpreter.run(steps, alpha) / probe
        if self.alpha == "keep":
            return interpreter.run(steps, colour), cover
        return self.uncovered(steps, colour, alpha, cover)

    def uncovered(self, steps, colour, alpha, cover):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(cover > 0, interpreter.run(steps, colour * alpha) / cover, 0), cover

    def all_through(self, steps, colour, alpha):
        for step in steps:
            colour, alpha = self.through([step], colour, alpha, False)
        return colour, alpha

    def expected(self):
        if self.family == "leaving":
            return self.left()
        if self.family == "alpha":
            steps, alpha = interpreter.read(self.program), self.picture[..., 3:]
            cover = interpreter.run(steps, alpha)
            colour = interpreter.run(steps, self.picture[..., :3] * alpha)
            return np.concatenate([np.where(cover > 0, colour / np.maximum(cover, 1e-300), np.nan), cover], -1)
        return interpreter.run(interpreter.read(self.program), self.picture)

    def tolerance(self, expected):
        """What float32 may lose: a rounding for each product and sum of the longest step, on the largest value seen."""
        weight = interpreter.run(interpreter.read(magnitude(self.program)), np.ones((1, 1, 1))) if self.family == "literals" else 40
        taps = 64 if self.family in ("literals", "pools") else 400
        return EPSILON * taps * max(1.0, float(np.max(np.abs(weight))), float(np.nanmax(np.abs(expected), initial=0)))


def sampled(steps, alpha):
    """Alpha under the anchor of each output."""
    head, arguments = steps[0]
    words = " ".join(arguments)
    if head.startswith("["):
        matrix = interpreter.literal(head, {})
    elif head in interpreter.POOLS:
        width, height = interpreter.pair(arguments[0], {})
        matrix, words = np.ones((height, width)), words.partition(" ")[2].replace("ceil", "") + f" stride={width}x{height} pad=valid"
        if "ceil" in " ".join(arguments):
            grown = -(-alpha.shape[0] // height), -(-alpha.shape[1] // width)
            return alpha[::height, ::width][: grown[0], : grown[1]]
    else:
        return alpha
    height, width = matrix.shape
    delta = np.zeros((height, width))
    delta[(height - 1) // 2, (width - 1) // 2] = 1
    return interpreter.run(interpreter.read(written(delta.astype(str)) + " " + words), alpha)


def written(rows):
    return "[" + "; ".join(" ".join(row) for row in rows) + "]"


def magnitude(program):
    """The literal's weights made positive: what the largest possible sum of products is."""
    inside, _, rest = program[1:].partition("]")
    divisor = rest.split(" ")[0] if rest.startswith("/") else ""
    return "[" + inside.replace("-", "") + "]" + divisor + " border=edge"


def literal(rng, width, height):
    kind = rng.integers(3)
    if kind == 0:
        rows = rng.integers(-4, 5, (height, width)).astype(str)
    elif kind == 1:
        rows = np.round(rng.standard_normal((height, width)), 3).astype(str)
    else:  # rank one, so that separable methods are met
        rows = np.outer(rng.integers(1, 5, height), rng.integers(-3, 4, width)).astype(str)
    if kind != 2 and rng.random() < 0.4:
        holes = rng.random((height, width)) < 0.3
        holes[rng.integers(height), rng.integers(width)] = False
        rows = np.where(holes, ".", rows)
    return written(rows) + (f"/{rng.integers(2, 9)}" if rng.random() < 0.3 else "")


def geometry(rng):
    words = []
    if rng.random() < 0.8:
        border = rng.choice(["edge", "zero", "constant:0.3", "symmetric", "reflect", "wrap"])
        words.append(f"border={border}")
    if rng.random() < 0.4:
        words.append(f"stride={rng.integers(1, 4)}x{rng.integers(1, 4)}")
    if rng.random() < 0.4:
        words.append(f"dilate={rng.integers(1, 4)}x{rng.integers(1, 4)}")
    if rng.random() < 0.5:
        sides = ",".join(str(v) for v in rng.integers(0, 4, 4))
        words.append("pad=" + str(rng.choice(["same", "same-lower", "valid", "full", sides])))
    return "".join(" " + word for word in words)


def save(path, stored):
    if path.suffix == ".npy":
        np.save(path, stored[..., 0] if stored.shape[2] == 1 else stored)
        return
    if path.suffix == ".png":
        cv2.imwrite(str(path), stored[..., [2, 1, 0, 3][: stored.shape[2]] if stored.shape[2] != 1 else [0]])
        return
    kind = b"P5" if stored.shape[2] == 1 else b"P6"
    top = 255 if stored.dtype == np.uint8 else 65535
    path.write_bytes(kind + b"\n%d %d\n%d\n" % (stored.shape[1], stored.shape[0], top) + stored.tobytes())


def load(path):
    if path.suffix == ".npy":
        array = np.load(path)
        return array[..., None] if array.ndim == 2 else array
    if path.suffix == ".png":
        samples = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        top = 255 if samples.dtype == np.uint8 else 65535
        return samples[..., [2, 1, 0, 3][: samples.shape[2]]] if samples.ndim == 3 else samples[..., None], top
    kind, width, height, top, body = header(path.read_bytes())
    samples = np.frombuffer(body, np.uint8 if top < 256 else ">u2")
    return samples.reshape(height, width, 1 if kind == b"P5" else 3), top


def header(data):
    """Magic, width, height, maximum, and what follows the single white space behind them."""
    words, place = [], 0
    while len(words) < 4:
        end = place
        while data[end : end + 1].strip():
            end += 1
        words += [data[place:end]] * (end > place)
        place = end + 1
    return words[0], int(words[1]), int(words[2]), int(words[3]), data[place:]


def check(case, options, folder):
    """None if kern agrees, else a sentence. Where no window fits, kern must refuse with 2."""
    source, target = folder / f"{case.number}.{case.suffix}", folder / f"{case.number}-out.{case.suffix}"
    save(source, case.stored)
    command = [options.kern, "apply", case.program, str(source), "-o", str(target), *shlex.split(options.extra)]
    if case.family == "leaving":
        command += ["--alpha", case.alpha, "--range", case.range] + ["--linear"] * case.is_linear
    else:
        command += ["--alpha", "channel"] if case.suffix == "npy" else ["--range", "clip"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    try:
        expected = case.expected()
    except ValueError:
        expected = None
    try:
        found = difference(case, options, ran, target, expected)
        if found and case.top == 255:
            # 8 bits may be off by what `--explain` states, before they are rounded.
            told = subprocess.run(command + ["--force", "--explain"], capture_output=True, text=True, timeout=60)
            bound = sum(map(float, re.findall(r"off by at most ([0-9.]+) of a level", told.stdout + told.stderr)))
            assert bound <= 0.01, f"{case.program} states an error of {bound} levels"
            if bound:
                found = difference(case, options, ran, target, expected, bound)
        return found
    finally:
        if not options.keep:
            source.unlink()
            target.unlink(missing_ok=True)


def difference(case, options, ran, target, expected, bound=0):
    if expected is None:
        return None if ran.returncode in (1, 2) and ran.stderr else f"should be refused, but exit code {ran.returncode}"
    if ran.returncode != 0:
        return f"exit code {ran.returncode}: {ran.stderr.strip()[:300]}"
    if case.top:
        found, top = load(target)
        if top != case.top:
            return f"came back with maximum {top}"
        exact = np.clip(expected, 0, 1) * case.top
        # A value within float error of a half may go either way.
        slack = EPSILON * 64 * case.top + bound
        wrong = np.abs(found - exact) > 0.5 + slack if found.shape == exact.shape else None
        if case.family == "alpha" and wrong is not None:  # a colour divided by next to nothing is known less well
            cover = expected[..., 3:]
            wrong = np.abs(found - exact) > 0.5 + slack / np.maximum(cover, 1e-6)
        if case.family == "leaving" and wrong is not None:  # the roots of sRGB, and quotients, magnify what floats lose
            loose = 40 if case.is_linear else 1
            wrong = np.abs(found - exact) > 0.5 + slack * 4 * loose
    else:
        found, exact = load(target), expected
        wrong = ~((np.abs(found - exact) <= case.tolerance(expected)) | np.isnan(exact)) if found.shape == exact.shape else None
    if wrong is not None and "threshold" in case.program:  # a sum right at the threshold may fall on either side
        wrong &= wrong.mean() > 0.02
    if options.case is not None:
        print("expected\n", exact, "\nfound\n", found)
    if wrong is None:
        return f"is {found.shape}, should be {exact.shape} (height, width, channels)"
    if wrong.any():
        place = tuple(int(v) for v in np.argwhere(wrong)[0])
        return f"at row, column, channel {place}: {found[place]!r}, should be {exact[place]!r}; {wrong.sum()} of {wrong.size} differ"
    return None


def check_myself():
    """The interpreter's windows against SciPy, so that the judge has been judged."""
    modes = {"edge": "nearest", "zero": "constant", "symmetric": "reflect", "reflect": "mirror", "wrap": "wrap"}
    rng = np.random.default_rng(0)
    for border, mode in modes.items():
        for _ in range(60):
            picture, kernel = rng.random(rng.integers(1, 9, 2)), rng.standard_normal(rng.integers(1, 7, 2))
            stride = rng.integers(1, 4)
            program = written(kernel.astype(str)) + f" border={border} stride={stride}"
            found = interpreter.run(interpreter.read(program), picture[..., None])[..., 0]
            origin = [(k - 1) // 2 - k // 2 for k in kernel.shape]  # SciPy's centre is k/2
            expected = ndimage.correlate(picture, kernel, mode=mode, origin=origin)[::stride, ::stride]
            assert np.allclose(found, expected), (border, picture.shape, kernel.shape)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kern")
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=FAMILIES)
    parser.add_argument("--case", type=int)
    parser.add_argument("--extra", default="")
    parser.add_argument("--show", type=int, default=10, help="how many failures to print")
    parser.add_argument("--keep", action="store_true", help="leave the pictures of the cases in the folder that is printed")
    options = parser.parse_args()
    check_myself()
    numbers = range(options.cases) if options.case is None else [options.case]
    options.keep |= options.case is not None
    folder = Path(tempfile.mkdtemp(prefix="kern-oracle-"))
    cases = (Case(n, options.seed, options.only) for n in numbers)
    failed = {}
    total = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, complaint in pool.map(lambda c: (c, check(c, options, folder)), cases):
            total[case.family] = total.get(case.family, 0) + 1
            if complaint is None:
                continue
            failed[case.family] = failed.get(case.family, 0) + 1
            if sum(failed.values()) <= options.show:
                size = "x".join(str(v) for v in case.picture.shape[1::-1])
                again = f"--seed {options.seed} --case {case.number}" + (f" --only {options.only}" if options.only else "")
                print(f"{case.family}: kern apply {shlex.quote(case.program)} on {size}, {case.picture.shape[2]} channels, {case.suffix}")
                print(f"    {complaint}\n    again: {sys.argv[0]} {options.kern} {again}")
    print(", ".join(f"{family} {count - failed.get(family, 0)}/{count}" for family, count in sorted(total.items())))
    if options.keep:
        print("pictures are in", folder)
    else:
        folder.rmdir()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
