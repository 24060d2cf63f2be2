#ifdef KERN_TIFF

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "kc_tiff.h"
#include "report.h"

#if TIFFLIB_VERSION < 20221213
#error "kern's TIFF needs libtiff 4.5 or newer: older ones report errors to the whole process"
#endif

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

// MARK: What libtiff calls

static int on_error(TIFF *tiff, void *context, const char *module, const char *format, va_list values) {
    (void)tiff, (void)module;
    kc_tiff_reader *reader = context;
    char text[KC_TEXT_SIZE];
    vsnprintf(text, sizeof text, format, values);
    if (!reader->failed) kc_set_failure(&reader->report, KC_DAMAGED, text);
    reader->failed = true;
    return 1;
}

static int on_warning(TIFF *tiff, void *context, const char *module, const char *format, va_list values) {
    (void)tiff, (void)module;
    kc_tiff_reader *reader = context;
    char text[KC_TEXT_SIZE];
    vsnprintf(text, sizeof text, format, values);
    kc_add_warning(&reader->report, text);
    return 1;
}

static tmsize_t on_read(thandle_t context, void *bytes, tmsize_t count) {
    kc_tiff_reader *reader = context;
    ptrdiff_t got = reader->read(reader->context, reader->at, bytes, (size_t)count);
    if (got < 0) {
        kc_set_failure(&reader->report, KC_CALLBACK, "read failed");
        reader->failed = true;
        return -1;
    }
    if (got < count) reader->ran_out = true;
    reader->at += (uint64_t)got;
    return got;
}

static tmsize_t on_write(thandle_t context, void *bytes, tmsize_t count) {
    (void)context, (void)bytes, (void)count;
    return -1;
}

static toff_t on_seek(thandle_t context, toff_t place, int from) {
    kc_tiff_reader *reader = context;
    reader->at = place + (from == SEEK_CUR ? reader->at : from == SEEK_END ? reader->size : 0);
    return reader->at;
}

static int on_close(thandle_t context) { return (void)context, 0; }

static toff_t on_size(thandle_t context) { return ((kc_tiff_reader *)context)->size; }

// MARK: Header

kc_tiff_reader *kc_tiff_reader_create(void *context, kc_read_at read, uint64_t size, kc_limits limits) {
    kc_tiff_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->context = context;
    reader->read = read;
    reader->size = size;
    reader->limits = limits;
    return reader;
}

void kc_tiff_reader_destroy(kc_tiff_reader *reader) {
    if (!reader) return;
    if (reader->tiff) TIFFClose(reader->tiff);
    free(reader->row);
    free(reader->part);
    free(reader->band);
    free(reader);
}

const kc_report *kc_tiff_reader_report(const kc_tiff_reader *reader) { return &reader->report; }

static kc_status fail(kc_tiff_reader *reader, kc_status status, const char *text) {
    kc_set_failure(&reader->report, status, text);
    reader->failed = true;
    return status;
}

// After a call of libtiff's that failed, or after which an error was reported: what it was.
static kc_status given_up(kc_tiff_reader *reader) {
    if (!reader->failed) kc_set_failure(&reader->report, KC_DAMAGED, "libtiff gave up without a reason");
    reader->failed = true;
    if (reader->report.status == KC_DAMAGED && reader->ran_out) reader->report.status = KC_TRUNCATED;
    return reader->report.status;
}

