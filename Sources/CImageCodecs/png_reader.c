#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CImageCodecs.h"
#include "report.h"

struct kc_png_reader {
    png_structp png;
    png_infop info;
    kc_report report;
    jmp_buf jump;

    void *context;
    kc_refill refill;
    const uint8_t *next;
    size_t left;

    kc_limits limits;
    uint64_t allocated;
    bool memory_ran_out;

    kc_png_header header;
    kc_png_storage storage;
    uint8_t chunk_head[8];  // what was read last, where it was as long as the head of a chunk
    uint8_t *whole;         // an interlaced picture
};

// MARK: libpng's callbacks

static _Noreturn void fail(kc_png_reader *reader, kc_status status, const char *text) {
    kc_set_failure(&reader->report, reader->memory_ran_out ? KC_LIMIT_MEMORY : status, text);
    longjmp(reader->jump, 1);
}

static void on_error(png_structp png, png_const_charp text) {
    kc_png_reader *reader = png_get_error_ptr(png);
    fail(reader, strstr(text, "chunk data is too large") ? KC_LIMIT_CHUNK_BYTES : KC_DAMAGED, text);
}

static bool begins(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

// libpng warns and goes on where a decoder for browsers may. A warning that means wrong pixels, or a limit, ends it here.
static void on_warning(png_structp png, png_const_charp text) {
    kc_png_reader *reader = png_get_error_ptr(png);
    if (reader->memory_ran_out) fail(reader, KC_LIMIT_MEMORY, text);
    if (strstr(text, "no space in chunk cache")) fail(reader, KC_LIMIT_CHUNKS, text);
    if (strstr(text, "insufficient memory") || strstr(text, "exceeds application limits"))
        fail(reader, KC_LIMIT_CHUNK_BYTES, text);
    // What libpng says of a text that unpacks to more than the limit; one that really is cut short is refused with it.
    if (strstr(text, "TXt: truncated")) fail(reader, KC_LIMIT_CHUNK_BYTES, text);
    if (begins(text, "IDAT: ") && !strstr(text, "Extra compressed data")) fail(reader, KC_DAMAGED, text);
    if (begins(text, "tRNS: ") && !strstr(text, "invalid with alpha channel")) fail(reader, KC_DAMAGED, text);
    kc_add_warning(&reader->report, text);
}

static void on_read(png_structp png, png_bytep out, size_t count) {
    kc_png_reader *reader = png_get_io_ptr(png);
    uint8_t *head = count == sizeof reader->chunk_head ? out : NULL;
    while (count > 0) {
        if (reader->left == 0) {
            ptrdiff_t got = reader->refill(reader->context, &reader->next);
            if (got < 0) fail(reader, KC_CALLBACK, "read failed");
            if (got == 0) fail(reader, KC_TRUNCATED, "the file ends too early");
            reader->left = (size_t)got;
        }
        size_t part = count < reader->left ? count : reader->left;
        memcpy(out, reader->next, part);
        reader->next += part;
        reader->left -= part;
        out += part;
        count -= part;
    }
    if (head) memcpy(reader->chunk_head, head, sizeof reader->chunk_head);
}

// Every block carries its size in front, so that what libpng and zlib hold at once can be counted.
enum { BLOCK_HEAD = 16 };

static png_voidp on_malloc(png_structp png, png_alloc_size_t size) {
    kc_png_reader *reader = png_get_mem_ptr(png);
    uint64_t total = reader->allocated + (uint64_t)size + BLOCK_HEAD;
    if (total < size || total > reader->limits.memory) {
        reader->memory_ran_out = true;
        return NULL;
    }
    uint8_t *block = malloc((size_t)size + BLOCK_HEAD);
    if (!block) return NULL;
    uint64_t stored = (uint64_t)size + BLOCK_HEAD;
    memcpy(block, &stored, sizeof stored);
    reader->allocated = total;
    return block + BLOCK_HEAD;
}

static void on_free(png_structp png, png_voidp pointer) {
    if (!pointer) return;
    kc_png_reader *reader = png_get_mem_ptr(png);
    uint8_t *block = (uint8_t *)pointer - BLOCK_HEAD;
    uint64_t stored;
    memcpy(&stored, block, sizeof stored);
    reader->allocated -= stored;
    free(block);
}

// MARK: Life

kc_png_reader *kc_png_reader_create(void *context, kc_refill refill, kc_limits limits) {
    kc_png_reader *reader = calloc(1, sizeof *reader);
    if (!reader) return NULL;
    reader->context = context;
    reader->refill = refill;
    reader->limits = limits;
    if (setjmp(reader->jump)) {
        kc_png_reader_destroy(reader);
        return NULL;
    }
    reader->png = png_create_read_struct_2(
        PNG_LIBPNG_VER_STRING, reader, on_error, on_warning, reader, on_malloc, on_free);
    if (reader->png) reader->info = png_create_info_struct(reader->png);
    if (!reader->info) {
        kc_png_reader_destroy(reader);
        return NULL;
    }
    png_set_read_fn(reader->png, reader, on_read);
    png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    // libpng counts down to 1 and complains there, and takes 0 for no limit.
    png_set_chunk_cache_max(reader->png, limits.chunks > UINT32_MAX - 2 ? UINT32_MAX : limits.chunks + 2);
    png_set_chunk_malloc_max(reader->png, (png_alloc_size_t)limits.chunk_bytes);
    return reader;
}

void kc_png_reader_destroy(kc_png_reader *reader) {
    if (!reader) return;
    if (!setjmp(reader->jump)) png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->whole);
    free(reader);
}

