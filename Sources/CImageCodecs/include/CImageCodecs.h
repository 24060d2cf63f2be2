// Rows in, rows out: libpng and libjpeg behind calls that return a status.
// setjmp lives behind this header. The callbacks into Swift return before C raises anything, so a longjmp never crosses
// a Swift frame.
#ifndef C_IMAGE_CODECS_H
#define C_IMAGE_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    KC_OK = 0,
    KC_DAMAGED,      // the text says how
    KC_TRUNCATED,    // the bytes ended before the picture did
    KC_UNSUPPORTED,  // the text says what
    KC_LIMIT_MEMORY,
    KC_LIMIT_CHUNK_BYTES,
    KC_LIMIT_CHUNKS,
    KC_LIMIT_SCANS,
    KC_CALLBACK,  // the byte source or sink failed, and knows why
    KC_OUT_OF_MEMORY,
    KC_REFUSED,  // the library would not write this; the text says why
} kc_status;

enum { KC_TEXT_SIZE = 256, KC_WARNINGS_SIZE = 2048 };

// What a call leaves behind when it did not return KC_OK, and the library's warnings, one a line.
typedef struct {
    kc_status status;
    char text[KC_TEXT_SIZE];
    char warnings[KC_WARNINGS_SIZE];
} kc_report;

typedef struct {
    uint64_t memory;
    uint64_t chunk_bytes;
    uint32_t chunks;
    uint32_t scans;
} kc_limits;

// Lends the next bytes: their number, 0 at the end, -1 for a failure. They stay valid until the next call.
typedef ptrdiff_t (*kc_refill)(void *context, const uint8_t **bytes);
// Takes bytes; returns false for a failure.
typedef bool (*kc_drain)(void *context, const uint8_t *bytes, size_t count);

// MARK: PNG

// How samples lie in the file.
typedef struct {
    uint32_t bits;      // 1, 2, 4, 8 or 16 a sample; 16-bit ones are big-endian, smaller ones packed, first pixel high
    uint32_t channels;  // 1 for palette indices
    size_t row_bytes;
    bool is_palette;
    uint32_t palette_size;
    uint8_t palette[256][4];  // red, green, blue, alpha
    bool has_key;  // pixels of exactly this colour are transparent
    uint16_t key[3];
} kc_png_storage;

typedef struct {
    uint32_t width, height;
    uint32_t channels;  // 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA: as rows are handed over
    uint32_t bits;      // 8 or 16: as rows are handed over
    bool interlaced;
    bool has_density;
    bool density_in_metres;
    uint32_t density_x, density_y;
    int32_t srgb_intent;  // -1 where the file does not say
    int32_t gamma;        // in 1/100000; 0 where the file does not say
    bool has_chromaticities;
    int32_t chromaticities[8];  // white, red, green, blue as x y, in 1/100000
} kc_png_header;

typedef struct {
    const char *keyword;
    const char *text;
    size_t text_length;
    const char *language;
    bool is_utf8;  // else Latin-1
} kc_png_text;

typedef struct kc_png_reader kc_png_reader;

kc_png_reader *kc_png_reader_create(void *context, kc_refill refill, kc_limits limits);
void kc_png_reader_destroy(kc_png_reader *reader);
const kc_report *kc_png_reader_report(const kc_png_reader *reader);
// Reads everything in front of the pixels.
kc_status kc_png_reader_header(kc_png_reader *reader, kc_png_header *header);
const kc_png_storage *kc_png_reader_storage(const kc_png_reader *reader);
const uint8_t *kc_png_reader_icc(kc_png_reader *reader, size_t *count);
const uint8_t *kc_png_reader_exif(kc_png_reader *reader, size_t *count);
size_t kc_png_reader_text_count(kc_png_reader *reader);
kc_png_text kc_png_reader_text(kc_png_reader *reader, size_t index);
// Behind the header: gives the head (length, name) of the first chunk of pixels, which is the last thing read, and how
// many of the bytes lent last are still unread. From there on the caller reads for itself.
size_t kc_png_reader_leave(kc_png_reader *reader, uint8_t chunk_head[8]);
// Or: decodes an interlaced picture, its samples as they are stored, row after row; NULL for a failure.
const uint8_t *kc_png_reader_interlaced(kc_png_reader *reader);
// Reads what follows an interlaced picture up to IEND.
kc_status kc_png_reader_finish(kc_png_reader *reader);

typedef struct kc_png_writer kc_png_writer;

// Writes all of a PNG but its pixels.
kc_png_writer *kc_png_writer_create(void *context, kc_drain drain);
void kc_png_writer_destroy(kc_png_writer *writer);
const kc_report *kc_png_writer_report(const kc_png_writer *writer);
kc_status kc_png_writer_header(kc_png_writer *writer, const kc_png_header *header);
kc_status kc_png_writer_icc(kc_png_writer *writer, const uint8_t *bytes, size_t count);
kc_status kc_png_writer_exif(kc_png_writer *writer, const uint8_t *bytes, size_t count);
kc_status kc_png_writer_text(kc_png_writer *writer, const kc_png_text *text);
// Writes everything in front of the pixels; IDAT chunks are the caller's.
kc_status kc_png_writer_start(kc_png_writer *writer);
// Writes IEND.
kc_status kc_png_writer_finish(kc_png_writer *writer);

// What PNG's pixels are packed with. One deflater belongs to one thread at a time.
typedef struct kc_deflater kc_deflater;

// In front of and behind the bytes kc_deflate returns there is room for so many more.
enum { KC_DEFLATED_HEAD = 10, KC_DEFLATED_TAIL = 8 };

