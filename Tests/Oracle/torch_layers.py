"""Prints torch-layers.txt: what PyTorch makes of small batches, forwards and backwards.

    python Tests/Oracle/torch_layers.py > Tests/Oracle/torch-layers.txt

A line is a step | its input's shape | which numbers | the numbers. Recorded with torch 2.13.0+cpu. Samples come from the formulas in `samples`, which the tests know as well.
"""
import torch
import torch.nn.functional as F

SHAPE = (2, 3, 5, 4)


def samples(shape, a, m):
    count = torch.Size(shape).numel()
    return torch.tensor([((i * a) % m) / (m // 2) - 1 for i in range(count)], dtype=torch.float32).reshape(shape)


def norm(x, w, b):
    mean, var = torch.full((3,), 0.25), torch.full((3,), 2.0)
    y = F.batch_norm(x, mean, var, w, b, training=True, momentum=0.1, eps=1e-5)
    norm.running = (mean, var)
    return y


def settled(x, w, b):
    return F.batch_norm(x, torch.full((3,), 0.25), torch.full((3,), 2.0), w, b, training=False, eps=1e-5)


def prelu(x, w):
    return F.prelu(x, w)


CASES = [
    ("softmax", lambda x: F.softmax(x, 1), 0),
    ("batchnorm", norm, 2),
    ("batchnorm freeze", settled, 2),
    ("prelu", prelu, 1),
    ("lrn 5 k=2 alpha=0.3", lambda x: F.local_response_norm(x, 5, 0.3, 0.75, 2), 0),
    ("lrn 4 beta=0.6 alpha=0.5", lambda x: F.local_response_norm(x, 4, 0.5, 0.6, 1), 0),
    ("maxpool 2", lambda x: F.max_pool2d(x, 2), 0),
    ("maxpool 3 stride=2 pad=1", lambda x: F.max_pool2d(x, 3, 2, 1), 0),
    ("maxpool 2 ceil", lambda x: F.max_pool2d(x, 2, ceil_mode=True), 0),
    ("maxpool 2 stride=1 dilate=2", lambda x: F.max_pool2d(x, 2, 1, 0, 2), 0),
    ("avgpool 2", lambda x: F.avg_pool2d(x, 2), 0),
    ("avgpool 3 stride=2 pad=1", lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), 0),
    ("avgpool 3 stride=2 pad=1 count-padding", lambda x: F.avg_pool2d(x, 3, 2, 1), 0),
    ("avgpool 3 stride=2 ceil count-padding pad=1", lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True), 0),
    ("l2pool 2", lambda x: F.lp_pool2d(x, 2, 2), 0),
    ("globalavg", lambda x: F.adaptive_avg_pool2d(x, 1), 0),
    ("upsample 2", lambda x: F.interpolate(x, scale_factor=2, mode="nearest"), 0),
    ("upsample 3x2 bilinear", lambda x: F.interpolate(x, scale_factor=(2, 3), mode="bilinear", align_corners=False), 0),
    ("resize 2x3", lambda x: F.interpolate(x, size=(3, 2), mode="area"), 0),
    ("relu", F.relu, 0),
    ("relu6", lambda x: F.relu6(x), 0),
    ("leaky 0.2", lambda x: F.leaky_relu(x, 0.2), 0),
    ("elu 0.7", lambda x: F.elu(x, 0.7), 0),
    ("gelu", F.gelu, 0),
    ("silu", F.silu, 0),
    ("hardswish", F.hardswish, 0),
    ("sigmoid", torch.sigmoid, 0),
    ("tanh", torch.tanh, 0),
]


def text(values):
    return " ".join(f"{v:.7g}" for v in values.flatten().tolist())


for name, layer, parameters in CASES:
    # What needs many channels or makes many pixels is shown on fewer of the others.
    shape = {"lrn": (1, 6, 2, 2), "upsample": (1, 2, 3, 4), "resize": (1, 2, 6, 6)}.get(name.split()[0], SHAPE)
    x = samples(shape, 37, 101).requires_grad_()
    w = [(samples((shape[1],), 5 + 2 * i, 11) + 1.5 + i).requires_grad_() for i in range(parameters)]
    y = layer(x, *w)
    y.backward(samples(tuple(y.shape), 53, 97))
    parts = [("output", y), ("input", x.grad)] + [(f"parameter {i}", p.grad) for i, p in enumerate(w)]
    if name == "batchnorm":
        parts += [(f"running {i + 2}", running) for i, running in enumerate(norm.running)]
    for part, values in parts:
        print(" | ".join([name, "x".join(map(str, shape)), part, text(values)]))
