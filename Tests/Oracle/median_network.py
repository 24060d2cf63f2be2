#!/usr/bin/env python3
"""Finds the comparisons for the median of 25 in Sources/CLanes/levelorders.inc, and tries them on every order.

Five columns of five are sorted already; sample r of column c is wire 5c + r. By the principle of zeros and ones, comparisons that
are right for all 6^5 ways in which sorted columns can hold zeros and ones are right for all samples. Begins with rows that are
sorted and merged, takes away what is not needed in random orders, and prints the fewest minima and maxima it comes to:

    python3 Tests/Oracle/median_network.py [SEEDS]
"""

import itertools
import random
import sys

SORT_OF_FIVE = [(0, 3), (1, 4), (0, 2), (1, 3), (0, 1), (2, 4), (1, 2), (3, 4), (2, 3)]
WAYS = list(itertools.product(range(6), repeat=5))


def mask(test):
    return sum(1 << index for index, zeros in enumerate(WAYS) if test(zeros))


# Bit i of a wire is what it holds in way i.
WIRES = [mask(lambda ones: row >= 5 - ones[column]) for column in range(5) for row in range(5)]
MEDIAN = mask(lambda ones: sum(ones) >= 13)


def is_right(network, wire):
    held = WIRES[:]
    for a, b in network:
        held[a], held[b] = held[a] & held[b], held[a] | held[b]
    return held[wire] == MEDIAN


def pruned(network, wire):
    """Without what the wire does not depend on; and how many minima and maxima are left."""
    wanted, kept, operations = {wire}, [], 0
    for a, b in reversed(network):
        if a in wanted or b in wanted:
            operations += (a in wanted) + (b in wanted)
            wanted |= {a, b}
            kept.append((a, b))
    return kept[::-1], operations


def merge(a, b, pairs):
    """Batcher's odd-even merge of two sorted lists of wires."""
    if not a or not b:
        return a + b
    if len(a) == len(b) == 1:
        pairs.append((a[0], b[0]))
        return a + b
    v, w = merge(a[::2], b[::2], pairs), merge(a[1::2], b[1::2], pairs)
    result = [v[0]]
    for index in range(max(len(w), len(v) - 1)):
        if index < len(w) and index + 1 < len(v):
            pairs.append((w[index], v[index + 1]))
        result += w[index : index + 1] + v[index + 1 : index + 2]
    return result


def merge_all(runs, pairs):
    if len(runs) == 1:
        return runs[0]
    half = len(runs) // 2
    return merge(merge_all(runs[:half], pairs), merge_all(runs[half:], pairs), pairs)


def first_network():
    """Rows sorted too, the middle of 25 can only be one of 13, of which it is again the middle."""
    network = [(5 * a + row, 5 * b + row) for row in range(5) for a, b in SORT_OF_FIVE]
    few = lambda row, column: (row + 1) * (column + 1) <= 13 and (5 - row) * (5 - column) <= 13
    runs = [[5 * column + row for column in range(5) if few(row, column)] for row in range(5)]
    merged = merge_all(runs, network)
    return network, merged[len(merged) // 2]


def thinned(network, wire, seed):
    random.seed(seed)
    while True:
        alive = [True] * len(network)
        for index in random.sample(range(len(network)), len(network)):
            alive[index] = False
            alive[index] = not is_right([pair for pair, stays in zip(network, alive) if stays], wire)
        if all(alive):
            return network
        network = pruned([pair for pair, stays in zip(network, alive) if stays], wire)[0]


def main():
    network, wire = first_network()
    assert is_right(network, wire)
    found = [thinned(pruned(network, wire)[0], wire, seed) for seed in range(int((sys.argv + ["12"])[1]))]
    best = min(found, key=lambda network: pruned(network, wire)[1])
    print(f"{len(best)} comparisons, {pruned(best, wire)[1]} minima and maxima, the median is v[{wire}]")
    print(" ".join(f"S({a}, {b});" for a, b in best))


main()
