"""A second, independent kern: reads a program and runs it in float64, slowly and plainly.

It knows the steps that have one exact meaning (windows, pools, combiners, point steps, the kernels of the catalogue) and
was written from the documentation, not from the Swift sources. Pictures are arrays of height × width × channels.
"""
import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np

CATALOGUE = Path(__file__).resolve().parents[2] / "kernels"
BORDERS = ("edge", "zero", "constant", "symmetric", "reflect", "wrap", "renorm", "keep")
COMBINERS = {
    "add": lambda many: sum(many),
    "subtract": lambda many: many[0] - sum(many[1:]),
    "multiply": lambda many: math.prod(many),
    "mean": lambda many: sum(many) / len(many),
    "max": lambda many: np.maximum.reduce(many),
    "min": lambda many: np.minimum.reduce(many),
    "hypot": lambda many: np.sqrt(sum(one**2 for one in many)),
    "angle": lambda many: np.mod(np.arctan2(many[1], many[0]) / (2 * math.pi), 1),
    "concat": lambda many: np.concatenate(many, -1),
}
POINTS = {
    "abs": lambda v: np.abs(v),
    "invert": lambda v: 1 - v,
    "scale": lambda v, by: v * by,
    "offset": lambda v, by: v + by,
    "threshold": lambda v, at=0.5: (v >= at).astype(float),
    "clamp": lambda v, low=0.0, high=1.0: np.clip(v, low, high),
    "relu": lambda v: np.maximum(v, 0),
    "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "leaky": lambda v, slope=0.01: np.where(v > 0, v, slope * v),
    "elu": lambda v, alpha=1.0: np.where(v > 0, v, alpha * np.expm1(np.minimum(v, 0))),
    "gelu": lambda v: v * 0.5 * (1 + np.vectorize(math.erf)(v / math.sqrt(2))),
    "square": lambda v: v * v,
    "sqrt": lambda v: np.sqrt(np.maximum(v, 0)),
    "gamma": lambda v, by: np.sign(v) * np.abs(v) ** (1 / by),
    "to-linear": lambda v: np.sign(v) * np.where(abs(v) <= 0.04045, abs(v) / 12.92, ((abs(v) + 0.055) / 1.055) ** 2.4),
    "from-linear": lambda v: np.sign(v) * np.where(abs(v) <= 0.0031308, abs(v) * 12.92, 1.055 * abs(v) ** (1 / 2.4) - 0.055),
    "standardise": lambda v: (v - v.mean()) / v.std() if v.max() > v.min() else v * 0,
    "globalavg": lambda v: v.mean((0, 1), keepdims=True),
    "globalmax": lambda v: v.max((0, 1), keepdims=True),
    "globalmin": lambda v: v.min((0, 1), keepdims=True),
    "globalsum": lambda v: v.sum((0, 1), keepdims=True),
    "globall2": lambda v: np.sqrt((v**2).sum((0, 1), keepdims=True)),
    "luma": lambda v: (v[..., :3] @ [0.2126, 0.7152, 0.0722])[..., None] if v.shape[-1] >= 3 else v[..., :1],
    "softmax": lambda v: np.exp(v) / np.exp(v).sum(-1, keepdims=True),
    "tanh": lambda v: np.tanh(v),
    "rescale": lambda v, low=0.0, high=1.0: low + (v - v.min()) * (high - low) / (v.max() - v.min())
    if v.max() - v.min() > 1e-12 else np.full_like(v, (low + high) / 2),
    "gray": lambda v: (v[..., :3] @ [0.299, 0.587, 0.114])[..., None] if v.shape[-1] >= 3 else v[..., :1],
}
FLAGS = ("flip", "ceil", "count-padding")
POOLS = {
    "maxpool": lambda v: v.max(0),
    "minpool": lambda v: v.min(0),
    "avgpool": lambda v: v.mean(0),
    "sumpool": lambda v: v.sum(0),
    "l2pool": lambda v: np.sqrt((v**2).sum(0)),
    "median": lambda v: np.median(v, 0),
}
FUNCTIONS = {
    "min": lambda *v: np.minimum.reduce(np.broadcast_arrays(*v)),
    "max": lambda *v: np.maximum.reduce(np.broadcast_arrays(*v)),
    "round": lambda v: np.sign(v) * np.floor(np.abs(v) + 0.5),
    "choose": np.vectorize(lambda n, k: float(math.comb(int(n), int(k))) if 0 <= k <= n else 0.0),
    "atan2": np.arctan2,
    "pi": math.pi,
} | {name: getattr(np, name) for name in ("abs", "sqrt", "exp", "log", "sin", "cos", "tan", "floor", "ceil")}


