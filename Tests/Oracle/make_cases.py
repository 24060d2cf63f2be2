"""Writes cases.txt: a few hundred of the oracle's answers, for a test that needs no Python.

    /opt/kern-oracle/bin/python Tests/Oracle/make_cases.py > Tests/Oracle/cases.txt

A line is `program | WIDTHxHEIGHTxCHANNELS | WIDTHxHEIGHTxCHANNELS of the result | its values`, row by row, the channels of a
pixel side by side; a | within a program is written ¦. Sample i of the picture is (7919 i + 13) mod 257, divided by 256.
"""
import warnings

import numpy as np

warnings.simplefilter("ignore")
import oracle

FAMILIES = ["literals", "named", "pools", "orders", "borders", "composites", "points", "far", "chains"]


def main():
    for family in FAMILIES:
        written = set()
        number = 0
        while len(written) < 28:
            number += 1
            case = oracle.Case(number, 2026, family)
            if case.program in written or "threshold" in case.program:
                continue
            rng = np.random.default_rng([number, 5])
            height, width = rng.integers(1, 7, 2)
            channels = 3 if family == "points" else int(rng.choice([1, 1, 3]))
            count = height * width * channels
            case.picture = ((np.arange(count) * 7919 + 13) % 257 / 256).reshape(height, width, channels)
            try:
                expected = case.expected()
            except ValueError:
                continue
            if expected.size > 400 or np.isnan(expected).any():
                continue
            written.add(case.program)
            shape = f"{expected.shape[1]}x{expected.shape[0]}x{expected.shape[2]}"
            print(f"{case.program.replace('|', '¦')} | {width}x{height}x{channels} | {shape} | " + " ".join(f"{v:.7g}" for v in expected.ravel()))


main()
