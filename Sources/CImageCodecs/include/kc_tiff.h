// TIFF rows by libtiff: only where kern is built with the trait TIFF. Libtiff calls back for bytes and for errors, and
// returns: nothing jumps.
#ifndef KC_TIFF_H
#define KC_TIFF_H

#include "CImageCodecs.h"

// The texts both ways carry; ENTRY(tag, name).
enum { KC_TIFF_DESCRIPTION, KC_TIFF_SOFTWARE, KC_TIFF_ARTIST, KC_TIFF_COPYRIGHT, KC_TIFF_XMP, KC_TIFF_TEXTS };

typedef struct {
    uint32_t width, height;
    uint32_t colours;  // 1 grey or 3 RGB: as rows are handed over
    bool has_alpha;
    uint32_t bits;          // 8, 16, or 32 for floats: as rows are handed over
    uint16_t orientation;   // 1 to 8
    uint16_t density_unit;  // 1 none, 2 inch, 3 centimetre; 0 where the file does not say
    float density_x, density_y;
    uint64_t held_bytes;  // what is kept at once of tiles, or of strips whose channels lie apart
} kc_tiff_header;

// Copies bytes from `place` on: their number, fewer only at the end of the file; -1 for a failure.
typedef ptrdiff_t (*kc_read_at)(void *context, uint64_t place, uint8_t *bytes, size_t count);

typedef struct kc_tiff_reader kc_tiff_reader;

kc_tiff_reader *kc_tiff_reader_create(void *context, kc_read_at read, uint64_t size, kc_limits limits);
void kc_tiff_reader_destroy(kc_tiff_reader *reader);
const kc_report *kc_tiff_reader_report(const kc_tiff_reader *reader);
kc_status kc_tiff_reader_header(kc_tiff_reader *reader, kc_tiff_header *header);
const uint8_t *kc_tiff_reader_icc(const kc_tiff_reader *reader, size_t *count);
// NULL where the file has none.
const uint8_t *kc_tiff_reader_text(const kc_tiff_reader *reader, int text, size_t *count);
kc_status kc_tiff_reader_rows(kc_tiff_reader *reader, uint8_t *out, size_t count);

typedef struct kc_tiff_writer kc_tiff_writer;

// Compresses into memory, of which it takes at most `memory` bytes. Level 0 stores, 1 to 9 are zlib's.
kc_tiff_writer *kc_tiff_writer_create(const kc_tiff_header *header, int level, uint64_t memory);
void kc_tiff_writer_destroy(kc_tiff_writer *writer);
const kc_report *kc_tiff_writer_report(const kc_tiff_writer *writer);
kc_status kc_tiff_writer_icc(kc_tiff_writer *writer, const uint8_t *bytes, size_t count);
// `bytes` ends in a zero that `count` does not count.
kc_status kc_tiff_writer_text(kc_tiff_writer *writer, int text, const char *bytes, size_t count);
kc_status kc_tiff_writer_rows(kc_tiff_writer *writer, const uint8_t *rows, size_t count);
// The whole file; valid until the writer is destroyed.
kc_status kc_tiff_writer_finish(kc_tiff_writer *writer, const uint8_t **bytes, size_t *count);

#endif