def formula(text, values):
    """A formula's value. Python's own grammar does, once comparisons are numbers and ^ is a power."""
    text = re.sub(r"#[^\n]*", "", text).replace("\n", " ").replace("^", "**")
    text = re.sub(r"\(((?:[^()]|\([^()]*\))*?)(>|<|==)([^()<>=]*)\)", r"(1.0*((\1)\2(\3)))", text)
    return eval("(" + text + ")", {"__builtins__": {}}, FUNCTIONS | values)


def pair(text, values, mark="x"):
    """WIDTHxHEIGHT, or one number for both; a formula has spaces around nothing, so an x between digits is the mark."""
    both = re.fullmatch(rf"(-?\d+){mark}(-?\d+)", text)
    if both:
        return int(both[1]), int(both[2])
    one = int(round(float(formula(text, values))))
    return one, one


def tokens_of(text):
    """Words, whole matrices, braces, bars and line ends; inside parentheses spaces belong to the word."""
    tokens, word, depth = [], "", 0
    for letter in re.sub(r"#[^\n]*", "", text) + " ":
        inside = depth > 0
        depth += (letter in "([") - (letter in ")]")
        if inside or letter not in " \t\n|{}":
            word += letter
            continue
        tokens += [word] * bool(word) + [letter] * (letter in "\n|{}")
        word = ""
    return tokens


def read(text):
    """Steps as (head, arguments), arguments being words, or lists of steps for blocks."""
    steps, rest = read_steps(tokens_of(text))
    assert not rest, rest
    return steps


def read_steps(tokens):
    steps = []
    while tokens and tokens[0] != "}":
        token, tokens = tokens[0], tokens[1:]
        if token in "|\n":
            continue
        arguments = []
        while tokens:
            if tokens[0] == "\n" and len(tokens) > 1 and tokens[1] == "{":
                tokens = tokens[1:]
            if tokens[0] in ("|", "\n", "}"):
                break
            if tokens[0] == "{":
                block, tokens = read_steps(tokens[1:])
                arguments.append(block)
            else:
                arguments.append(tokens[0])
            tokens = tokens[1:]
        steps.append((token, arguments))
    return steps, tokens


def run(steps, picture, values=None, handed=None):
    """`handed`: geometry words given to a kernel file, for the windows in it that do not say it themselves."""
    values, handed = values or {}, handed or {}
    for head, arguments in steps:
        picture = run_step(head, arguments, picture, values, handed)
    return picture


def run_step(head, arguments, picture, values, handed):
    blocks = [a for a in arguments if isinstance(a, list)]
    words = [a for a in arguments if isinstance(a, str)]
    if head in COMBINERS:
        many = [run(block, picture, values, handed) for block in blocks]
        return COMBINERS[head](many if head in ("angle", "concat") else np.broadcast_arrays(*many))
    if head == "repeat":
        for _ in range(int(formula(words[0], values))):
            picture = run(blocks[0], picture, values, handed)
        return picture
    if head == "channel":
        return picture[..., [{"r": 0, "g": 1, "b": 2}.get(name) if name in "rgb" else int(name) for name in words[0].split(",")]]
    if head in POINTS:
        return POINTS[head](picture, *(float(formula(w, values)) for w in words))
    keyed = handed | dict(w.split("=", 1) for w in words if re.match(r"[a-z-]+=", w)) | {w: w for w in words if w in FLAGS}
    plain = [w for w in words if not re.match(r"[a-z-]+=", w) and w not in FLAGS]
    if head in POOLS or head == "rank":
        return pool(picture, head, pair(plain[-1], values), keyed, values, plain[0])
    if head.startswith("["):
        return window(picture, literal(head, values), keyed, values)
    text = next(CATALOGUE.rglob(head + ".kern")).read_text()
    names, defaults, body = parameters(text)
    inner = {}
    for position, (name, default) in enumerate(zip(names, defaults)):
        given = plain[position] if position < len(plain) else keyed.pop(name, None)
        inner[name] = float(formula(default, inner) if given is None else formula(given, values))
    matrix = matrix_of(body, inner)
    return window(picture, matrix, keyed, values) if matrix is not None else run(read(body), picture, inner, keyed)


