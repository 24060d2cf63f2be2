#ifdef KERN_TIFF

#include <stdlib.h>
#include <string.h>

#include "tiff_reader.h"

// Puts a tile, or a strip of one channel, where its pixels belong in the band.
static void place(kc_tiff_reader *reader, uint32_t rows, uint32_t column, uint16_t sample) {
    size_t size = reader->bits / 8, step = (size_t)reader->samples * size;
    for (uint32_t y = 0; y < rows; y++) {
        const uint8_t *from = reader->part + y * reader->part_row_bytes;
        uint8_t *to = reader->band + y * reader->row_bytes;
        if (!reader->is_apart) {
            size_t start = (size_t)column * reader->samples * reader->bits / 8, left = reader->row_bytes - start;
            memcpy(to + start, from, left < reader->part_row_bytes ? left : reader->part_row_bytes);
            continue;
        }
        uint32_t columns = reader->width - column;
        if (reader->is_tiled && columns > reader->tile_width) columns = reader->tile_width;
        for (uint32_t x = 0; x < columns; x++)
            memcpy(to + (column + x) * step + sample * size, from + x * size, size);
    }
}

static bool read_band(kc_tiff_reader *reader) {
    TIFF *tiff = reader->tiff;
    uint32_t left = reader->height - reader->next, rows = left < reader->band_height ? left : reader->band_height;
    uint16_t planes = reader->is_apart ? reader->samples : 1;
    for (uint16_t sample = 0; sample < planes; sample++) {
        for (uint32_t x = 0; x < reader->width; x += reader->tile_width) {
            tmsize_t got, wanted;
            if (reader->is_tiled) {
                wanted = (tmsize_t)reader->part_bytes;
                got = TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, reader->next, 0, sample), reader->part, wanted);
            } else {
                wanted = (tmsize_t)(rows * reader->part_row_bytes);
                got = TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, reader->next, sample), reader->part, wanted);
            }
            if (got != wanted || reader->failed) return false;
            place(reader, rows, x, sample);
            if (!reader->is_tiled || reader->width - x <= reader->tile_width) break;
        }
    }
    reader->band_start = reader->next;
    reader->band_end = reader->next + rows;
    return true;
}

static const uint8_t *next_row(kc_tiff_reader *reader) {
    if (!reader->is_tiled && !reader->is_apart) {
        if (!reader->row) reader->row = malloc(reader->row_bytes);
        if (!reader->row) fail(reader, KC_OUT_OF_MEMORY, "no memory");
        if (reader->failed || TIFFReadScanline(reader->tiff, reader->row, reader->next, 0) < 0 || reader->failed)
            return NULL;
        return reader->row;
    }
    if (!reader->band) {
        uint32_t rows = reader->band_height < reader->height ? reader->band_height : reader->height;
        reader->part = malloc(reader->part_bytes);
        reader->band = malloc(rows * reader->row_bytes);
        if (!reader->part || !reader->band) {
            fail(reader, KC_OUT_OF_MEMORY, "no memory");
            return NULL;
        }
    }
    if (reader->next >= reader->band_end && !read_band(reader)) return NULL;
    return reader->band + (reader->next - reader->band_start) * reader->row_bytes;
}

static void convert_packed(const kc_tiff_reader *reader, const uint8_t *row, uint8_t *out) {
    uint32_t bits = reader->bits, mask = (1u << bits) - 1;
    for (uint32_t x = 0; x < reader->width; x++) {
        uint64_t place = (uint64_t)x * bits;
        uint32_t v = (uint32_t)row[place / 8] >> (8 - bits - place % 8) & mask;
        if (reader->is_palette) {
            for (int c = 0; c < 3; c++)
                out[3 * x + c] = (uint8_t)(reader->has_narrow_palette ? reader->palette[c][v] : reader->palette[c][v] >> 8);
        } else {
            out[x] = (uint8_t)((reader->is_inverted ? mask - v : v) * 255 / mask);
        }
    }
}

#define CONVERT(name, type, inverted, divided)                                                              \
    static void name(const kc_tiff_reader *reader, const uint8_t *row, uint8_t *bytes) {                    \
        const type *in = (const type *)row;                                                                 \
        type *out = (type *)bytes;                                                                          \
        for (uint32_t x = 0; x < reader->width; x++, in += reader->samples) {                               \
            for (uint32_t c = 0; c < reader->colours; c++) {                                                \
                type v = in[c];                                                                             \
                if (reader->is_premultiplied) {                                                             \
                    type a = in[reader->alpha];                                                             \
                    v = divided;                                                                            \
                }                                                                                           \
                *out++ = reader->is_inverted ? inverted : v;                                                \
            }                                                                                               \
            if (reader->alpha >= 0) *out++ = in[reader->alpha];                                             \
        }                                                                                                   \
    }

CONVERT(convert_8, uint8_t, (uint8_t)(255 - v), (uint8_t)(a == 0 ? 0 : v >= a ? 255 : (v * 255u + a / 2) / a))
CONVERT(convert_16, uint16_t, (uint16_t)(65535 - v), (uint16_t)(a == 0 ? 0 : v >= a ? 65535 : (v * 65535u + a / 2) / a))
CONVERT(convert_float, float, 1 - v, (a == 0 ? 0 : v / a))
#undef CONVERT

// One index a byte, and perhaps channels nobody asked for behind it.
static void convert_palette(const kc_tiff_reader *reader, const uint8_t *row, uint8_t *out) {
    for (uint32_t x = 0; x < reader->width; x++, row += reader->samples) {
        for (int c = 0; c < 3; c++) {
            uint16_t v = reader->palette[c][row[0]];
            *out++ = (uint8_t)(reader->has_narrow_palette ? v : v >> 8);
        }
        if (reader->alpha >= 0) *out++ = row[reader->alpha];
    }
}

kc_status kc_tiff_reader_rows(kc_tiff_reader *reader, uint8_t *out, size_t count) {
    size_t size = reader->bits < 8 ? 1 : reader->bits / 8;
    size_t stride = (size_t)reader->width * (reader->colours + (reader->alpha >= 0)) * size;
    for (size_t i = 0; i < count; i++, out += stride) {
        const uint8_t *row = next_row(reader);
        if (!row) return given_up(reader);
        reader->next++;
        if (reader->bits < 8) {
            convert_packed(reader, row, out);
        } else if (reader->is_palette) {
            convert_palette(reader, row, out);
        } else if (reader->bits == 8) {
            convert_8(reader, row, out);
        } else if (reader->bits == 16) {
            convert_16(reader, row, out);
        } else {
            convert_float(reader, row, out);
        }
    }
    return KC_OK;
}

#endif