const kc_report *kc_png_reader_report(const kc_png_reader *reader) { return &reader->report; }

// MARK: Header

// What the chunks in front of the pixels say about colour; an ICC profile outranks sRGB, which outranks gAMA and cHRM.
static void read_colorimetry(kc_png_reader *reader) {
    kc_png_header *header = &reader->header;
    png_structp png = reader->png;
    png_infop info = reader->info;
    header->srgb_intent = -1;
    if (png_get_valid(png, info, PNG_INFO_iCCP)) return;
    int intent;
    if (png_get_sRGB(png, info, &intent)) {
        header->srgb_intent = intent;
        return;
    }
    png_fixed_point gamma;
    if (png_get_gAMA_fixed(png, info, &gamma)) header->gamma = gamma;
    png_fixed_point c[8];
    if (png_get_cHRM_fixed(png, info, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &c[7])) {
        header->has_chromaticities = true;
        for (int i = 0; i < 8; i++) header->chromaticities[i] = c[i];
    }
}

static void read_palette(kc_png_reader *reader) {
    kc_png_storage *storage = &reader->storage;
    png_colorp palette = NULL;
    int size = 0;
    if (!png_get_PLTE(reader->png, reader->info, &palette, &size)) png_error(reader->png, "the palette is missing");
    storage->palette_size = (uint32_t)size;
    for (int i = 0; i < size; i++) {
        const uint8_t entry[4] = {palette[i].red, palette[i].green, palette[i].blue, 255};
        memcpy(storage->palette[i], entry, sizeof entry);
    }
    png_bytep alpha = NULL;
    int count = 0;
    if (png_get_tRNS(reader->png, reader->info, &alpha, &count, NULL) && alpha)
        for (int i = 0; i < count && i < size; i++) storage->palette[i][3] = alpha[i];
}

static void read_key(kc_png_reader *reader) {
    kc_png_storage *storage = &reader->storage;
    png_bytep alpha = NULL;
    int count = 0;
    png_color_16p key = NULL;
    if (!png_get_tRNS(reader->png, reader->info, &alpha, &count, &key) || !key) return;
    uint16_t mask = (uint16_t)((1u << storage->bits) - 1);
    bool has_color = storage->channels == 3;
    storage->has_key = true;
    storage->key[0] = (has_color ? key->red : key->gray) & mask;
    storage->key[1] = key->green & mask;
    storage->key[2] = key->blue & mask;
}