def parameters(text):
    found = re.findall(r"^param (\w+) *(?:> *[-.\d]+ *)?= *([^#\n]+?) *(?:#.*)?$", text, re.M)
    body = "\n".join(line for line in text.split("\n") if not line.startswith(("param ", "#")))
    return [f[0] for f in found], [f[1] for f in found], body.strip()


def matrix_of(body, values):
    """The kernel a catalogue file describes, or None if it is a program of several steps."""
    if re.fullmatch(r"\[[^\]]*\](/\S+)?", body):
        return literal(body, values)
    kernel = re.fullmatch(r"kernel ([^{]*)\{(.*)\}", body, re.S)
    if not kernel:
        return None
    keyed = dict(w.split("=", 1) for w in tokens_of(kernel[1]) if "=" in w)
    if "radius" in keyed:
        width = height = 2 * int(formula(keyed["radius"], values)) + 1
    else:
        width, height = pair(keyed["size"], values)
    x = np.arange(width) - (width - 1) // 2 + np.zeros((height, 1))
    y = np.arange(height)[:, None] - (height - 1) // 2 + np.zeros((1, width))
    there = {"x": x, "y": y, "r": np.hypot(x, y), "theta": np.arctan2(y, x), "w": width, "h": height}
    matrix = formula(kernel[2], values | there) + np.zeros((height, width))
    if keyed.get("sum") == "1":
        return matrix / matrix.sum()
    if keyed.get("sum") == "0":
        return matrix - matrix.mean()
    return matrix / np.abs(matrix).sum() if keyed.get("abs") == "1" else matrix


def literal(text, values):
    inside, _, divisor = text[1:].partition("]")
    rows = [row.replace(",", " ").split() for row in re.split(r"[;\n]", inside) if row.strip()]
    matrix = np.array([[math.nan if v == "." else float(formula(v, values)) for v in row] for row in rows])
    return matrix / float(divisor[1:]) if divisor else matrix


def placed(size, border, before, after):
    """Which pixel each position of a padded line shows; -1 is none."""
    i = np.arange(-before, size + after)
    if border == "edge":
        return np.clip(i, 0, size - 1)
    if border == "wrap":
        return i % size
    if border == "symmetric":
        i = i % (2 * size)
        return np.where(i < size, i, 2 * size - 1 - i)
    if border == "reflect":
        period = max(1, 2 * (size - 1))
        i = i % period
        return np.where(i < size, i, period - i)
    return np.where((i >= 0) & (i < size), i, -1)