static TIFF *opened(kc_tiff_reader *reader) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    uint64_t most = reader->limits.memory < (uint64_t)INT64_MAX ? reader->limits.memory : (uint64_t)INT64_MAX;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)most);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, reader);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, reader);
    TIFF *tiff =
        TIFFClientOpenExt("TIFF", "rm", reader, on_read, on_write, on_seek, on_close, on_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

// What the pixels mean: sets colours, palette and inversion.
static kc_status read_meaning(kc_tiff_reader *reader, uint16_t compression) {
    TIFF *tiff = reader->tiff;
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &reader->photometric))
        return fail(reader, KC_DAMAGED, "it does not say what its samples mean");
    reader->colours = 1;
    switch (reader->photometric) {
        case PHOTOMETRIC_MINISWHITE: reader->is_inverted = true; break;
        case PHOTOMETRIC_MINISBLACK: break;
        case PHOTOMETRIC_RGB: reader->colours = 3; break;
        case PHOTOMETRIC_PALETTE:
            if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &reader->palette[0], &reader->palette[1], &reader->palette[2]))
                return fail(reader, KC_DAMAGED, "it has no palette");
            reader->is_palette = true;
            reader->has_narrow_palette = true;
            for (uint32_t i = 0; i < (1u << (reader->bits & 15)); i++)
                for (int c = 0; c < 3; c++)
                    if (reader->palette[c][i] > 255) reader->has_narrow_palette = false;
            break;
        case PHOTOMETRIC_YCBCR:
            if (compression != COMPRESSION_JPEG) return fail(reader, KC_UNSUPPORTED, "its pixels are YCbCr");
            TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
            reader->colours = 3;
            break;
        case PHOTOMETRIC_SEPARATED: return fail(reader, KC_UNSUPPORTED, "its pixels are CMYK");
        case PHOTOMETRIC_CIELAB:
        case PHOTOMETRIC_ICCLAB:
        case PHOTOMETRIC_ITULAB: return fail(reader, KC_UNSUPPORTED, "its pixels are Lab");
        default: return fail(reader, KC_UNSUPPORTED, "its pixels are of an unusual kind");
    }
    return KC_OK;
}

static kc_status read_samples(kc_tiff_reader *reader) {
    TIFF *tiff = reader->tiff;
    uint16_t compression = 0, format = 0, planar = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &reader->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &reader->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
    if (!TIFFIsCODECConfigured(compression) || compression == COMPRESSION_OJPEG)
        return fail(reader, KC_UNSUPPORTED, "it is compressed in a way this libtiff cannot read");
    reader->is_float = format == SAMPLEFORMAT_IEEEFP;
    bool is_whole = format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID;
    bool is_packed = reader->bits == 1 || reader->bits == 2 || reader->bits == 4;
    if (reader->is_float ? reader->bits != 32 : !(is_whole && (is_packed || reader->bits == 8 || reader->bits == 16)))
        return fail(reader, KC_UNSUPPORTED, "its samples are neither 1 to 16 bits nor 32-bit floats");
    if (read_meaning(reader, compression) != KC_OK) return reader->report.status;
    uint32_t stored = reader->is_palette ? 1 : reader->colours;
    if (reader->samples < stored) return fail(reader, KC_DAMAGED, "it has fewer channels than its colours need");
    if ((is_packed && reader->samples != 1) || (reader->is_palette && (reader->bits > 8 || reader->is_float)))
        return fail(reader, KC_UNSUPPORTED, "its samples are packed in an unusual way");
    uint16_t extras = 0, *kinds = NULL;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
    reader->alpha = -1;
    for (uint16_t i = 0; i < extras && stored + i < reader->samples && reader->alpha < 0; i++)
        if (kinds[i] == EXTRASAMPLE_ASSOCALPHA || kinds[i] == EXTRASAMPLE_UNASSALPHA) {
            reader->alpha = (int)(stored + i);
            reader->is_premultiplied = kinds[i] == EXTRASAMPLE_ASSOCALPHA;
        }
    if (reader->samples > stored + (reader->alpha >= 0))
        kc_add_warning(&reader->report, "channels that are neither colour nor transparency were left out");
    reader->is_apart = planar == PLANARCONFIG_SEPARATE && reader->samples > 1;
    if (reader->is_palette) reader->colours = 3;
    return KC_OK;
}

