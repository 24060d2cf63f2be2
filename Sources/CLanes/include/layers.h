// What the loops of layers and of learning are told.
#ifndef KERN_LAYERS_H
#define KERN_LAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One step of an optimiser.
typedef struct {
    float rate, beta1, beta2, epsilon;
    float scale;                    // of the gradient
    float decay;                    // of the weight, added to the gradient
    float shrink;                   // of the weight, by itself
    float correction1, correction2; // of the moments, which start at 0
    int nesterov;
} kern_update;

// How many of a layer's `outputs` are computed together from output `first` on: tiles of at most six that are nearly
// alike. Weights are packed tile after tile, for each tap one of each output.
static inline size_t kern_layer_tile(size_t outputs, size_t first) {
    size_t parts = (outputs + 5) / 6, size = outputs / parts, larger = outputs % parts;
    return first < larger * (size + 1) ? size + 1 : size;
}

// out[m * step + x] = start[m] + sum over t of weight (t, m) * in[offsets[t] + x], for x below `count`; without a start
// the sums are added to what is there
typedef struct {
    const float *in;
    const ptrdiff_t *offsets;
    size_t taps;
    const float *weights; // packed as said above
    const float *start;
    float *out;
    size_t step;
    size_t outputs;
    size_t count;
} kern_layer_sums;

// Which rows are computed, and of which taps the sums are made: all of them are packed.
typedef struct {
    size_t rows;
    size_t pitch;
    size_t out_pitch;
    size_t first_tap;
    size_t taps;
} kern_layer_lines;

// out[m * step + t] += sum over pictures n, lines l and x below `count` of
// left[n * left_picture + m * left_step + l * left_pitch + x] * right[n * right_picture + offsets[t] + l * right_pitch + x]
typedef struct {
    const float *left;
    size_t left_picture;
    size_t left_step;
    const float *right;
    size_t right_picture;
    const ptrdiff_t *offsets;
    size_t rows;
    size_t taps;
    size_t count;
    size_t lines;
    size_t left_pitch;
    size_t right_pitch;
    size_t pictures;
    float *out;
    size_t step;
} kern_layer_dots;

// Rows of `pitch` samples at `out`: `lead` times what lies outside, `inside` samples of the rows at `in`, and outside again.
typedef struct {
    size_t out;
    ptrdiff_t in;
    ptrdiff_t in_pitch;
    size_t rows;
    size_t pitch;
    size_t lead;
    size_t inside;
    // what of the pitch is written
    size_t width;
} kern_row_run;

// 3×3 kernels: that of output o and tap t lies at weights + o * output_step + t * tap_step, `turned` by 180° or not.
typedef struct {
    const float *weights;
    ptrdiff_t output_step;
    ptrdiff_t tap_step;
    size_t outputs;
    size_t taps;
    int turned;
} kern_kernels;

#endif
