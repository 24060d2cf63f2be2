#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "CImageCodecs.h"
#include "report.h"

enum { FIRST_SIZE = 64 * 1024 };

struct kc_jpeg_writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    bool created;
    kc_report report;
    jmp_buf jump;
    uint8_t *out;
    size_t out_size;
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

static void on_init(j_compress_ptr jpeg) {
    kc_jpeg_writer *writer = owner((j_common_ptr)jpeg);
    writer->destination.next_output_byte = writer->out;
    writer->destination.free_in_buffer = writer->out_size;
}

static boolean on_full(j_compress_ptr jpeg) {
    kc_jpeg_writer *writer = owner((j_common_ptr)jpeg);
    size_t used = writer->out_size;
    uint8_t *grown = realloc(writer->out, used * 2);
    if (!grown) fail(writer, KC_OUT_OF_MEMORY, "no memory");
    writer->out = grown;
    writer->out_size = used * 2;
    writer->destination.next_output_byte = grown + used;
    writer->destination.free_in_buffer = used;
    return TRUE;
}

static void on_end(j_compress_ptr jpeg) { (void)jpeg; }

static size_t written(const kc_jpeg_writer *writer) { return writer->out_size - writer->destination.free_in_buffer; }

kc_jpeg_writer *kc_jpeg_writer_create(void) {
    kc_jpeg_writer *writer = calloc(1, sizeof *writer);
    if (!writer) return NULL;
    writer->out_size = FIRST_SIZE;
    writer->out = malloc(writer->out_size);
    writer->jpeg.err = jpeg_std_error(&writer->errors);
    writer->errors.error_exit = on_error;
    writer->errors.emit_message = on_message;
    writer->jpeg.client_data = writer;
    if (!writer->out || setjmp(writer->jump)) {
        kc_jpeg_writer_destroy(writer);
        return NULL;
    }
    writer->created = true;
    jpeg_create_compress(&writer->jpeg);
    writer->jpeg.dest = &writer->destination;
    writer->destination.init_destination = on_init;
    writer->destination.empty_output_buffer = on_full;
    writer->destination.term_destination = on_end;
    return writer;
}

void kc_jpeg_writer_destroy(kc_jpeg_writer *writer) {
    if (!writer) return;
    if (writer->created && !setjmp(writer->jump)) jpeg_destroy_compress(&writer->jpeg);
    free(writer->out);
    free(writer);
}

const kc_report *kc_jpeg_writer_report(const kc_jpeg_writer *writer) { return &writer->report; }

// The same for the head and for every strip: standard Huffman tables, and the quantisation tables of the quality.
static void start(kc_jpeg_writer *writer, const kc_jpeg_header *header) {
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
}

kc_status kc_jpeg_writer_start(kc_jpeg_writer *writer, const kc_jpeg_header *header, uint32_t restart_interval) {
    if (setjmp(writer->jump)) return writer->report.status;
    start(writer, header);
    writer->jpeg.restart_interval = restart_interval;
    jpeg_start_compress(&writer->jpeg, TRUE);
    return KC_OK;
}

void kc_jpeg_writer_scan(const kc_jpeg_writer *writer, kc_jpeg_component components[3]) {
    const struct jpeg_compress_struct *jpeg = &writer->jpeg;
    for (int i = 0; i < jpeg->num_components; i++) {
        const jpeg_component_info *c = &jpeg->comp_info[i];
        const JHUFF_TBL *dc = jpeg->dc_huff_tbl_ptrs[c->dc_tbl_no], *ac = jpeg->ac_huff_tbl_ptrs[c->ac_tbl_no];
        components[i] = (kc_jpeg_component){
            .h = c->h_samp_factor,
            .v = c->v_samp_factor,
            .factors = jpeg->quant_tbl_ptrs[c->quant_tbl_no]->quantval,
            .dc_counts = dc->bits,
            .dc_symbols = dc->huffval,
            .ac_counts = ac->bits,
            .ac_symbols = ac->huffval,
        };
    }
}

kc_status kc_jpeg_writer_segment(kc_jpeg_writer *writer, int marker, const uint8_t *bytes, size_t count) {
    if (setjmp(writer->jump)) return writer->report.status;
    jpeg_write_marker(&writer->jpeg, marker, bytes, (unsigned int)count);
    return KC_OK;
}

kc_status kc_jpeg_writer_head(kc_jpeg_writer *writer, const uint8_t **bytes, size_t *count) {
    if (setjmp(writer->jump)) return writer->report.status;
    // libjpeg writes the frame's and the scan's headers with the first rows, be they none.
    JSAMPROW none = NULL;
    jpeg_write_scanlines(&writer->jpeg, &none, 0);
    *bytes = writer->out;
    *count = written(writer);
    return KC_OK;
}

// What lies between the scan's header and the end of the picture.
static const uint8_t *scan(kc_jpeg_writer *writer, size_t *count) {
    enum { SCAN = 0xDA, MARK_SIZE = 2 };
    const uint8_t *at = writer->out + MARK_SIZE, *end = writer->out + written(writer) - MARK_SIZE;
    bool is_scan = false;
    while (!is_scan && at + 4 <= end) {
        is_scan = at[1] == SCAN;
        at += MARK_SIZE + (size_t)(at[2] << 8 | at[3]);
    }
    if (!is_scan || at > end) fail(writer, KC_REFUSED, "the strip has no scan");
    *count = (size_t)(end - at);
    return at;
}

kc_status kc_jpeg_writer_strip(
    kc_jpeg_writer *writer, const kc_jpeg_header *header, const uint8_t *rows, const uint8_t **bytes, size_t *count) {
    if (setjmp(writer->jump)) return writer->report.status;
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    start(writer, header);
    jpeg_start_compress(jpeg, TRUE);
    size_t row_bytes = (size_t)header->width * header->channels;
    while (jpeg->next_scanline < jpeg->image_height) {
        JSAMPROW some[64];
        JDIMENSION left = jpeg->image_height - jpeg->next_scanline, most = left < 64 ? left : 64;
        for (JDIMENSION i = 0; i < most; i++) some[i] = (JSAMPROW)(rows + (jpeg->next_scanline + i) * row_bytes);
        jpeg_write_scanlines(jpeg, some, most);
    }
    jpeg_finish_compress(jpeg);
    *bytes = scan(writer, count);
    return KC_OK;
}
