#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "CImageCodecs.h"
#include "report.h"

enum { OUT_SIZE = 64 * 1024 };

struct kc_jpeg_writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    bool created;
    kc_report report;
    jmp_buf jump;
    void *context;
    kc_drain drain;
    uint8_t out[OUT_SIZE];
};

static kc_jpeg_writer *owner(j_common_ptr jpeg) { return jpeg->client_data; }

static _Noreturn void fail(kc_jpeg_writer *writer, kc_status status, const char *text) {
    kc_set_failure(&writer->report, status, text);
    longjmp(writer->jump, 1);
}

static void on_error(j_common_ptr jpeg) {
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    fail(owner(jpeg), KC_REFUSED, text);
}

static void on_message(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    kc_add_warning(&owner(jpeg)->report, text);
}

static void drain(kc_jpeg_writer *writer, size_t count) {
    if (!writer->drain(writer->context, writer->out, count)) fail(writer, KC_CALLBACK, "write failed");
    writer->destination.next_output_byte = writer->out;
    writer->destination.free_in_buffer = OUT_SIZE;
}

static void on_init(j_compress_ptr jpeg) { (void)jpeg; }

static boolean on_full(j_compress_ptr jpeg) {
    drain(owner((j_common_ptr)jpeg), OUT_SIZE);
    return TRUE;
}

static void on_end(j_compress_ptr jpeg) {
    kc_jpeg_writer *writer = owner((j_common_ptr)jpeg);
    drain(writer, OUT_SIZE - writer->destination.free_in_buffer);
}

kc_jpeg_writer *kc_jpeg_writer_create(void *context, kc_drain drain) {
    kc_jpeg_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    writer->context = context;
    writer->drain = drain;
    writer->jpeg.err = jpeg_std_error(&writer->errors);
    writer->errors.error_exit = on_error;
    writer->errors.emit_message = on_message;
    writer->jpeg.client_data = writer;
    if (setjmp(writer->jump)) {
        kc_jpeg_writer_destroy(writer);
        return NULL;
    }
    writer->created = true;
    jpeg_create_compress(&writer->jpeg);
    writer->jpeg.dest = &writer->destination;
    writer->destination.init_destination = on_init;
    writer->destination.empty_output_buffer = on_full;
    writer->destination.term_destination = on_end;
    writer->destination.next_output_byte = writer->out;
    writer->destination.free_in_buffer = OUT_SIZE;
    return writer;
}

void kc_jpeg_writer_destroy(kc_jpeg_writer *writer) {
    if (!writer) return;
    if (writer->created && !setjmp(writer->jump)) jpeg_destroy_compress(&writer->jpeg);
    free(writer);
}

const kc_report *kc_jpeg_writer_report(const kc_jpeg_writer *writer) { return &writer->report; }

kc_status kc_jpeg_writer_start(kc_jpeg_writer *writer, const kc_jpeg_header *header) {
    if (setjmp(writer->jump)) return writer->report.status;
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    jpeg->image_width = header->width;
    jpeg->image_height = header->height;
    jpeg->input_components = (int)header->channels;
    jpeg->in_color_space = header->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, header->quality, TRUE);
    jpeg->dct_method = JDCT_ISLOW;
    if (header->channels == 3) {
        jpeg->comp_info[0].h_samp_factor = header->luma_h;
        jpeg->comp_info[0].v_samp_factor = header->luma_v;
    }
    if (header->density_unit >= 0) {
        jpeg->density_unit = (UINT8)header->density_unit;
        jpeg->X_density = (UINT16)header->density_x;
        jpeg->Y_density = (UINT16)header->density_y;
    }
    jpeg_start_compress(jpeg, TRUE);
    return KC_OK;
}

kc_status kc_jpeg_writer_segment(kc_jpeg_writer *writer, int marker, const uint8_t *bytes, size_t count) {
    if (setjmp(writer->jump)) return writer->report.status;
    jpeg_write_marker(&writer->jpeg, marker, bytes, (unsigned int)count);
    return KC_OK;
}

kc_status kc_jpeg_writer_rows(kc_jpeg_writer *writer, const uint8_t *rows, size_t count) {
    if (setjmp(writer->jump)) return writer->report.status;
    size_t row_bytes = (size_t)writer->jpeg.image_width * (size_t)writer->jpeg.input_components;
    for (size_t i = 0; i < count; i++) {
        JSAMPROW row = (JSAMPROW)(rows + i * row_bytes);
        jpeg_write_scanlines(&writer->jpeg, &row, 1);
    }
    return KC_OK;
}

kc_status kc_jpeg_writer_finish(kc_jpeg_writer *writer) {
    if (setjmp(writer->jump)) return writer->report.status;
    jpeg_finish_compress(&writer->jpeg);
    return KC_OK;
}
