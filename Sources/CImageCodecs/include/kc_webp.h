// WebP by libwebp: only where kern is built with the trait WebP. Pictures are held whole, as libwebp holds them.
#ifndef KC_WEBP_H
#define KC_WEBP_H

#include "CImageCodecs.h"

typedef struct {
    uint32_t width, height;
    bool has_alpha;  // then rows are RGBA, else RGB
} kc_webp_header;

enum { KC_WEBP_ICC, KC_WEBP_EXIF, KC_WEBP_XMP, KC_WEBP_BLOCKS };

// A file in memory; decodes nothing.
kc_status kc_webp_read_header(const uint8_t *file, size_t size, kc_webp_header *header, kc_report *report);
// One of the blocks beside the picture, copied; NULL where there is none. To be freed.
uint8_t *kc_webp_read_block(const uint8_t *file, size_t size, int block, size_t *count);
// All rows, into room for them.
kc_status kc_webp_read_rows(
    const uint8_t *file, size_t size, const kc_webp_header *header, uint8_t *out, kc_report *report);

typedef struct {
    const uint8_t *bytes;
    size_t count;
} kc_webp_block;

// The whole file, to be freed; NULL for a failure. Quality 1 to 100, or 0 for no loss at all; effort 0 to 6.
uint8_t *kc_webp_write(
    const uint8_t *rows, const kc_webp_header *header, int quality, int effort,
    const kc_webp_block blocks[KC_WEBP_BLOCKS], size_t *count, kc_report *report);

#endif
