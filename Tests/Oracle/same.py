"""Runs programs over pictures of awkward sizes with every engine, thread count and instruction level, and compares.

    /opt/kern-oracle/bin/python Tests/Oracle/same.py .build/release/kern [--rounds 30]

Threads must not change a byte, engines and levels only what floats lose. Exit code 1 if they do.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

PROGRAMS = """sobel
gaussian 0.8 | sobel | threshold 0.4
gaussian 7
gaussian 25 border=wrap
gaussian 12 border=reflect stride=3
[1 2 3; 4 -5 6; 7 8 -9] border=symmetric dilate=5x3
[1 0 2; . 3 1]/7 stride=2x3 pad=full border=constant:0.4
box 31x7 | laplacian
disk 9.5
motion 41 30 border=renorm
median 5
median 4x3 stride=2 ceil pad=1,0,1,0
rank 0.3 3x9
maxpool 3x2 ceil
l2pool 5x5 stride=2 pad=same
avgpool 6 stride=5 count-padding pad=2
canny
gray | canny 2 0.2 0.5
rescale
standardise | gaussian 3 | rescale
subtract { } { gaussian 4 }
unsharp 2 1.5 0.02
concat { sobel-x } { sobel-y | maxpool 3 stride=1 pad=same } | abs
kirsch border=keep
gabor 5 9 30
repeat 4 { [1 2 1]/4 } | repeat 4 { [1; 2; 1]/4 }
add { box 3 pad=valid } { [0 0 0; 0 1 0; 0 0 0] pad=valid } | globalavg
subtract { } { globalavg } | globall2
box 3 pad=40,3,0,17 border=reflect | gaussian 2 pad=valid
repeat 3 { maxpool 2 ceil } | gaussian 5
gaussian 60""".split("\n")
# 8 and 512 rows are a band's bounds; 64 and 256 samples a tile's.
SIZES = [(1, 1), (1, 700), (700, 1), (37, 3000), (3000, 37), (511, 64), (512, 65), (513, 63), (257, 255), (1025, 130), (7, 8), (9, 2049), (1537, 3)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kern", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="kern-same-"))
    count, bad = 0, 0
    for number in range(options.rounds):
        program = PROGRAMS[number % len(PROGRAMS)] if number < len(PROGRAMS) else str(rng.choice(PROGRAMS))
        height, width = SIZES[rng.integers(len(SIZES))]
        channels = int(rng.choice([1, 3]))
        picture = rng.random((height, width, channels)).astype("<f4")
        np.save(folder / "in.npy", picture[..., 0] if channels == 1 else picture)
        answers = {}
        slow = picture.size * 400 < 2e9 and "60" not in program and "25" not in program
        for name, words, environment in [("1 thread", ["--threads", "1"], {}), ("2 threads", ["--threads", "2"], {}), ("7 threads", ["--threads", "7"], {}),
                                         ("direct", ["--engine", "direct"], {}), ("direct, 3 threads", ["--engine", "direct", "--threads", "3"], {}), ("sums", ["--engine", "sums"], {}), ("separable", ["--engine", "separable"], {}), ("separable, 5 threads", ["--engine", "separable", "--threads", "5"], {}),
                                         ("transform", ["--engine", "transform"], {}), ("transform, 1 thread", ["--engine", "transform", "--threads", "1"], {}),
                                         ("baseline", [], {"KERN_LANES": "baseline"}), ("avx2", [], {"KERN_LANES": "avx2"}), ("reference", ["--engine", "reference"], {})]:
            if name == "reference" and (not slow or picture.size > 200_000):
                continue
            command = [options.kern, "apply", program, "in.npy", "-o", "out.npy", "-f", "-q", *words]
            ran = subprocess.run(command, cwd=folder, env={"PATH": os.environ["PATH"]} | environment, capture_output=True, text=True, timeout=300)
            answers[name] = np.load(folder / "out.npy") if ran.returncode == 0 else f"{ran.returncode} {ran.stderr}"
            (folder / "out.npy").unlink(missing_ok=True)
            count += 1
        place = f"{program!r} on {width}x{height}, {channels} channels"
        for one, other, exact in [("1 thread", "2 threads", True), ("1 thread", "7 threads", True), ("direct", "direct, 3 threads", True), ("separable", "separable, 5 threads", True), ("transform", "transform, 1 thread", True), ("1 thread", "avx2", True),
                                  ("1 thread", "baseline", False), ("1 thread", "direct", False), ("1 thread", "separable", False), ("1 thread", "sums", False), ("1 thread", "transform", False), ("1 thread", "reference", False)]:
            a, b = answers.get(one), answers.get(other)
            if b is None:
                continue
            if isinstance(a, str) or isinstance(b, str):
                fine = isinstance(a, str) and isinstance(b, str) and a == b
                note = f"{a if isinstance(a, str) else ''} / {b if isinstance(b, str) else ''}"
            elif exact:
                fine, note = a.tobytes() == b.tobytes(), f"{(a != b).sum() if a.shape == b.shape else (a.shape, b.shape)} differ"
            else:
                off = np.abs(a.astype(float) - b) > 2e-5 * max(1, np.abs(a).max())
                # A sum right at a threshold may fall on either side.
                fine, note = not off.any() or (("canny" in program or "threshold" in program) and off.mean() < 0.01), f"{off.sum()} of {off.size} differ"
            if not fine:
                bad += 1
                print(f"{place}: {one} and {other}: {note}")
    shutil.rmtree(folder)
    print(f"{count} runs, {bad} disagreements")
    return 1 if bad else 0


sys.exit(main())
