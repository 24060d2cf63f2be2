// What tiff_reader.c and tiff_rows.c share.
#ifndef KC_TIFF_READER_H
#define KC_TIFF_READER_H

#include <tiffio.h>

#include "kc_tiff.h"
#include "report.h"

struct kc_tiff_reader {
    TIFF *tiff;
    kc_report report;
    void *context;
    kc_read_at read;
    uint64_t size, at;
    kc_limits limits;
    bool failed, ran_out;
    uint32_t width, height;
    uint16_t bits, samples, photometric;
    bool is_apart, is_tiled;  // channels lie apart; tiles, not strips
    bool is_inverted, is_palette, is_premultiplied, is_float;
    int alpha;  // which sample; -1 for none
    uint32_t colours;
    uint16_t *palette[3];
    bool has_narrow_palette;  // old writers give 8 bits where 16 are meant
    uint32_t tile_width, band_height;
    size_t row_bytes, part_row_bytes, part_bytes;  // a stored row; a row and all of a tile, or of one channel's strip
    uint8_t *row;                                  // one stored row
    uint8_t *part, *band;                          // a tile or strip; all those that share their rows
    uint32_t next, band_start, band_end;
};

static inline kc_status fail(kc_tiff_reader *reader, kc_status status, const char *text) {
    kc_set_failure(&reader->report, status, text);
    reader->failed = true;
    return status;
}

// After a call of libtiff's that failed, or after which an error was reported: what it was.
static inline kc_status given_up(kc_tiff_reader *reader) {
    if (!reader->failed) kc_set_failure(&reader->report, KC_DAMAGED, "libtiff gave up without a reason");
    reader->failed = true;
    if (reader->report.status == KC_DAMAGED && reader->ran_out) reader->report.status = KC_TRUNCATED;
    return reader->report.status;
}

#endif
