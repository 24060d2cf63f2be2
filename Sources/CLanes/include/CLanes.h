// Row loops, one C body compiled once per instruction level. Nothing here allocates or knows what an image is.
//
// Every level that has fused multiply-add gives the same bits: multiplications and additions are fused explicitly, in
// the order of the taps. The baseline on x86-64 has none and differs by the rounding of each product.
#ifndef KERN_LANES_H
#define KERN_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "layers.h"
#include "levels.h"

// The most wires that `network` takes.
#define KERN_WIRES 64

// Running counts of the 8-bit levels in a column: 16 of the upper four bits, then for each of these 16 of the lower four.
#define KERN_LEVEL_COUNTS (16 + 256)

// What `point` does to a sample.
typedef enum {
    KERN_POINT_ABSOLUTE,
    KERN_POINT_INVERT,
    KERN_POINT_SCALE,     // v * a
    KERN_POINT_OFFSET,    // v + a
    KERN_POINT_THRESHOLD, // 1 from a on, else 0
    KERN_POINT_CLAMP,     // a…b
    KERN_POINT_SQUARE,
    KERN_POINT_ROOT,
    KERN_POINT_RELU,
    KERN_POINT_LEAKY, // v * a where v is not positive
    KERN_POINT_ELU,   // a * (e^v − 1) where v is not positive
    KERN_POINT_GELU,  // v * the normal distribution's integral
    KERN_POINT_SILU,  // v * sigmoid
    KERN_POINT_SIGMOID,
    KERN_POINT_TANGENT, // hyperbolic
    KERN_POINT_POWER,   // |v| to 1 / a, with v's sign
    KERN_POINT_TO_LINEAR, // from stored sRGB values to light
    KERN_POINT_FROM_LINEAR,
} kern_point_rule;

typedef enum {
    KERN_COMBINE_ADD,
    KERN_COMBINE_SUBTRACT,
    KERN_COMBINE_MULTIPLY,
    KERN_COMBINE_MEAN,
    KERN_COMBINE_MAXIMUM,
    KERN_COMBINE_MINIMUM,
    KERN_COMBINE_HYPOTENUSE,
    KERN_COMBINE_ANGLE, // of (first, second), in turns
} kern_combine_rule;

// A tile that is filtered by way of its Fourier transform; its sides are powers of two from 16 on.
typedef struct {
    size_t width, height;
    // The roots of unity, e^(-2 pi i k / n) for k below three quarters of n: cosine, sine, cosine, sine...
    const float *across, *down;
    // Of 16 rows at a time, column after column: 16 real parts each, then as many imaginary ones.
    const float *spectrum;
} kern_fourier_tile;

// From one row of a tile to the next: an odd number of cache lines, or a column's samples would drive each other out.
static inline size_t kern_fourier_pitch(size_t width) { return width + 16; }
// Between the parts of a room too: they are written and read side by side, and a load behind a store to the same place of
// another page waits for it.
#define KERN_FOURIER_GAP (16 * 5)
static inline size_t kern_fourier_room(size_t width, size_t height) {
    return 16 * (6 * width > 4 * height ? 6 * width : 4 * height) + 6 * KERN_FOURIER_GAP;
}

static inline size_t kern_row_sums_columns(size_t count, size_t taps, size_t step) {
    size_t block = 16 * step;
    return ((count + block - 1) / block * block + (taps - 1) * step + 15) / 16 * 16;
}
static inline size_t kern_row_sums_room(size_t count, size_t taps, size_t step) {
    return 16 * (16 * step + kern_row_sums_columns(count, taps, step));
}

// A window as a set of places in the order of its tile's samples. Places from `count` on are samples that take no part;
// `bits` has a word of its own for them.
typedef struct {
    uint64_t *bits;
    const float *values; // by place, ascending
    size_t count;
    int64_t members;
    size_t word;   // where the last rank was found
    int64_t below; // members in the words before that one
} kern_places;

// Slices of KERN_SLICE windows side by side, a bit of each. A row of their samples gives a slice for each bit and each tap
// across: that of tap k begins with sample k * step.
#define KERN_SLICE 512
typedef struct {
    size_t bits, width, step;
    uint8_t *room; // kern_slicing_pitch for each bit
} kern_slicing;
static inline size_t kern_slicing_pitch(size_t width, size_t step) {
    return (KERN_SLICE + (width - 1) * step + 64 + 511) / 512 * 64;
}

