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
    // Four rows of sums down the columns: out[i][x] = sum over t of weights[t] * rows[i + t][x]; at least 3 taps
    void (*column_sums)(float *const *out, size_t count, const float *const *rows, const float *weights, size_t taps);
    // Four rows of sums over whole windows, at least 3 high: out[i][x] = bias + sum over ky, kx of
    // weights[ky * width + kx] * rows[i + ky][x + kx]
    void (*window_sums)(float *const *out, size_t count, const float *const *rows, const float *weights, size_t width, size_t height, float bias);
    // out[x] = the largest / smallest of rows[t][x]; taps is at least 1
    void (*maximum)(float *out, size_t count, const float *const *rows, size_t taps);
    void (*minimum)(float *out, size_t count, const float *const *rows, size_t taps);

    // One butterfly of a Fourier transform over `count` columns: (a, b) becomes (a + b, (a - b) * w)
    void (*butterfly)(double *out_a_re, double *out_a_im, double *out_b_re, double *out_b_im,
                      const double *a_re, const double *a_im, const double *b_re, const double *b_im,
                      double w_re, double w_im, size_t count);
    // a = a * b, complex
    void (*multiply_complex)(double *a_re, double *a_im, const double *b_re, const double *b_im, size_t count);

    // One row of interleaved samples to planes: planes[c * stride + x] = in[x * channels + c] / 255 (or 65535), and back,
    // rounded to nearest. Values outside 0…1 are clamped; the result counts those that were off by more than half a level.
    void (*split_uint8)(float *planes, size_t stride, const uint8_t *in, size_t channels, size_t count);
    void (*split_uint16)(float *planes, size_t stride, const uint16_t *in, size_t channels, size_t count);
    size_t (*join_uint8)(uint8_t *out, const float *planes, size_t stride, size_t channels, size_t count);
    size_t (*join_uint16)(uint16_t *out, const float *planes, size_t stride, size_t channels, size_t count);
} kern_lanes;

// The levels this machine can run, lowest first, and how many they are.
const kern_lanes *const *kern_lanes_available(size_t *count);

#endif
