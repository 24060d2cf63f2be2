#!/usr/bin/env python3
"""Does PyTorch's safetensors package read what kern writes, and what does it write for kern to read?

    python tensors.py          # a Python with safetensors and numpy: pip install safetensors numpy

Opens Tests/TensorsTests/Fixtures/kern.safetensors, which the tests of Tensors compare with what kern writes now, and
writes python.safetensors beside it, which they read.
"""
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

FIXTURES = Path(__file__).resolve().parent.parent / "TensorsTests" / "Fixtures"

tensors = load_file(FIXTURES / "kern.safetensors")
expected = {
    "conv1.weight": np.array([0.5, -0.25, 1e-42, 3, -0.0, np.inf], np.float32).reshape(2, 1, 1, 3),
    "conv1.bias \"é\"": np.array([1, 2], np.float32),
    "none": np.zeros((0, 4), np.float32),
    "scalar": np.array(7, np.float32),
}
assert list(sorted(tensors)) == list(sorted(expected)), tensors.keys()
for name, values in expected.items():
    assert tensors[name].dtype == np.float32 and tensors[name].shape == values.shape, name
    assert tensors[name].tobytes() == values.tobytes(), name
with safe_open(FIXTURES / "kern.safetensors", "numpy") as opened:
    assert opened.metadata() == {"program": "conv 2 1x3 | relu\n# \"é\" \t", "classes": '["a","b"]'}, opened.metadata()

save_file(
    {
        "single": np.array([[1, -0.5], [0.1, 3e38]], np.float32),
        "half": np.array([1, -2**-24, 65504], np.float16),
        "double": np.array([0.1, -1e-300]),
        "num_batches_tracked": np.array(1200, np.int64),
        "bytes": np.arange(4, dtype=np.uint8),
        "flags": np.array([True, False]),
        "none": np.zeros((2, 0), np.float32),
    },
    FIXTURES / "python.safetensors", metadata={"format": "pt", "täxt": "\"line\"\n\u0001"})
print("safetensors opened kern.safetensors with its values and notes, and wrote python.safetensors")