// As many of a window's samples may be above its result as `limits` says, in slices. Bit b of tap t lies taps[t] + b *
// slice_pitch bytes in.
typedef struct {
    const uint8_t *slices, *limits;
    size_t slice_pitch, bits;
    size_t count_bits; // of the number of taps, at least 4 and at most 16
    const uint32_t *taps;
    size_t tap_count;
    void *room; // a slice for each tap
} kern_sliced_windows;

typedef struct {
    const char *name;

    // out[x] = bias + sum over t of weights[t] * rows[t][x]
    void (*weighted_sum)(float *out, size_t count, const float *const *rows, const float *weights, size_t taps, float bias);
    // the same in double precision, rounded once
    void (*weighted_sum_exact)(float *out, size_t count, const float *const *rows, const double *weights, size_t taps, double bias);
    // out[x] = row[x] + ... + row[x + width - 1]; row and spare have count + width - 1
    void (*neighbour_sums)(double *out, size_t count, const float *row, size_t width, double *spare);
    void (*add_doubles)(double *sums, const double *more, size_t count);
    // below[x] += next[x]; out[x] = bias + factor * (above[x] + below[x]); without next, above alone
    void (*box_row)(float *out, size_t count, const double *above, double *below, const double *next, double factor, double bias);
    // Four rows of sums down the columns: out[i][x] = sum over t of weights[t] * rows[i + t][x]; at least 3 taps
    void (*column_sums)(float *const *out, size_t count, const float *const *rows, const float *weights, size_t taps);
    // Four rows of sums over whole windows, at least 3 high: out[i][x] = bias + sum over ky, kx of
    // weights[ky * width + kx] * rows[i + ky][x + kx]
    void (*window_sums)(float *const *out, size_t count, const float *const *rows, const float *weights, size_t width, size_t height, float bias);
    // The root of the sum of the squares of two of them.
    void (*magnitude_sums)(float *const *out, size_t count, const float *const *rows, const float *first, const float *second, size_t width, size_t height);
    // range[0] and range[1] become the smallest and the largest of themselves and of in[x]
    void (*extremes)(float range[2], const float *in, size_t count);
    // out[x] = the largest / smallest of rows[t][x]; taps is at least 1
    void (*maximum)(float *out, size_t count, const float *const *rows, size_t taps);
    void (*minimum)(float *out, size_t count, const float *const *rows, size_t taps);
    // the same of rows[t][2x] and rows[t][2x + 1]
    void (*maximum_pairs)(float *out, size_t count, const float *const *rows, size_t taps);
    void (*minimum_pairs)(float *out, size_t count, const float *const *rows, size_t taps);
    // out[x] = (sum over t and j < group of rows[t][group * x + j]) / divisor; group is 1…64
    void (*sum_groups)(float *out, size_t count, size_t group, const float *const *rows, size_t taps, float divisor);

    // out[2p + i] = the sum over t < 4 of weights[2t + i] * grid[p + t], for i of 0 and 1
    void (*spread_pairs)(float *out, const float *grid, const float *weights, size_t points);
    // The same for any spacing: out[spacing * p + i], weights[r * t + i] with r the spacing rounded up to a multiple of 8;
    // out goes on for up to 7 samples more
    void (*spread_row)(float *out, const float *grid, const float *weights, size_t spacing, size_t points);

    // How many of the samples are NaN.
    size_t (*count_nan)(const float *in, size_t count);
    // Which samples are at least `least`: bit x % 64 of out[x / 64]
    void (*reaching)(uint64_t *out, const float *in, size_t count, float least);
    // out[x] = the median of three rows at x, x + 1 and x + 2
    void (*median_3x3)(float *out, size_t count, const float *const *rows);
    // likewise of five rows, up to x + 4
    void (*median_5x5)(float *out, size_t count, const float *const *rows);
    // Puts rows through a network of comparisons (two wires each, the smaller value to the first) and takes the rows
    // `out[o]` from the wires `wires[o]`. At most KERN_WIRES inputs.
    void (*network)(float *const *out, const uint8_t *wires, size_t outs, size_t count, const float *const *rows,
                    size_t inputs, const uint8_t *pairs, size_t comparisons);

    // Samples k / 255 as k.
    void (*levels_of)(uint8_t *out, const float *in, size_t count);
    // The same where all samples are that or NaN; NaN becomes 256. Which of both kinds were seen, and whether any others.
    kern_level_kinds (*number_levels)(uint16_t *out, const float *in, size_t count);
    // Adds a row of levels to the counts of its columns, or takes it away.
    void (*count_levels)(int16_t *columns, const uint8_t *levels, size_t count, int sign);
    // out[x * out_step] = the mean of values[the levels of ranks low[x] and high[x]] among columns x * step … + kernel − 1
    void (*rank_levels)(float *out, size_t out_step, size_t count, const int16_t *columns, size_t kernel, size_t step,
                        const int32_t *low, const int32_t *high, const float *values);
    // Likewise, of windows of more than 32767 samples.
    void (*rank_many_levels)(float *out, size_t out_step, size_t count, const int16_t *columns, size_t kernel, size_t step,
                             const int32_t *low, const int32_t *high, const float *values);
    // Puts the places of a rectangle into the set (sign 1), or takes them out (−1).
    void (*toggle_places)(kern_places *set, const uint32_t *places, size_t row_length, size_t rows, size_t columns, int sign);
    // The mean of the values of two ranks among the members; both are less than their number.
    float (*rank_places)(kern_places *set, int64_t low, int64_t high);
    // out[x] = how many of keys[x + taps[t]] are `key`
    void (*count_keys)(uint16_t *out, size_t count, const uint16_t *keys, const uint32_t *taps, size_t tap_count, uint16_t key);

    // At most KERN_SLICE + (width - 1) * step samples as slices: of bit 0 those of all taps, then of bit 1.
    void (*slice_levels)(uint8_t *out, const uint8_t *in, size_t count, const kern_slicing *s);
    void (*slice_words)(uint8_t *out, const uint16_t *in, size_t count, const kern_slicing *s);
    // The results of at most KERN_SLICE windows as slices, one for each bit.
    void (*select_slices)(uint8_t *out, size_t count, const kern_sliced_windows *w);
    void (*join_levels)(uint8_t *out, size_t count, const uint8_t *slices, size_t bits);
    void (*join_words)(uint16_t *out, size_t count, const uint8_t *slices, size_t bits);

    // out[x] = rule(in[x]); `in` may be `out`
    void (*point)(float *out, const float *in, size_t count, kern_point_rule rule, float a, float b);
    // out[x] = e^(in[x] − largest[x]), which is also added to sums[x]
    void (*powers)(float *out, double *sums, const float *in, const float *largest, size_t count);
    // out[x] = values[k] for in[x] = k / 255
    void (*look_up)(float *out, const float *in, size_t count, const float *values);
    // out[x] = values[in[x]]; returns how often that was one of those that are marked with 1
    size_t (*look_up_levels)(uint8_t *out, const uint8_t *in, size_t count, const uint8_t *values, const uint8_t *marks);
    // out[x] = rule(rows[0][x], rows[1][x], …); at least two branches
    void (*combine)(float *out, size_t count, const float *const *rows, size_t branches, kern_combine_rule rule);
    // out[x] = the sample shares[x] of the way from in[first[x]] to the next, rounded once
    void (*between)(float *out, const float *in, const int32_t *first, const double *shares, size_t count);
    // out[x] = 0 where neither first[x] nor second[x] is more than `least`, whatever its sign
    void (*clear_faint)(float *out, const float *first, const float *second, float least, size_t count);
    // out[x] = in[x] / weights[x] where that is more than `least`, else 0
    void (*unweight)(float *out, const float *in, const float *weights, float least, size_t count);
    // out[x] = other[x] + weights[x] * (in[x] - other[x]); exactly other[x] where the weight is 0 and in[x] where it is 1
    void (*blend)(float *out, const float *other, const float *in, const float *weights, size_t count);
    // out[x] = w * alpha[x] / (w * alpha[x] + (1 - w) * other[x]) with w = weights[x]; w itself at 0, at 1 and for 0 / 0
    void (*blend_share)(float *out, const float *weights, const float *alpha, const float *other, size_t count);
    // Magnitudes that are largest across the edge, else 0; magnitude rows have a sample more on either side.
    void (*ridge)(float *out, const float *gx, const float *gy, const float *above, const float *own, const float *below,
                  size_t count);

    // For measuring: multiply-adds on registers, few chains or many. `out` holds 16 floats, the first two the factor and
    // the amount; the result is the number of operations.
    double (*multiply_adds_narrow)(float *out, size_t rounds);
    double (*multiply_adds_wide)(float *out, size_t rounds);

    // out[i] += in[i], and the sum of squares in double
    void (*accumulate)(float *out, const float *in, size_t count);
    double (*sum_of_squares)(const float *in, size_t count);
    // An optimiser's step on some weights: momentum, Adam, RMSProp
    void (*momentum_step)(float *weights, float *velocity, const float *gradient, size_t count, kern_update update);
    void (*adam_step)(float *weights, float *first, float *second, const float *gradient, size_t count, kern_update update);
    void (*rms_step)(float *weights, float *velocity, float *squares, const float *gradient, size_t count, kern_update update);
    // out[x] = gradient[x] * the slope of rule at in[x]; at a corner the one that PyTorch takes
    void (*point_slope)(float *out, const float *gradient, const float *in, size_t count, kern_point_rule rule, float a, float b);
    // sums[0] += sum of a[x], sums[1] += sum of a[x] * b[x], for each of `rows` rows that lie `step` samples apart
    void (*sums)(double sums[2], const float *a, const float *b, size_t count, size_t rows, size_t step);
    // out[x] = in[x] * factor + amount; `in` may be `out`
    void (*affine)(float *out, const float *in, size_t count, float factor, float amount);
    // out[x] = a[x] * p + b[x] * q + amount
    void (*affine_pair)(float *out, const float *a, const float *b, size_t count, float p, float q, float amount);
    // out[x] = in[x] * factor + amount, 0 where that is negative. And back, where g is gradient[x] behind what was above 0
    // and else 0: adds the sums of g and of g * in[x] to sums; out[x] = g * weights[0] + in[x] * weights[1] + weights[2]
    void (*affine_rectified)(float *out, const float *in, size_t count, float factor, float amount);
    void (*rectified_sums)(double sums[2], const float *gradient, const float *in, size_t count, size_t rows, size_t step, float factor, float amount);
    void (*rectified_pair)(float *out, const float *gradient, const float *in, size_t count, const float weights[3], float factor, float amount);
    // out[x] += in[x] * factor
    void (*add_scaled)(float *out, const float *in, size_t count, float factor);
    // Where in[x] == pooled[x], out[x] += rest[x], and then rest[x] = 0.
    void (*claim)(float *out, float *rest, const float *in, const float *pooled, size_t count);
    // out[t][2x], out[t][2x + 1] = gradient[x] for the first sample in reading order that is pooled[x], else 0
    void (*claim_pairs)(float *const *out, const float *const *rows, size_t taps, const float *pooled, const float *gradient, size_t count);
    // out[group * x + i] = in[x] for i < group
    void (*spread_groups)(float *out, const float *in, size_t count, size_t group);
    // out[x] = 0 with a chance of threshold / 2^32, decided by key and x; else in[x] * scale. `in` may be `out`.
    void (*drop_out)(float *out, const float *in, size_t count, uint64_t key, uint32_t threshold, float scale);

    // A tile's samples to their products with a spectrum and back, two tiles at a time: one real, one imaginary. `room` is for
    // kern_fourier_room(width, height) floats.
    void (*filter_tile)(float *re, float *im, float *room, const kern_fourier_tile *tile);
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

    // The same with bytes as they are.
    void (*deal_levels)(uint8_t *planes, size_t stride, const uint8_t *in, size_t channels, size_t count);
    void (*gather_levels)(uint8_t *out, const uint8_t *planes, size_t stride, size_t channels, size_t count);

    // Separable kernels in fixed point, on rows of one channel. Rows are read and written up to KERN_LEVEL_SLACK samples
    // behind `count`, except where bytes come out.
    // out[i] = two samples of the low row, then two of the high one
    void (*couple_levels)(uint32_t *out, const uint8_t *low, const uint8_t *high, size_t count);
    // Four rows: out[i][x] = (start + sum over t of weight t * row[i + t][x]) >> shift; rows come in pairs, coupled
    void (*fixed_columns)(int16_t *const *out, size_t count, const uint32_t *const *pairs, const kern_fixed_columns *c);
    // out[x] = 128 + ((start + sum over t of weight t * row[t][x]) >> shift), clipped; the result counts what was clipped
    size_t (*fixed_row)(uint8_t *out, size_t count, const int16_t *const *from, const kern_fixed_row *r);

    // Between levels and a coarse grid, a point of `step` samples (at most 8) after the other. Rows of points are read and
    // written for up to 16 samples more.
    // Four rows: out[i][x] = sum over t of weights[t] * rows[i * spacing + t][x]; more taps than three times the spacing
    void (*sum_levels)(float *const *out, size_t count, const uint8_t *const *rows, const float *weights, size_t taps, size_t spacing);
    // point p = sum over t of weights[t] * point p * spacing + t
    void (*gather_points)(float *out, const float *in, const float *weights, size_t taps, size_t spacing, size_t points, size_t step);
    // Sixteen rows of sums along them: out[i][x] = sum over t of weights[t] * in[i][x + t * step]; at least 8 taps.
    // Columns are read up to kern_row_sums_columns and written up to the next multiple of 16 * step.
    void (*row_sums)(float *out, size_t out_step, const float *in, size_t in_step, size_t count, const float *weights,
                     size_t taps, size_t step, float *room);
    // point p * spacing + i = sum over t < 4 of weights[4 * i + t] * grid point p + t
    void (*spread_points)(float *out, const float *grid, const float *weights, size_t spacing, size_t points, size_t step);
    // out[x] = sum over t < 4 of weights[t] * rows[t][x], rounded and clipped; the result counts what was clipped
    size_t (*blend_levels)(uint8_t *out, size_t count, const float *const *rows, const float *weights);

    // Windows on levels as they lie in a picture. Rows that are read go on for KERN_LEVEL_SLACK samples behind `count`.
    // out[x] = low[x] | high[x] << 8
    void (*interleave_levels)(uint16_t *out, const uint8_t *low, const uint8_t *high, size_t count);
    // Four rows of windows, or the first of them; the result counts samples that were off by more than half a level.
    size_t (*window_levels)(uint8_t *const *out, size_t count, const uint16_t *const *pairs, const kern_level_window *window);
    // Likewise; out[i][x] = factor * the root of the sum of two windows' squares
    size_t (*gradient_levels)(uint8_t *const *out, size_t count, const uint16_t *const *pairs, const kern_level_gradients *g);
    // out[i][x] = sum over t of weights[t] * rows[i + t][x] for four rows, at least 3 taps; out goes on as well
    void (*column_sums_of_levels)(float *const *out, size_t count, const uint8_t *const *rows, const float *weights, size_t taps);
    // columns[x] += next[x] − last[x], where there is a last
    void (*box_columns)(uint32_t *columns, const uint8_t *next, const uint8_t *last, size_t count);
    // out[x] = the sum of columns[x + step * j] over j < width, as a level; `spare` has room for
    // 2 * (KERN_BOX_BLOCK + step * width) + 64
    void (*box_rows)(uint8_t *out, size_t count, const uint32_t *columns, size_t step, size_t width, uint32_t *spare, const kern_level_scale *scale);
// Likewise with sums of 16 bits, the columns' sums going on by a row before.
    void (*box_narrow)(uint8_t *out, size_t count, const kern_level_box *box);
    // out[x] = the median of three rows at x, x + step and x + 2 * step; step is at most 8
    void (*median_levels)(uint8_t *out, size_t count, const uint8_t *const *rows, size_t step);
    // likewise of five rows, up to x + 4 * step
    void (*median_levels_of_25)(uint8_t *out, size_t count, const uint8_t *const *rows, size_t step);
    // `count` pixels of `step` samples, at most 8, from two rows of twice as many
    void (*halve_levels)(uint8_t *out, size_t count, const uint8_t *above, const uint8_t *below, size_t step, kern_halving rule);
    // out[x] = the larger, or the smaller, of a[x] and b[x]; out may be one of them or lie before, and whole registers are read
    void (*largest_levels)(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);
    void (*smallest_levels)(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t count);

    // Undoes a PNG row's filter: 0 none, 1 left, 2 above, 3 their mean, 4 Paeth's. `in` is the filtered row, `above` the
    // finished row above it or zeros; pixels are `step` (1, 2, 3, 4, 6, 8) bytes, `count` is a multiple of it, and none of
    // the rows overlap. Nothing outside `count` bytes is touched.
    void (*unfilter)(uint8_t *out, unsigned filter, const uint8_t *in, const uint8_t *above, size_t step, size_t count);
    // The two bytes of each sample exchanged; in place too.
    void (*swap_samples)(uint16_t *out, const uint16_t *in, size_t count);
    // PNG's filters over `count` bytes of a row and the row above it, whose left neighbours lie `step` bytes before:
    // both rows have `step` bytes in front. 0 none, 1 left, 2 above, 3 their mean, 4 Paeth's.
    // What each would leave: the sum of the distances of its bytes from 0.
    void (*filter_costs)(uint64_t costs[5], const uint8_t *row, const uint8_t *above, size_t step, size_t count);
    void (*filter_bytes)(uint8_t *out, unsigned filter, const uint8_t *row, const uint8_t *above, size_t step, size_t count);

    // JPEG's rows, by whole registers: up to KERN_BLOCK_SLACK blocks, and samples of rows, are read and written beyond `count`.
    // A row of 8×8 blocks, one behind the other, each coefficient times its factor, to eight rows of samples; blocks that are
    // not `detailed` have a mean alone.
    void (*unblock)(uint8_t *out, size_t pitch, const int16_t *blocks, const uint8_t *detailed, size_t count, const uint16_t *factors);
    // Chroma to luma's size: three quarters of the sample nearby and one of the next, in either direction. in[−1] and
    // in[count] are those at the edges again.
    void (*stretch_across)(uint8_t *out, const uint8_t *in, size_t count);
    void (*stretch_down)(uint8_t *out, const uint8_t *near, const uint8_t *far, size_t count, unsigned rounding);
    void (*stretch_both)(uint8_t *out, const uint8_t *near, const uint8_t *far, size_t count);
    // Pixels of three samples; nothing is written beyond `count` of them
    void (*rgb_of_ycc)(uint8_t *out, const uint8_t *luma, const uint8_t *blue, const uint8_t *red, size_t count);
    // The way back. Nothing is read beyond `count` pixels
    void (*ycc_of_rgb)(uint8_t *luma, uint8_t *blue, uint8_t *red, const uint8_t *in, size_t count);
    // Means of `across` times `down` samples
    void (*shrink_row)(uint8_t *out, const uint8_t *const *rows, size_t across, size_t down, size_t count);
    // Eight rows of samples to blocks, each coefficient divided and rounded, with a bit for each that is not 0, lowest first
    void (*block)(int16_t *blocks, uint64_t *masks, const uint8_t *in, size_t pitch, size_t count, const kern_block_divisors *divisors);
    // A block into bits: its mean as the difference from the one before, and what its mask has beside it; at most 512 bytes
    void (*spell_block)(kern_bit_writer *to, const int16_t *block, uint64_t mask, int difference, const kern_block_spelling *spelling);

    // The sum of a[x] * b[x]
    double (*dot)(const double *a, const double *b, size_t count);
    // sums[i * count + j] += weight * values[i] * values[j] for j >= i
    void (*add_outer)(double *sums, const double *values, size_t count, double weight);
    // Weighted sums and sums of products for layers.
    void (*layer_sums)(const kern_layer_sums *s);
    // The same from a start for rows, `count` columns of each: they are read at `pitch`, by whole vectors, and written at `out_pitch`.
    void (*layer_rows)(const kern_layer_sums *s, const kern_layer_lines *lines);
    void (*layer_dots)(const kern_layer_dots *d);
    // Rows of `pitch`: `lead` times `outside`, every stride-th of `inside` samples of a row, `outside` again.
    void (*lay_rows)(float *out, size_t pitch, const float *in, ptrdiff_t in_pitch, size_t rows, size_t lead, size_t inside, size_t stride, float outside);
    // A plane of such rows, run after run of them.
    void (*lay_plane)(float *out, const float *in, const kern_row_run *runs, size_t count, size_t stride, float outside);
    // 3×3 windows by tiles of 4×4 outputs. What a tile becomes has 36 numbers, each `step` behind the one before; tiles
    // lie side by side, `count` of them, a multiple of 16, or of 8 for gradients. Of a row eight samples may be looked at, and of
    // four tiles side by side twenty.
    // From the 6×6 samples of a picture at in + places[t], rows at `pitch`
    void (*picture_tiles)(float *out, size_t step, const float *in, const ptrdiff_t *places, size_t count, size_t pitch);
    // From 4×4 gradients; sums[0…7] together grow by all of them
    void (*gradient_tiles)(float *out, size_t step, const float *in, const ptrdiff_t *places, size_t count, size_t pitch, float *sums);
    // To 4×4 outputs at out + places[t], `start` added
    void (*output_tiles)(float *out, const ptrdiff_t *places, size_t pitch, const float *in, size_t step, size_t count, float start);
    // From kernels, packed for layer_sums at each of the 36 steps; 8 more behind the last are written to
    void (*kernel_points)(float *out, size_t step, const kern_kernels *k);
    // To `count` kernels one behind the other; 16 at a time may be looked at
    void (*kernels_of)(float *out, const float *in, size_t step, size_t count);
} kern_lanes;

// The levels this machine can run, lowest first, and how many they are.
const kern_lanes *const *kern_lanes_available(size_t *count);

#endif
