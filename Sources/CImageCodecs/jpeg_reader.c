#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "CImageCodecs.h"
#include "jpeg_quality.h"
#include "report.h"

typedef struct {
    int marker;
    size_t count;
    uint8_t *bytes;
} segment;

struct kc_jpeg_reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    bool created;
    kc_report report;
    jmp_buf jump;

    void *context;
    kc_refill refill;
    const uint8_t *piece;  // what was refilled last, from its beginning

    kc_limits limits;
    segment *segments;
    size_t segment_count, segment_room;
    uint64_t segment_bytes;
    bool in_header;

    kc_jpeg_header header;
    uint8_t *cmyk_row;
};

static kc_jpeg_reader *owner(j_common_ptr jpeg) { return jpeg->client_data; }

static _Noreturn void fail(kc_jpeg_reader *reader, kc_status status, const char *text) {
    kc_set_failure(&reader->report, status, text);
    longjmp(reader->jump, 1);
}

// MARK: libjpeg's callbacks

static kc_status status_of(int code) {
    switch (code) {
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_EMPTY_IMAGE:  // its height follows the pixels (DNL), or it has none
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
        return KC_UNSUPPORTED;
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
        return KC_OUT_OF_MEMORY;
    default:
        return KC_DAMAGED;
    }
}

static void on_error(j_common_ptr jpeg) {
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    fail(owner(jpeg), status_of(jpeg->err->msg_code), text);
}

// Whether the bytes that were passed over in front of the marker just read are one and the same: padding to a whole block,
// as cameras write it, and no picture cut short. Of bytes that are no longer held nothing is known.
static bool is_padding(const kc_jpeg_reader *reader, int count) {
    ptrdiff_t held = reader->source.next_input_byte - reader->piece - 2;
    if (count < 1 || held < count) return false;
    const uint8_t *skipped = reader->source.next_input_byte - 2 - count;
    for (int i = 1; i < count; i++) {
        if (skipped[i] != skipped[0]) return false;
    }
    return true;
}

// libjpeg warns and fills in grey; what it fills in is no picture, so the damage ends it here.
static void on_message(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
        kc_add_warning(&owner(jpeg)->report, text);
        return;
    case JWRN_EXTRANEOUS_DATA:
        if (jpeg->err->msg_parm.i[1] == JPEG_EOI && is_padding(owner(jpeg), jpeg->err->msg_parm.i[0])) {
            kc_add_warning(&owner(jpeg)->report, text);
            return;
        }
        fail(owner(jpeg), KC_DAMAGED, text);
    default:
        fail(owner(jpeg), KC_DAMAGED, text);
    }
}

