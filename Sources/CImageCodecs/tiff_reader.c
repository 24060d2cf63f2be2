#ifdef KERN_TIFF

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "tiff_reader.h"

#if TIFFLIB_VERSION < 20221213
#error "kern's TIFF needs libtiff 4.5 or newer: older ones report errors to the whole process"
#endif

// MARK: What libtiff calls

// libtiff breaks the lines of some of its sentences.
static void tell(char *text, size_t size, const char *format, va_list values) {
    vsnprintf(text, size, format, values);
    for (char *letter = text; *letter != 0; letter++)
        if ((unsigned char)*letter < 32) *letter = ' ';
}

static int on_error(TIFF *tiff, void *context, const char *module, const char *format, va_list values) {
    (void)tiff, (void)module;
    kc_tiff_reader *reader = context;
    char text[KC_TEXT_SIZE];
    tell(text, sizeof text, format, values);
    if (!reader->failed) kc_set_failure(&reader->report, KC_DAMAGED, text);
    reader->failed = true;
    return 1;
}

static int on_warning(TIFF *tiff, void *context, const char *module, const char *format, va_list values) {
    (void)tiff, (void)module;
    kc_tiff_reader *reader = context;
    char text[KC_TEXT_SIZE];
    tell(text, sizeof text, format, values);
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

#endif
