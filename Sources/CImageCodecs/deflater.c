// Strips of bytes to pieces of one deflate stream. Every piece starts without history and ends on a byte, so that pieces
// made on different threads are a stream when they stand one behind the other.
#include <stdlib.h>
#include <string.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include "CImageCodecs.h"

enum { STORED_MOST = 65535, STORED_HEAD = 5 };
// So many bytes are the history of the rest.
enum { LED_BY = 1 };
// The least effort that compares.
enum { OTHER_WAYS = 4 };

struct kc_deflater {
    int effort;
    struct isal_zstream fast;
    z_stream zlib;
    bool has_zlib;
    size_t room;
    uint8_t *best;   // the answer
    uint8_t *other;  // what another way of packing the same strip gives, from OTHER_WAYS on
    uint8_t level_buffer[ISAL_DEF_LVL1_LARGE];
};

static size_t stored_size(size_t count) {
    size_t blocks = count == 0 ? 1 : (count + STORED_MOST - 1) / STORED_MOST;
    return count + blocks * STORED_HEAD;
}

kc_deflater *kc_deflater_create(int effort, size_t most) {
    if (most > UINT32_MAX / 2) return NULL;
    kc_deflater *deflater = calloc(1, sizeof *deflater);
    if (!deflater) return NULL;
    deflater->effort = effort;
    deflater->room = stored_size(most);
    size_t size = KC_DEFLATED_HEAD + deflater->room + KC_DEFLATED_TAIL;
    deflater->best = malloc(size);
    bool is_whole = deflater->best != NULL;
    if (effort >= OTHER_WAYS) {
        deflater->other = malloc(size);
        deflater->has_zlib =
            deflateInit2(&deflater->zlib, 1, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_FILTERED) == Z_OK;
        is_whole = is_whole && deflater->other && deflater->has_zlib;
    }
    if (is_whole) return deflater;
    kc_deflater_destroy(deflater);
    return NULL;
}

void kc_deflater_destroy(kc_deflater *deflater) {
    if (!deflater) return;
    if (deflater->has_zlib) deflateEnd(&deflater->zlib);
    free(deflater->best);
    free(deflater->other);
    free(deflater);
}

static size_t store(const uint8_t *bytes, size_t count, bool is_last, uint8_t *out) {
    uint8_t *to = out;
    do {
        size_t size = count < STORED_MOST ? count : STORED_MOST;
        count -= size;
        to[0] = is_last && count == 0;
        to[1] = (uint8_t)size;
        to[2] = (uint8_t)(size >> 8);
        to[3] = (uint8_t)~to[1];
        to[4] = (uint8_t)~to[2];
        memcpy(to + STORED_HEAD, bytes, size);
        to += STORED_HEAD + size;
        bytes += size;
    } while (count > 0);
    return (size_t)(to - out);
}

// Each way returns the bytes it wrote, or 0 where they would be no fewer than `room`.

// ISA-L 2.30 begins a stream without history by looking up the address of its own state instead of the third byte
// (igzip_icf_body_h1_gr_bt.asm), so that now and then a process would find other matches than the last. So the first bytes
// are stored, and are the history of the others.
static size_t pack_fast(
    kc_deflater *deflater, const uint8_t *bytes, size_t count, bool is_last, uint8_t *out, size_t room) {
    if (count <= LED_BY) return 0;
    uint8_t *body = out + store(bytes, LED_BY, false, out);
    struct isal_zstream *stream = &deflater->fast;
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf = deflater->level_buffer;
    stream->level_buf_size = sizeof deflater->level_buffer;
    if (isal_deflate_set_dict(stream, (uint8_t *)bytes, LED_BY) != COMP_OK) return 0;
    stream->end_of_stream = is_last;
    stream->flush = is_last ? NO_FLUSH : SYNC_FLUSH;
    stream->next_in = (uint8_t *)bytes + LED_BY;
    stream->avail_in = (uint32_t)(count - LED_BY);
    stream->next_out = body;
    stream->avail_out = (uint32_t)(room - (size_t)(body - out));
    if (isal_deflate(stream) != COMP_OK || stream->avail_in != 0 || stream->avail_out == 0) return 0;
    return (size_t)(body - out) + stream->total_out;
}

static size_t pack_zlib(
    kc_deflater *deflater, int level, int strategy, const uint8_t *bytes, size_t count, bool is_last, uint8_t *out,
    size_t room) {
    z_stream *stream = &deflater->zlib;
    if (deflateReset(stream) != Z_OK || deflateParams(stream, level, strategy) != Z_OK) return 0;
    stream->next_in = (Bytef *)bytes;
    stream->avail_in = (uInt)count;
    stream->next_out = out;
    stream->avail_out = (uInt)room;
    int status = deflate(stream, is_last ? Z_FINISH : Z_SYNC_FLUSH);
    bool is_whole = is_last ? status == Z_STREAM_END : status == Z_OK && stream->avail_in == 0;
    return is_whole && stream->avail_out > 0 ? stream->total_out : 0;
}

// Tries one more way into `other` and keeps the smaller.
static size_t better(
    kc_deflater *deflater, size_t best, int level, int strategy, const uint8_t *bytes, size_t count, bool is_last) {
    size_t room = best > 0 ? best : deflater->room;
    size_t size = pack_zlib(deflater, level, strategy, bytes, count, is_last, deflater->other + KC_DEFLATED_HEAD, room);
    if (size == 0) return best;
    uint8_t *swapped = deflater->best;
    deflater->best = deflater->other;
    deflater->other = swapped;
    return size;
}

uint8_t *kc_deflate(kc_deflater *deflater, const uint8_t *bytes, size_t *count, bool is_last) {
    int effort = deflater->effort;
    size_t size = 0, most = *count;
    if (effort >= 1) size = pack_fast(deflater, bytes, most, is_last, deflater->best + KC_DEFLATED_HEAD, deflater->room);
    if (effort >= OTHER_WAYS) size = better(deflater, size, effort, Z_FILTERED, bytes, most, is_last);
    if (effort >= 9) size = better(deflater, size, effort, Z_DEFAULT_STRATEGY, bytes, most, is_last);
    if (size == 0) size = store(bytes, most, is_last, deflater->best + KC_DEFLATED_HEAD);
    *count = size;
    return deflater->best + KC_DEFLATED_HEAD;
}

uint32_t kc_crc(const uint8_t *bytes, size_t count) { return crc32_gzip_refl(0, bytes, count); }

uint32_t kc_adler(const uint8_t *bytes, size_t count) { return isal_adler32(1, bytes, count); }

uint32_t kc_adler_joined(uint32_t first, uint32_t second, size_t second_count) {
    return (uint32_t)adler32_combine(first, second, (z_off_t)second_count);
}
