#ifdef KERN_TIFF

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

#include "kc_tiff.h"
#include "report.h"

enum { STRIP_BYTES = 256 * 1024, FIRST_SIZE = 64 * 1024 };

// A TIFF is not written from front to back: the file grows in memory.
struct kc_tiff_writer {
    TIFF *tiff;
    kc_report report;
    bool failed;
    uint8_t *bytes, *row;
    size_t size, room, at, row_bytes;
    uint64_t memory;
    uint32_t next;
};

static void fail(kc_tiff_writer *writer, kc_status status, const char *text) {
    if (!writer->failed) kc_set_failure(&writer->report, status, text);
    writer->failed = true;
}

static int on_error(TIFF *tiff, void *context, const char *module, const char *format, va_list values) {
    (void)tiff, (void)module;
    char text[KC_TEXT_SIZE];
    vsnprintf(text, sizeof text, format, values);
    fail(context, KC_REFUSED, text);
    return 1;
}

static int on_warning(TIFF *tiff, void *context, const char *module, const char *format, va_list values) {
    (void)tiff, (void)module;
    kc_tiff_writer *writer = context;
    char text[KC_TEXT_SIZE];
    vsnprintf(text, sizeof text, format, values);
    kc_add_warning(&writer->report, text);
    return 1;
}

static tmsize_t on_read(thandle_t context, void *bytes, tmsize_t count) {
    kc_tiff_writer *writer = context;
    size_t left = writer->at < writer->size ? writer->size - writer->at : 0, got = (size_t)count < left ? (size_t)count : left;
    if (got > 0) memcpy(bytes, writer->bytes + writer->at, got);
    writer->at += got;
    return (tmsize_t)got;
}

static bool reserve(kc_tiff_writer *writer, size_t size) {
    if (size <= writer->room) return true;
    if (size > writer->memory) {
        fail(writer, KC_LIMIT_MEMORY, "the file does not fit");
        return false;
    }
    size_t room = writer->room;
    while (room < size) room += room / 2;
    uint8_t *grown = realloc(writer->bytes, room);
    if (!grown) {
        fail(writer, KC_OUT_OF_MEMORY, "no memory");
        return false;
    }
    writer->bytes = grown;
    writer->room = room;
    return true;
}

static tmsize_t on_write(thandle_t context, void *bytes, tmsize_t count) {
    kc_tiff_writer *writer = context;
    size_t end;
    if (__builtin_add_overflow(writer->at, (size_t)count, &end) || !reserve(writer, end)) return -1;
    if (writer->at > writer->size) memset(writer->bytes + writer->size, 0, writer->at - writer->size);
    memcpy(writer->bytes + writer->at, bytes, (size_t)count);
    writer->at = end;
    if (end > writer->size) writer->size = end;
    return count;
}

static toff_t on_seek(thandle_t context, toff_t place, int from) {
    kc_tiff_writer *writer = context;
    writer->at = (size_t)place + (from == SEEK_CUR ? writer->at : from == SEEK_END ? writer->size : 0);
    return writer->at;
}

static int on_close(thandle_t context) { return (void)context, 0; }

static toff_t on_size(thandle_t context) { return ((kc_tiff_writer *)context)->size; }

static void set_fields(TIFF *tiff, const kc_tiff_header *header, int level, uint32_t rows_per_strip) {
    uint16_t samples = (uint16_t)(header->colours + header->has_alpha), alpha = EXTRASAMPLE_UNASSALPHA;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, header->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, header->height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, header->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, header->bits == 32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, header->colours == 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    if (header->has_alpha) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, header->orientation);
    if (level == 0) {
        TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    } else {
        TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
        TIFFSetField(tiff, TIFFTAG_PREDICTOR, header->bits == 32 ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
        TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, level);
    }
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows_per_strip);
    if (header->density_unit > 0) {
        TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, header->density_unit);
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, header->density_x);
        TIFFSetField(tiff, TIFFTAG_YRESOLUTION, header->density_y);
    }
}

kc_tiff_writer *kc_tiff_writer_create(const kc_tiff_header *header, int level, uint64_t memory) {
    kc_tiff_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    writer->memory = memory;
    writer->room = FIRST_SIZE;
    writer->row_bytes = (size_t)header->width * (header->colours + header->has_alpha) * header->bits / 8;
    writer->bytes = malloc(writer->room);
    writer->row = malloc(writer->row_bytes);
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (writer->bytes && writer->row && options) {
        TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, writer);
        TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, writer);
        // Places in an ordinary TIFF have 32 bits; so much could be needed where nothing can be packed.
        bool is_big = (uint64_t)writer->row_bytes * header->height > UINT32_MAX - (UINT32_MAX >> 4);
        writer->tiff = TIFFClientOpenExt(
            "TIFF", is_big ? "w8m" : "wm", writer, on_read, on_write, on_seek, on_close, on_size, NULL, NULL, options);
    }
    TIFFOpenOptionsFree(options);
    if (!writer->tiff) {
        kc_tiff_writer_destroy(writer);
        return NULL;
    }
    size_t rows = writer->row_bytes < STRIP_BYTES ? STRIP_BYTES / writer->row_bytes : 1;
    set_fields(writer->tiff, header, level, rows < header->height ? (uint32_t)rows : header->height);
    return writer;
}

void kc_tiff_writer_destroy(kc_tiff_writer *writer) {
    if (!writer) return;
    if (writer->tiff) TIFFCleanup(writer->tiff);
    free(writer->bytes);
    free(writer->row);
    free(writer);
}

const kc_report *kc_tiff_writer_report(const kc_tiff_writer *writer) { return &writer->report; }

static kc_status ended(kc_tiff_writer *writer, bool is_well) {
    if (!is_well) fail(writer, KC_REFUSED, "libtiff gave up without a reason");
    return writer->failed ? writer->report.status : KC_OK;
}

kc_status kc_tiff_writer_icc(kc_tiff_writer *writer, const uint8_t *bytes, size_t count) {
    return ended(writer, count <= UINT32_MAX && TIFFSetField(writer->tiff, TIFFTAG_ICCPROFILE, (uint32_t)count, bytes));
}

kc_status kc_tiff_writer_text(kc_tiff_writer *writer, int text, const char *bytes, size_t count) {
    static const uint32_t tags[] = {TIFFTAG_IMAGEDESCRIPTION, TIFFTAG_SOFTWARE, TIFFTAG_ARTIST, TIFFTAG_COPYRIGHT};
    if (text == KC_TIFF_XMP)
        return ended(
            writer, count <= UINT32_MAX && TIFFSetField(writer->tiff, TIFFTAG_XMLPACKET, (uint32_t)count, bytes));
    return ended(writer, TIFFSetField(writer->tiff, tags[text], bytes) != 0);
}

kc_status kc_tiff_writer_rows(kc_tiff_writer *writer, const uint8_t *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        // The predictor works where the row lies.
        memcpy(writer->row, rows + i * writer->row_bytes, writer->row_bytes);
        if (TIFFWriteScanline(writer->tiff, writer->row, writer->next++, 0) < 0 || writer->failed)
            return ended(writer, false);
    }
    return KC_OK;
}

kc_status kc_tiff_writer_finish(kc_tiff_writer *writer, const uint8_t **bytes, size_t *count) {
    bool is_well = TIFFFlush(writer->tiff) != 0;
    *bytes = writer->bytes;
    *count = writer->size;
    return ended(writer, is_well);
}

#endif