// For strips of at most `most` bytes; effort 0 stores, 9 tries hardest.
kc_deflater *kc_deflater_create(int effort, size_t most);
void kc_deflater_destroy(kc_deflater *deflater);
// A piece of a raw deflate stream without history that ends on a byte, and the stream after the last. `count` is the
// number of bytes given, and then of those returned; they stay valid until the next call.
uint8_t *kc_deflate(kc_deflater *deflater, const uint8_t *bytes, size_t *count, bool is_last);
uint32_t kc_crc(const uint8_t *bytes, size_t count);
uint32_t kc_adler(const uint8_t *bytes, size_t count);
// The checksum of two stretches of bytes from those of each.
uint32_t kc_adler_joined(uint32_t first, uint32_t second, size_t second_count);

// MARK: JPEG

typedef struct {
    uint32_t width, height;
    uint32_t channels;  // 1 grey or 3 RGB: as rows are handed over
    bool was_cmyk;
    bool holds_whole;          // several scans: the coefficients of the whole picture are kept
    uint64_t coefficient_bytes;  // what that takes
    int32_t quality;           // estimated from the quantisation tables
    int32_t luma_h, luma_v;    // luma samples per chroma sample; 0 where chroma is not sampled alike
    int32_t density_unit;      // JFIF's 0 aspect, 1 inch, 2 cm; -1 without JFIF
    int32_t density_x, density_y;
} kc_jpeg_header;

typedef struct kc_jpeg_reader kc_jpeg_reader;

kc_jpeg_reader *kc_jpeg_reader_create(void *context, kc_refill refill, kc_limits limits);
void kc_jpeg_reader_destroy(kc_jpeg_reader *reader);
const kc_report *kc_jpeg_reader_report(const kc_jpeg_reader *reader);
// Reads up to the first scan.
kc_status kc_jpeg_reader_header(kc_jpeg_reader *reader, kc_jpeg_header *header);
// The APP1, APP2 and COM segments in front of the first scan, in order, without their length words.
size_t kc_jpeg_reader_segment_count(const kc_jpeg_reader *reader);
const uint8_t *kc_jpeg_reader_segment(const kc_jpeg_reader *reader, size_t index, int *marker, size_t *count);
// The first scan as its header tells of it, where it is baseline, holds the whole picture and is grey or YCbCr; else false.
// The factors are in rows, the counts by length with none of length 0, codes are in the order of their length.
typedef struct {
    int32_t h, v; // samples across and down in each MCU, in eights
    const uint16_t *factors;
    const uint8_t *dc_counts, *dc_symbols, *ac_counts, *ac_symbols;
} kc_jpeg_component;
bool kc_jpeg_reader_scan(const kc_jpeg_reader *reader, kc_jpeg_component components[3], uint32_t *restart_interval);
// Leaves the scan to the caller, who reads on from its first byte: so many of the bytes that were lent last are unread.
size_t kc_jpeg_reader_leave(kc_jpeg_reader *reader);
kc_status kc_jpeg_reader_start(kc_jpeg_reader *reader);
kc_status kc_jpeg_reader_rows(kc_jpeg_reader *reader, uint8_t *out, size_t count);
kc_status kc_jpeg_reader_finish(kc_jpeg_reader *reader);

typedef struct kc_jpeg_writer kc_jpeg_writer;

// Compresses into memory: a picture's head, or strips of it. The bytes lent stay valid until the next call.
kc_jpeg_writer *kc_jpeg_writer_create(void);
void kc_jpeg_writer_destroy(kc_jpeg_writer *writer);
const kc_report *kc_jpeg_writer_report(const kc_jpeg_writer *writer);
// Takes width, height, channels, quality, luma_h, luma_v and the density from `header`. `restart_interval` is in MCUs;
// 0 for none.
kc_status kc_jpeg_writer_start(kc_jpeg_writer *writer, const kc_jpeg_header *header, uint32_t restart_interval);
// The tables that its scan is written with, as above; after start.
void kc_jpeg_writer_scan(const kc_jpeg_writer *writer, kc_jpeg_component components[3]);
// Between start and head.
kc_status kc_jpeg_writer_segment(kc_jpeg_writer *writer, int marker, const uint8_t *bytes, size_t count);
// Everything in front of the first entropy-coded byte.
kc_status kc_jpeg_writer_head(kc_jpeg_writer *writer, const uint8_t **bytes, size_t *count);
// The entropy-coded bytes of `header->height` rows: instead of start, segment and head, as often as wanted. What strips are
// held to: they are written by loops of our own.
kc_status kc_jpeg_writer_strip(
    kc_jpeg_writer *writer, const kc_jpeg_header *header, const uint8_t *rows, const uint8_t **bytes, size_t *count);

// MARK: Temporary files

// Remembers a path for kc_temporaries_unlink; returns its slot, or -1 where the path is too long or all slots are taken.
int kc_temporaries_add(const char *path);
void kc_temporaries_remove(int slot);
// Unlinks every remembered path. Async-signal-safe.
void kc_temporaries_unlink(void);
// Lets a crash, too, unlink them, before it is what it would have been.
void kc_temporaries_guard(void);

// glibc maps every block of more than 128 KiB for itself and unmaps it when it is free, so that each picture of a folder
// touches its bands anew (224,000 page faults in 200 photos, now 5,000), and lays them all on page borders, where copying
// from one to the other is slow. Blocks of up to 32 MiB come from the heap here.
// It also gives each thread a heap of its own and reserves 64 MiB of addresses for it: two serve all, and one where addresses
// are rationed (`ulimit -v`).
void kc_heap_settle(void);

#include "kc_tiff.h"
#include "kc_webp.h"

#endif
