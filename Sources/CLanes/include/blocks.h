// What the loops on JPEG's blocks are told.
#ifndef KERN_BLOCKS_H
#define KERN_BLOCKS_H

#include <stdint.h>

// What the loops of JPEG's rows may touch beyond the end.
#define KERN_BLOCK_SLACK 64

// How a block's coefficients, eight times as large as they should be, are divided: (size + half) * reciprocal >> 16, times
// scale >> 16.
typedef struct {
    uint16_t halves[64], reciprocals[64], scales[64];
} kern_block_divisors;

// Bits into bytes, highest first, with a 0 behind each byte of 255: the lowest `count` of `bits` are not written yet.
typedef struct {
    uint8_t *next;
    uint64_t bits;
    unsigned count;
} kern_bit_writer;

// For each symbol how many bits and, above the lowest eight, which. A symbol of a block's details is how many zeros come
// first, times 16, and how many bits the number behind it has.
typedef struct {
    const uint32_t *means, *details;
    const uint8_t *natural; // from a file's order to rows of eight
    const uint64_t *sets;   // for each row of eight and each set of its places, the set in a file's order
} kern_block_spelling;

#endif