static void on_init_source(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean on_fill(j_decompress_ptr jpeg) {
    kc_jpeg_reader *reader = owner((j_common_ptr)jpeg);
    const uint8_t *bytes = NULL;
    ptrdiff_t got = reader->refill(reader->context, &bytes);
    if (got < 0) fail(reader, KC_CALLBACK, "read failed");
    if (got == 0) fail(reader, KC_TRUNCATED, "the file ends too early");
    reader->source.next_input_byte = reader->piece = bytes;
    reader->source.bytes_in_buffer = (size_t)got;
    return TRUE;
}

static void on_skip(j_decompress_ptr jpeg, long count) {
    struct jpeg_source_mgr *source = jpeg->src;
    while (count > 0) {
        if (source->bytes_in_buffer == 0) on_fill(jpeg);
        size_t part = (size_t)count < source->bytes_in_buffer ? (size_t)count : source->bytes_in_buffer;
        source->next_input_byte += part;
        source->bytes_in_buffer -= part;
        count -= (long)part;
    }
}

// A wrong restart marker is damage, not something to resynchronise with.
static boolean on_resync(j_decompress_ptr jpeg, int desired) {
    (void)desired;
    fail(owner((j_common_ptr)jpeg), KC_DAMAGED, "a restart marker is missing or out of order");
}

static void on_progress(j_common_ptr jpeg) {
    kc_jpeg_reader *reader = owner(jpeg);
    if (reader->jpeg.input_scan_number > (int)reader->limits.scans) fail(reader, KC_LIMIT_SCANS, "too many scans");
}

static int next_byte(j_decompress_ptr jpeg) {
    if (jpeg->src->bytes_in_buffer == 0) on_fill(jpeg);
    jpeg->src->bytes_in_buffer--;
    return *jpeg->src->next_input_byte++;
}

// Keeps an APP1, APP2 or COM segment; libjpeg's own keeper has no limit.
static boolean on_segment(j_decompress_ptr jpeg) {
    kc_jpeg_reader *reader = owner((j_common_ptr)jpeg);
    int high = next_byte(jpeg);
    int length = high * 256 + next_byte(jpeg);
    if (length < 2) fail(reader, KC_DAMAGED, "a segment is shorter than its own length");
    size_t count = (size_t)length - 2;
    if (!reader->in_header) {
        on_skip(jpeg, (long)count);
        return TRUE;
    }
    if (reader->segment_count >= reader->limits.chunks) fail(reader, KC_LIMIT_CHUNKS, "too many segments");
    reader->segment_bytes += count;
    if (reader->segment_bytes > reader->limits.memory) fail(reader, KC_LIMIT_MEMORY, "too many segments");
    if (reader->segment_count == reader->segment_room) {
        size_t room = reader->segment_room * 2 + 8;
        segment *grown = realloc(reader->segments, room * sizeof *grown);
        if (!grown) fail(reader, KC_OUT_OF_MEMORY, "out of memory");
        reader->segments = grown;
        reader->segment_room = room;
    }
    uint8_t *bytes = malloc(count ? count : 1);
    if (!bytes) fail(reader, KC_OUT_OF_MEMORY, "out of memory");
    segment *kept = &reader->segments[reader->segment_count++];
    kept->marker = jpeg->unread_marker;
    kept->count = count;
    kept->bytes = bytes;
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)next_byte(jpeg);
    return TRUE;
}

// MARK: Life

kc_jpeg_reader *kc_jpeg_reader_create(void *context, kc_refill refill, kc_limits limits) {
    kc_jpeg_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->context = context;
    reader->refill = refill;
    reader->limits = limits;
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->jpeg.client_data = reader;
    if (setjmp(reader->jump)) {
        kc_jpeg_reader_destroy(reader);
        return NULL;
    }
    reader->created = true;
    jpeg_create_decompress(&reader->jpeg);
    reader->jpeg.src = &reader->source;
    reader->source.init_source = on_init_source;
    reader->source.fill_input_buffer = on_fill;
    reader->source.skip_input_data = on_skip;
    reader->source.resync_to_restart = on_resync;
    reader->source.term_source = on_init_source;
    reader->progress.progress_monitor = on_progress;
    reader->jpeg.progress = &reader->progress;
    jpeg_set_marker_processor(&reader->jpeg, JPEG_APP0 + 1, on_segment);
    jpeg_set_marker_processor(&reader->jpeg, JPEG_APP0 + 2, on_segment);
    jpeg_set_marker_processor(&reader->jpeg, JPEG_COM, on_segment);
    return reader;
}

void kc_jpeg_reader_destroy(kc_jpeg_reader *reader) {
    if (!reader) return;
    if (reader->created && !setjmp(reader->jump)) jpeg_destroy_decompress(&reader->jpeg);
    for (size_t i = 0; i < reader->segment_count; i++) free(reader->segments[i].bytes);
    free(reader->segments);
    free(reader->cmyk_row);
    free(reader);
}

const kc_report *kc_jpeg_reader_report(const kc_jpeg_reader *reader) { return &reader->report; }

// MARK: Header