// How the rows lie: strips that hold whole pixels are read row by row, others by bands.
static kc_status read_layout(kc_tiff_reader *reader, kc_tiff_header *header) {
    TIFF *tiff = reader->tiff;
    uint64_t row_bits = (uint64_t)reader->width * reader->samples * reader->bits;
    if (row_bits / 8 >= SIZE_MAX / 4) return fail(reader, KC_LIMIT_MEMORY, "a row is too long");
    reader->row_bytes = (size_t)((row_bits + 7) / 8);
    header->held_bytes = reader->row_bytes;
    reader->is_tiled = TIFFIsTiled(tiff) != 0;
    uint64_t held = 0, part = 0, part_row = 0;
    if (reader->is_tiled) {
        if (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &reader->tile_width)
            || !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &reader->band_height) || reader->tile_width == 0
            || reader->band_height == 0 || reader->tile_width % 16 != 0)
            return fail(reader, KC_DAMAGED, "its tiles have no valid size");
        part_row = TIFFTileRowSize64(tiff);
        part = TIFFTileSize64(tiff);
    } else if (reader->is_apart) {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &reader->band_height);
        if (reader->band_height > reader->height) reader->band_height = reader->height;
        if (reader->band_height == 0) return fail(reader, KC_DAMAGED, "its strips have no rows");
        part_row = TIFFScanlineSize64(tiff);
        part = part_row * reader->band_height;
    } else if (TIFFScanlineSize64(tiff) != reader->row_bytes) {
        return fail(reader, KC_UNSUPPORTED, "its rows are packed in an unusual way");
    }
    if (reader->is_tiled || reader->is_apart) {
        uint64_t columns = reader->is_tiled ? reader->tile_width : reader->width;
        uint64_t expected = (columns * (reader->is_apart ? 1 : reader->samples) * reader->bits + 7) / 8;
        if (part_row != expected || part == 0) return fail(reader, KC_UNSUPPORTED, "its tiles are packed in an unusual way");
        uint32_t rows = reader->band_height < reader->height ? reader->band_height : reader->height;
        if (__builtin_mul_overflow((uint64_t)rows, (uint64_t)reader->row_bytes, &held)
            || __builtin_add_overflow(held, part, &held))
            held = UINT64_MAX;
    }
    reader->part_row_bytes = (size_t)part_row;
    reader->part_bytes = (size_t)part;
    if (held > header->held_bytes) header->held_bytes = held;
    return KC_OK;
}

kc_status kc_tiff_reader_header(kc_tiff_reader *reader, kc_tiff_header *header) {
    reader->tiff = opened(reader);
    if (!reader->tiff || reader->failed) return given_up(reader);
    TIFF *tiff = reader->tiff;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &reader->width)
        || !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &reader->height) || reader->width == 0 || reader->height == 0)
        return fail(reader, KC_DAMAGED, "it has no pixels");
    if (read_samples(reader) != KC_OK || read_layout(reader, header) != KC_OK) return reader->report.status;
    header->width = reader->width;
    header->height = reader->height;
    header->colours = reader->colours;
    header->has_alpha = reader->alpha >= 0;
    header->bits = reader->bits < 8 ? 8 : reader->bits;
    uint16_t unit = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &header->orientation);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
    if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &header->density_x)
        && TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &header->density_y))
        header->density_unit = unit;
    if (!TIFFLastDirectory(tiff)) kc_add_warning(&reader->report, "it has more pages; the first was read");
    // libtiff goes on without a tag whose value is cut off; a file that is shorter than it says is damaged.
    if (reader->ran_out && !reader->failed) return fail(reader, KC_TRUNCATED, "the file ends early");
    return reader->failed ? given_up(reader) : KC_OK;
}

const uint8_t *kc_tiff_reader_icc(const kc_tiff_reader *reader, size_t *count) {
    uint32_t size = 0;
    void *bytes = NULL;
    if (!TIFFGetField(reader->tiff, TIFFTAG_ICCPROFILE, &size, &bytes)) return NULL;
    *count = size;
    return bytes;
}

const uint8_t *kc_tiff_reader_text(const kc_tiff_reader *reader, int text, size_t *count) {
    static const uint32_t tags[] = {TIFFTAG_IMAGEDESCRIPTION, TIFFTAG_SOFTWARE, TIFFTAG_ARTIST, TIFFTAG_COPYRIGHT};
    if (text == KC_TIFF_XMP) {
        uint32_t size = 0;
        void *bytes = NULL;
        if (!TIFFGetField(reader->tiff, TIFFTAG_XMLPACKET, &size, &bytes)) return NULL;
        *count = size;
        return bytes;
    }
    char *bytes = NULL;
    if (!TIFFGetField(reader->tiff, tags[text], &bytes) || !bytes) return NULL;
    *count = strlen(bytes);
    return (uint8_t *)bytes;
}

// MARK: Rows

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