kc_status kc_png_reader_header(kc_png_reader *reader, kc_png_header *out) {
    if (setjmp(reader->jump)) return reader->report.status;
    png_structp png = reader->png;
    png_infop info = reader->info;
    png_read_info(png, info);

    kc_png_header *header = &reader->header;
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    header->interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    int type = png_get_color_type(png, info);
    int bits = png_get_bit_depth(png, info);
    bool has_transparency = png_get_valid(png, info, PNG_INFO_tRNS) && !(type & PNG_COLOR_MASK_ALPHA);
    bool has_alpha = has_transparency || (type & PNG_COLOR_MASK_ALPHA);
    bool has_color = type & PNG_COLOR_MASK_COLOR;
    header->channels = (has_color ? 3 : 1) + (has_alpha ? 1 : 0);
    header->bits = bits == 16 ? 16 : 8;

    kc_png_storage *storage = &reader->storage;
    storage->bits = (uint32_t)bits;
    storage->channels = png_get_channels(png, info);
    storage->row_bytes = png_get_rowbytes(png, info);
    storage->is_palette = type == PNG_COLOR_TYPE_PALETTE;
    if (storage->is_palette) {
        read_palette(reader);
    } else if (has_transparency) {
        read_key(reader);
    }

    png_uint_32 x, y;
    int unit;
    if (png_get_pHYs(png, info, &x, &y, &unit)) {
        header->has_density = true;
        header->density_x = x;
        header->density_y = y;
        header->density_in_metres = unit == PNG_RESOLUTION_METER;
    }
    read_colorimetry(reader);
    *out = *header;
    return KC_OK;
}

const kc_png_storage *kc_png_reader_storage(const kc_png_reader *reader) { return &reader->storage; }

const uint8_t *kc_png_reader_icc(kc_png_reader *reader, size_t *count) {
    png_charp name;
    int compression;
    png_bytep profile = NULL;
    png_uint_32 length = 0;
    *count = 0;
    if (setjmp(reader->jump)) return NULL;
    if (!png_get_iCCP(reader->png, reader->info, &name, &compression, &profile, &length)) return NULL;
    *count = length;
    return profile;
}

const uint8_t *kc_png_reader_exif(kc_png_reader *reader, size_t *count) {
    *count = 0;
#ifdef PNG_eXIf_SUPPORTED
    png_bytep exif = NULL;
    png_uint_32 length = 0;
    if (setjmp(reader->jump)) return NULL;
    if (!png_get_eXIf_1(reader->png, reader->info, &length, &exif)) return NULL;
    *count = length;
    return exif;
#else
    return NULL;
#endif
}

size_t kc_png_reader_text_count(kc_png_reader *reader) {
    png_textp texts = NULL;
    int count = 0;
    if (setjmp(reader->jump)) return 0;
    png_get_text(reader->png, reader->info, &texts, &count);
    return count > 0 ? (size_t)count : 0;
}

kc_png_text kc_png_reader_text(kc_png_reader *reader, size_t index) {
    kc_png_text result = {0};
    png_textp texts = NULL;
    int count = 0;
    if (setjmp(reader->jump)) return result;
    png_get_text(reader->png, reader->info, &texts, &count);
    if (index >= (size_t)count) return result;
    png_textp text = &texts[index];
    result.is_utf8 = text->compression >= PNG_ITXT_COMPRESSION_NONE;
    result.keyword = text->key;
    result.text = text->text;
    result.text_length = result.is_utf8 ? text->itxt_length : text->text_length;
    result.language = text->lang;
    return result;
}

// MARK: Pixels

size_t kc_png_reader_leave(kc_png_reader *reader, uint8_t chunk_head[8]) {
    memcpy(chunk_head, reader->chunk_head, sizeof reader->chunk_head);
    size_t unread = reader->left;
    reader->left = 0;
    return unread;
}

const uint8_t *kc_png_reader_interlaced(kc_png_reader *reader) {
    if (setjmp(reader->jump)) return NULL;
    size_t row_bytes = reader->storage.row_bytes;
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    reader->whole = calloc(reader->header.height, row_bytes);
    if (!reader->whole) {
        kc_set_failure(&reader->report, KC_OUT_OF_MEMORY, "out of memory");
        return NULL;
    }
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < reader->header.height; y++)
            png_read_row(reader->png, reader->whole + y * row_bytes, NULL);
    }
    return reader->whole;
}

kc_status kc_png_reader_finish(kc_png_reader *reader) {
    if (setjmp(reader->jump)) return reader->report.status;
    png_read_end(reader->png, reader->info);
    return KC_OK;
}
