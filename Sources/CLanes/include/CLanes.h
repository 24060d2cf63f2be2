// Row loops, one C body compiled once per instruction level. Nothing here allocates or knows what an image is.
//
// Every level that has fused multiply-add gives the same bits: multiplications and additions are fused explicitly, in
// the order of the taps. The baseline on x86-64 has none and differs by the rounding of each product.
#ifndef KERN_LANES_H
#define KERN_LANES_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;

    // out[x] = bias + sum over t of weights[t] * rows[t][x]
    void (*weighted_sum)(float *out, size_t count, const float *const *rows, const float *weights, size_t taps, float bias);
    // the same in double precision, rounded once
    void (*weighted_sum_exact)(float *out, size_t count, const float *const *rows, const double *weights, size_t taps, double bias);
    // out[x] = the largest / smallest of rows[t][x]; taps is at least 1
    void (*maximum)(float *out, size_t count, const float *const *rows, size_t taps);
    void (*minimum)(float *out, size_t count, const float *const *rows, size_t taps);

    // One butterfly of a Fourier transform over `count` columns: (a, b) becomes (a + b, (a - b) * w)
    void (*butterfly)(double *out_a_re, double *out_a_im, double *out_b_re, double *out_b_im,
                      const double *a_re, const double *a_im, const double *b_re, const double *b_im,
                      double w_re, double w_im, size_t count);
    // a = a * b, complex
    void (*multiply_complex)(double *a_re, double *a_im, const double *b_re, const double *b_im, size_t count);

    // Interleaved samples to one plane: out[x] = in[x * step] / 255 (or 65535), and back, rounded to nearest.
    void (*from_uint8)(float *out, const uint8_t *in, size_t step, size_t count);
    void (*from_uint16)(float *out, const uint16_t *in, size_t step, size_t count);
    // Values outside 0…1 are clamped; the result counts those that were off by more than half a level.
    size_t (*to_uint8)(uint8_t *out, size_t step, const float *in, size_t count);
    size_t (*to_uint16)(uint16_t *out, size_t step, const float *in, size_t count);

    // PNG's filters over `count` bytes of a row and the row above it, whose left neighbours lie `step` bytes before:
    // both rows have `step` bytes in front. 0 none, 1 left, 2 above, 3 their mean, 4 Paeth's.
    // What each would leave: the sum of the distances of its bytes from 0.
    void (*filter_costs)(uint64_t costs[5], const uint8_t *row, const uint8_t *above, size_t step, size_t count);
    void (*filter_bytes)(uint8_t *out, unsigned filter, const uint8_t *row, const uint8_t *above, size_t step, size_t count);
    // The bytes of every two exchanged; not in place.
    void (*swap_bytes)(uint8_t *out, const uint8_t *in, size_t pairs);
} kern_lanes;

// The levels this machine can run, lowest first, and how many they are.
const kern_lanes *const *kern_lanes_available(size_t *count);

#endif
