#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CImageCodecs.h"
#include "report.h"

struct kc_png_writer {
    png_structp png;
    png_infop info;
    kc_report report;
    jmp_buf jump;
    void *context;
    kc_drain drain;
};

static _Noreturn void fail(kc_png_writer *writer, kc_status status, const char *text) {
    kc_set_failure(&writer->report, status, text);
    longjmp(writer->jump, 1);
}

static void on_error(png_structp png, png_const_charp text) { fail(png_get_error_ptr(png), KC_REFUSED, text); }

static void on_warning(png_structp png, png_const_charp text) {
    kc_png_writer *writer = png_get_error_ptr(png);
    kc_add_warning(&writer->report, text);
}

static void on_write(png_structp png, png_bytep bytes, size_t count) {
    kc_png_writer *writer = png_get_io_ptr(png);
    if (!writer->drain(writer->context, bytes, count)) fail(writer, KC_CALLBACK, "write failed");
}

static void on_flush(png_structp png) { (void)png; }

kc_png_writer *kc_png_writer_create(void *context, kc_drain drain) {
    kc_png_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    writer->context = context;
    writer->drain = drain;
    if (setjmp(writer->jump)) {
        kc_png_writer_destroy(writer);
        return NULL;
    }
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, on_error, on_warning);
    if (writer->png) writer->info = png_create_info_struct(writer->png);
    if (!writer->info) {
        kc_png_writer_destroy(writer);
        return NULL;
    }
    png_set_write_fn(writer->png, writer, on_write, on_flush);
    png_set_user_limits(writer->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(writer->png, 0);
    // A profile libpng finds fault with is left out with a warning; the picture is still written.
    png_set_benign_errors(writer->png, 1);
    return writer;
}

void kc_png_writer_destroy(kc_png_writer *writer) {
    if (!writer) return;
    if (!setjmp(writer->jump)) png_destroy_write_struct(&writer->png, &writer->info);
    free(writer);
}

const kc_report *kc_png_writer_report(const kc_png_writer *writer) { return &writer->report; }

kc_status kc_png_writer_header(kc_png_writer *writer, const kc_png_header *header) {
    if (setjmp(writer->jump)) return writer->report.status;
    static const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA};
    png_structp png = writer->png;
    png_infop info = writer->info;
    if (header->channels < 1 || header->channels > 4) png_error(png, "one to four channels");
    png_set_IHDR(
        png, info, header->width, header->height, (int)header->bits, types[header->channels - 1], PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (header->has_density)
        png_set_pHYs(
            png, info, header->density_x, header->density_y,
            header->density_in_metres ? PNG_RESOLUTION_METER : PNG_RESOLUTION_UNKNOWN);
    if (header->srgb_intent >= 0) png_set_sRGB(png, info, header->srgb_intent);
    if (header->gamma > 0) png_set_gAMA_fixed(png, info, header->gamma);
    const int32_t *c = header->chromaticities;
    if (header->has_chromaticities) png_set_cHRM_fixed(png, info, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]);
    return KC_OK;
}

kc_status kc_png_writer_icc(kc_png_writer *writer, const uint8_t *bytes, size_t count) {
    if (setjmp(writer->jump)) return writer->report.status;
    if (count > PNG_UINT_31_MAX) png_error(writer->png, "iCCP: the profile is too long");
    png_set_iCCP(writer->png, writer->info, "ICC profile", PNG_COMPRESSION_TYPE_BASE, bytes, (png_uint_32)count);
    return KC_OK;
}

kc_status kc_png_writer_exif(kc_png_writer *writer, const uint8_t *bytes, size_t count) {
#ifdef PNG_eXIf_SUPPORTED
    if (setjmp(writer->jump)) return writer->report.status;
    if (count > PNG_UINT_31_MAX) png_error(writer->png, "eXIf: the block is too long");
    png_set_eXIf_1(writer->png, writer->info, (png_uint_32)count, (png_bytep)bytes);
    return KC_OK;
#else
    kc_add_warning(&writer->report, "eXIf: this libpng cannot write it");
    return KC_OK;
#endif
}

kc_status kc_png_writer_text(kc_png_writer *writer, const kc_png_text *text) {
    if (setjmp(writer->jump)) return writer->report.status;
    // Readers look for XMP uncompressed.
    bool compress = text->text_length > 1024 && strcmp(text->keyword, "XML:com.adobe.xmp") != 0;
    png_text chunk = {0};
    chunk.key = (png_charp)text->keyword;
    chunk.text = (png_charp)text->text;
    if (text->is_utf8) {
        chunk.compression = compress ? PNG_ITXT_COMPRESSION_zTXt : PNG_ITXT_COMPRESSION_NONE;
        chunk.itxt_length = text->text_length;
        chunk.lang = (png_charp)text->language;
        chunk.lang_key = NULL;
    } else {
        chunk.compression = compress ? PNG_TEXT_COMPRESSION_zTXt : PNG_TEXT_COMPRESSION_NONE;
        chunk.text_length = text->text_length;
    }
    png_set_text(writer->png, writer->info, &chunk, 1);
    return KC_OK;
}

kc_status kc_png_writer_start(kc_png_writer *writer) {
    if (setjmp(writer->jump)) return writer->report.status;
    png_write_info(writer->png, writer->info);
    return KC_OK;
}

// libpng has not seen the pixels, so its own ending would miss them.
kc_status kc_png_writer_finish(kc_png_writer *writer) {
    if (setjmp(writer->jump)) return writer->report.status;
    png_write_chunk(writer->png, (png_const_bytep)"IEND", NULL, 0);
    return KC_OK;
}
