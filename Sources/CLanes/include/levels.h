// What the loops on 8-bit levels are told.
#ifndef KERN_LEVELS_H
#define KERN_LEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Samples that a block of a box's rows has.
#define KERN_BOX_BLOCK 4096

// Samples that may be read behind the `count` of a row of levels.
#define KERN_LEVEL_SLACK 256

// From a sum of whole numbers to an 8-bit level: sum / divisor, rounded to nearest, halves up, clipped to 0…255.
typedef struct {
    int32_t divisor; // at least 1
    float factor;    // 1 / divisor
    float nudge;     // 0.5 + 0.25 / divisor
    float most;      // 256 + 0.5 / divisor: sums beyond were clipped
    bool clips;      // whether sums can leave 0…255 at all; if so, those that were clipped are counted
} kern_level_scale;

// The same from sums of 16 bits, in 16 bits: ((min(sum -| less + more, most)) * factor >> 16) >> shift, where -| stops at 0.
// Sums below `low` and above `high` are clipped; they are counted if `clips`.
typedef struct {
    uint16_t less, more, most, factor, shift, low, high;
    bool clips;
} kern_narrow_scale;

// Whole weights of −128…127 on pairs of rows: those of pair p, column k and output row i, the upper row's in the lower
// byte and both twice, are weights[4 * (p * width + k) + i]. Pair p holds the rows 2p and 2p + 1 below the first.
typedef struct {
    size_t width, height;
    size_t step; // samples from one pixel to the next
    size_t rows; // of the four that are wanted
    const uint32_t *weights;
    // Pairs whose sums fit 16 bits, and for each group of so many and each row what they start from; `bias` is the sum
    // of these, the same for every row.
    size_t group;
    const uint16_t *starts;
    int32_t bias;
    kern_level_scale scale;
    kern_narrow_scale narrow; // a factor of 0 where sums do not fit 16 bits
} kern_level_window;

// A mean under a rectangle whose sums fit 16 bits.
typedef struct {
    size_t step, width;
    size_t inner, outer; // inner * outer is at most the width
    uint16_t *columns;   // the sums of columns; they go on by `next`, less `last` where there is one
    const uint8_t *next, *last;
    uint16_t *spare; // KERN_BOX_BLOCK + step * width + KERN_LEVEL_SLACK
    kern_narrow_scale narrow;
} kern_level_box;

// Two windows of whole weights on pairs of rows: those of pair p, column k and output row i are
// weights[8 * (p * width + k) + i], as above, those of the second window weights[8 * (p * width + k) + 4 + i]. Sums are
// less than 2^15.
typedef struct {
    size_t width, height;
    size_t step; // samples from one pixel to the next
    size_t rows; // of the four that are wanted
    const uint32_t *weights;
    float factor; // 1 or 1/2
    int32_t most; // sums of squares beyond are clipped
} kern_level_gradients;

// Weights down a column, as words: of pair p and output row i those of rows 2p - i, in the lower half, and 2p + 1 - i.
typedef struct {
    size_t height;
    const uint32_t *weights; // 4 * p + i
    int32_t start;
    int32_t shift;
} kern_fixed_columns;

// Weights along a row, in pairs of taps: pair t reads its words from sample x on. The weights 2t are those of output x on
// words x and x + 1, the weights 2t + 1 those of output x + 1 on the same words.
typedef struct {
    const size_t *ends; // of parts in sequence: the pairs of a part are summed, shifted down by `fine`, then added
    size_t parts;
    const uint32_t *weights;
    int32_t start;
    int32_t fine;
    int32_t shift; // 16…24
    bool clips;
} kern_fixed_row;

// What a row of floats holds: k / 255 for whole k in 0…255, that and NaN, or something else.
typedef enum { KERN_LEVELS, KERN_LEVELS_AND_NAN, KERN_NOT_LEVELS } kern_level_kinds;

// What becomes of a square of four pixels.
typedef enum { KERN_HALVE_MEAN, KERN_HALVE_LARGEST, KERN_HALVE_SMALLEST } kern_halving;

#endif