static void read_sampling(kc_jpeg_reader *reader) {
    const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    const jpeg_component_info *c = jpeg->comp_info;
    if (jpeg->num_components != 3 || jpeg->jpeg_color_space != JCS_YCbCr) return;
    bool alike = c[1].h_samp_factor == c[2].h_samp_factor && c[1].v_samp_factor == c[2].v_samp_factor;
    if (!alike || c[0].h_samp_factor % c[1].h_samp_factor || c[0].v_samp_factor % c[1].v_samp_factor) return;
    reader->header.luma_h = c[0].h_samp_factor / c[1].h_samp_factor;
    reader->header.luma_v = c[0].v_samp_factor / c[1].v_samp_factor;
}

static uint64_t coefficient_bytes(const struct jpeg_decompress_struct *jpeg) {
    uint64_t blocks = 0;
    for (int i = 0; i < jpeg->num_components; i++) {
        const jpeg_component_info *c = &jpeg->comp_info[i];
        // Rounded up to whole interleaved units, as libjpeg does.
        uint64_t across = c->width_in_blocks + (uint64_t)c->h_samp_factor;
        uint64_t down = c->height_in_blocks + (uint64_t)c->v_samp_factor;
        blocks += across * down;
    }
    return blocks * sizeof(JBLOCK);
}

kc_status kc_jpeg_reader_header(kc_jpeg_reader *reader, kc_jpeg_header *out) {
    if (setjmp(reader->jump)) return reader->report.status;
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    kc_jpeg_header *header = &reader->header;
    reader->in_header = true;
    jpeg_read_header(jpeg, TRUE);
    reader->in_header = false;
    if (jpeg->data_precision != 8) fail(reader, KC_UNSUPPORTED, "more than 8 bits a sample");

    header->width = jpeg->image_width;
    header->height = jpeg->image_height;
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        jpeg->out_color_space = JCS_GRAYSCALE;
        header->channels = 1;
        break;
    case JCS_YCbCr:
    case JCS_RGB:
        jpeg->out_color_space = JCS_RGB;
        header->channels = 3;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        jpeg->out_color_space = JCS_CMYK;
        header->channels = 3;
        header->was_cmyk = true;
        break;
    default:
        fail(reader, KC_UNSUPPORTED, "components that are neither grey, YCbCr, RGB nor CMYK");
    }
    jpeg->dct_method = JDCT_ISLOW;
    header->holds_whole = jpeg_has_multiple_scans(jpeg);
    header->coefficient_bytes = coefficient_bytes(jpeg);
    header->density_unit = jpeg->saw_JFIF_marker ? jpeg->density_unit : -1;
    header->density_x = jpeg->X_density;
    header->density_y = jpeg->Y_density;
    read_sampling(reader);
    // The number comes from the file, and libjpeg has not looked at it yet.
    int number = jpeg->comp_info[0].quant_tbl_no;
    const JQUANT_TBL *table = number >= 0 && number < NUM_QUANT_TBLS ? jpeg->quant_tbl_ptrs[number] : NULL;
    header->quality = table ? kc_jpeg_estimated_quality(table->quantval) : 0;
    *out = *header;
    return KC_OK;
}

size_t kc_jpeg_reader_segment_count(const kc_jpeg_reader *reader) { return reader->segment_count; }

const uint8_t *kc_jpeg_reader_segment(const kc_jpeg_reader *reader, size_t index, int *marker, size_t *count) {
    const segment *kept = &reader->segments[index];
    *marker = kept->marker;
    *count = kept->count;
    return kept->bytes;
}

// MARK: The scan, for a reader of its own

static const JHUFF_TBL *code(JHUFF_TBL *const tables[NUM_HUFF_TBLS], int number) {
    return number >= 0 && number < NUM_HUFF_TBLS ? tables[number] : NULL;
}