def geometry(keyed, values, kernel, default_stride, default_pad):
    """Stride and dilation as (x, y), padding as (top, right, bottom, left)."""
    width, height = kernel
    stride = pair(keyed["stride"], values) if "stride" in keyed else default_stride
    dilate = pair(keyed.get("dilate", "1"), values)
    pad = keyed.get("pad", default_pad)
    reach_x, reach_y = dilate[0] * (width - 1), dilate[1] * (height - 1)
    if pad == "valid":
        return stride, dilate, (0, 0, 0, 0)
    if pad == "full":
        return stride, dilate, (reach_y, reach_x, reach_y, reach_x)
    if pad in ("same", "same-lower"):
        middle = (width // 2, height // 2) if pad == "same-lower" else ((width - 1) // 2, (height - 1) // 2)
        anchor = tuple(int(v) for v in keyed["anchor"].split(",")) if "anchor" in keyed else middle
        if "flip" in keyed:
            anchor = width - 1 - anchor[0], height - 1 - anchor[1]
        left, top = anchor[0] * dilate[0], anchor[1] * dilate[1]
        return stride, dilate, (top, reach_x - left, reach_y - top, left)
    sides = tuple(int(v) for v in pad.split(","))
    return stride, dilate, sides * 4 if len(sides) == 1 else sides


def taps(picture, kernel, stride, dilate, pads, border, outside):
    """Yields (row, column of the kernel, what it sees at every output position); outside the picture `outside` is seen."""
    (width, height), (top, right, bottom, left) = kernel, pads
    rows = placed(picture.shape[0], border, top, bottom)
    columns = placed(picture.shape[1], border, left, right)
    padded = picture[np.maximum(rows, 0)][:, np.maximum(columns, 0)].astype(float)
    padded[rows < 0] = outside
    padded[:, columns < 0] = outside
    high = (len(rows) - dilate[1] * (height - 1) - 1) // stride[1] + 1
    wide = (len(columns) - dilate[0] * (width - 1) - 1) // stride[0] + 1
    if len(rows) <= dilate[1] * (height - 1) or len(columns) <= dilate[0] * (width - 1):
        raise ValueError("the window does not fit")
    for j in range(height):
        for i in range(width):
            y, x = j * dilate[1], i * dilate[0]
            yield j, i, padded[y : y + (high - 1) * stride[1] + 1 : stride[1], x : x + (wide - 1) * stride[0] + 1 : stride[0]]


def window(picture, matrix, keyed, values):
    kernel = matrix.shape[::-1]
    stride, dilate, pads = geometry(keyed, values, kernel, (1, 1), "same")
    border, _, constant = keyed.get("border", "edge").partition(":")
    assert border in BORDERS, border
    outside = float(constant) if constant else 0.0
    holes = np.isnan(matrix)
    matrix = np.where(holes, 0, matrix)
    total, size = matrix.sum(), np.abs(matrix).sum()
    cancels = abs(total) <= 1e-6 * size
    if keyed.get("sum") == "1":
        if cancels:
            raise ValueError("the weights sum to zero")
        matrix = matrix / total
    elif keyed.get("sum") == "0":
        matrix = np.where(holes, 0, matrix - total / (~holes).sum())
    elif keyed.get("abs") == "1":
        if size == 0:
            raise ValueError("there are no weights")
        matrix = matrix / size
    if "flip" in keyed:
        matrix = matrix[::-1, ::-1]
    if border in ("renorm", "keep"):
        return open_window(picture, matrix, stride, dilate, pads, border)
    if matrix.size > 1000:
        return large_window(picture, matrix, stride, dilate, pads, border, outside)
    seen = taps(picture, kernel, stride, dilate, pads, border, outside)
    return sum(matrix[j, i] * values for j, i, values in seen)


def open_window(picture, matrix, stride, dilate, pads, border):
    """Borders that have no pixels outside: the weights inside make up for the others, or the pixel stays."""
    total = matrix.sum()
    if border == "renorm" and abs(total) <= 1e-6 * np.abs(matrix).sum():
        raise ValueError("the weights sum to zero")
    seen = list(taps(picture, matrix.shape[::-1], stride, dilate, pads, "zero", np.nan))
    inside = sum(matrix[j, i] * ~np.isnan(values) for j, i, values in seen)
    result = sum(matrix[j, i] * np.nan_to_num(values) for j, i, values in seen)
    if border == "renorm":
        with np.errstate(divide="ignore", invalid="ignore"):
            # Weights inside that all but cancel out say nothing.
            return np.where(np.abs(inside) > 1e-2 * abs(total), result * total / inside, np.nan)
    if result.shape != picture.shape:
        raise ValueError("there is no own pixel to keep")
    leaves = sum(np.isnan(values) for _, _, values in seen) > 0
    return np.where(leaves, picture, result)


def large_window(picture, matrix, stride, dilate, pads, border, outside):
    """The same sums in another order: first the weights that fall on one source row are added up, then those on one
    source column, so that a kernel far larger than the picture costs little."""
    top, right, bottom, left = pads
    rows = placed(picture.shape[0], border, top, bottom)
    rows = gathering(rows, picture.shape[0], matrix.shape[0], stride[1], dilate[1])
    columns = placed(picture.shape[1], border, left, right)
    columns = list(gathering(columns, picture.shape[1], matrix.shape[1], stride[0], dilate[0]))
    known = np.pad(picture.astype(float), ((0, 1), (0, 1), (0, 0)), constant_values=outside)
    answer = []
    for row in rows:
        folded = row @ matrix
        answer.append([np.tensordot(folded @ column.T, known, ((0, 1), (0, 1))) for column in columns])
    return np.array(answer)


def gathering(shown, size, taps, stride, dilate):
    """For every output position a matrix of source position × tap; what lies outside is the last source position."""
    count = (len(shown) - dilate * (taps - 1) - 1) // stride + 1
    if len(shown) <= dilate * (taps - 1):
        raise ValueError("the window does not fit")
    for i in range(count):
        there = shown[i * stride : i * stride + dilate * (taps - 1) + 1 : dilate]
        yield (np.arange(size + 1)[:, None] == np.where(there < 0, size, there)[None, :]).astype(float)


def pool(picture, name, kernel, keyed, values, first):
    """Positions outside the picture are left out of the window unless `border=` says what they are; with `count-padding`
    averages count the padding, but not what ceil mode reaches behind it."""
    is_filter = name in ("median", "rank")
    stride, dilate, pads = geometry(keyed, values, kernel, (1, 1) if is_filter else kernel, "same" if is_filter else "valid")
    border, _, constant = keyed.get("border", "zero").partition(":")
    top, right, bottom, left = pads
    sizes = [length(n, before + after, d * (k - 1) + 1, s, before, "ceil" in keyed) for n, before, after, d, k, s in
             zip(picture.shape, (top, left), (bottom, right), dilate[::-1], kernel[::-1], stride[::-1])]
    behind = [max(0, (count - 1) * s + d * (k - 1) + 1 - n - before - after) for count, s, d, k, n, before, after in
              zip(sizes, stride[::-1], dilate[::-1], kernel[::-1], picture.shape, (top, left), (bottom, right))]
    wider = (top, right + behind[1], bottom + behind[0], left)
    outside = float(constant or 0) if "border" in keyed else np.nan
    stack = np.array([v for _, _, v in taps(picture, kernel, stride, dilate, wider, border, outside)])
    flat = stack.reshape(len(stack), -1).T
    if name == "avgpool" and "count-padding" in keyed and "border" not in keyed:
        there = np.ones((picture.shape[0] + top + bottom, picture.shape[1] + left + right, picture.shape[2]))
        inside = np.array([v for _, _, v in taps(there, kernel, stride, dilate, (0, behind[1], behind[0], 0), "zero", 0.0)])
        return np.nansum(stack, 0) / inside.sum(0)
    seen = [v[~np.isnan(v)] for v in flat]
    if any(len(v) == 0 for v in seen):
        raise ValueError("a window sees nothing")
    reduce = POOLS.get(name) or (lambda v: ranked(v, Fraction(first)))
    return np.array([reduce(v) for v in seen]).reshape(stack.shape[1:])


def ranked(values, fraction):
    values = np.sort(values)
    if fraction == Fraction(1, 2):
        return np.median(values)
    return values[math.floor(fraction * (len(values) - 1))]


def length(n, padding, span, stride, before, rounds_up):
    """PyTorch's rule: in ceil mode a last window may begin in the picture or the padding before it, not behind."""
    room = n + padding - span
    if room < 0:
        raise ValueError("the window does not fit")
    count = room // stride + 1
    if rounds_up and room % stride and count * stride < n + before:
        count += 1
    return count