bool kc_jpeg_reader_scan(const kc_jpeg_reader *reader, kc_jpeg_component components[3], uint32_t *restart_interval) {
    const struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    bool is_baseline = !jpeg->progressive_mode && !jpeg->arith_code && jpeg->Ss == 0 && jpeg->Se == DCTSIZE2 - 1;
    if (!is_baseline || jpeg->Ah != 0 || jpeg->Al != 0 || jpeg->comps_in_scan != jpeg->num_components) return false;
    if (jpeg->jpeg_color_space != JCS_GRAYSCALE && jpeg->jpeg_color_space != JCS_YCbCr) return false;
    for (int i = 0; i < jpeg->num_components; i++) {
        const jpeg_component_info *c = &jpeg->comp_info[i];
        const JHUFF_TBL *dc = code(jpeg->dc_huff_tbl_ptrs, c->dc_tbl_no), *ac = code(jpeg->ac_huff_tbl_ptrs, c->ac_tbl_no);
        bool has_factors = c->quant_tbl_no >= 0 && c->quant_tbl_no < NUM_QUANT_TBLS && jpeg->quant_tbl_ptrs[c->quant_tbl_no];
        if (jpeg->cur_comp_info[i] != c || !dc || !ac || !has_factors) return false;
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
    *restart_interval = jpeg->restart_interval;
    return true;
}

size_t kc_jpeg_reader_leave(kc_jpeg_reader *reader) { return reader->source.bytes_in_buffer; }

// MARK: Pixels

kc_status kc_jpeg_reader_start(kc_jpeg_reader *reader) {
    if (setjmp(reader->jump)) return reader->report.status;
    jpeg_start_decompress(&reader->jpeg);
    if (reader->header.was_cmyk && !(reader->cmyk_row = malloc((size_t)reader->header.width * 4)))
        fail(reader, KC_OUT_OF_MEMORY, "out of memory");
    return KC_OK;
}

// Adobe stores ink inverted: 255 is no ink. Without an Adobe marker 0 is no ink.
// in (width, 4) · out (width, 3)
static void rgb_from_cmyk(const kc_jpeg_reader *reader, uint8_t *out) {
    const uint8_t *in = reader->cmyk_row;
    uint8_t flip = reader->jpeg.saw_Adobe_marker ? 0 : 255;
    for (uint32_t x = 0; x < reader->header.width; x++, in += 4, out += 3) {
        uint32_t light = in[3] ^ flip;
        for (int c = 0; c < 3; c++) out[c] = (uint8_t)(((in[c] ^ flip) * light + 127) / 255);
    }
}

// libjpeg makes a few rows at a time, at most as many as a block is high and chroma is stretched.
enum { ROWS_AT_ONCE = DCTSIZE * MAX_SAMP_FACTOR };

kc_status kc_jpeg_reader_rows(kc_jpeg_reader *reader, uint8_t *out, size_t count) {
    if (setjmp(reader->jump)) return reader->report.status;
    size_t row_bytes = (size_t)reader->header.width * reader->header.channels;
    if (reader->header.was_cmyk) {
        for (size_t i = 0; i < count; i++) {
            jpeg_read_scanlines(&reader->jpeg, &reader->cmyk_row, 1);
            rgb_from_cmyk(reader, out + i * row_bytes);
        }
        return KC_OK;
    }
    for (size_t done = 0; done < count;) {
        JSAMPROW rows[ROWS_AT_ONCE];
        size_t asked = count - done < ROWS_AT_ONCE ? count - done : ROWS_AT_ONCE;
        for (size_t i = 0; i < asked; i++) rows[i] = out + (done + i) * row_bytes;
        done += jpeg_read_scanlines(&reader->jpeg, rows, (JDIMENSION)asked);
    }
    return KC_OK;
}

kc_status kc_jpeg_reader_finish(kc_jpeg_reader *reader) {
    if (setjmp(reader->jump)) return reader->report.status;
    jpeg_finish_decompress(&reader->jpeg);
    return KC_OK;
}
