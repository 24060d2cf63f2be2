#ifdef KERN_WEBP

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "kc_webp.h"
#include "report.h"

static const char *const BLOCK_NAMES[KC_WEBP_BLOCKS] = {"ICCP", "EXIF", "XMP "};

static kc_status complain(VP8StatusCode code, kc_report *report) {
    switch (code) {
        case VP8_STATUS_OK: return KC_OK;
        case VP8_STATUS_OUT_OF_MEMORY: kc_set_failure(report, KC_OUT_OF_MEMORY, "no memory"); break;
        case VP8_STATUS_NOT_ENOUGH_DATA:
        case VP8_STATUS_SUSPENDED: kc_set_failure(report, KC_TRUNCATED, "the file ends early"); break;
        case VP8_STATUS_UNSUPPORTED_FEATURE:
            kc_set_failure(report, KC_UNSUPPORTED, "it uses a feature libwebp does not know");
            break;
        default: kc_set_failure(report, KC_DAMAGED, "its bitstream is not valid");
    }
    return report->status;
}

// What the RIFF head says of the file's size; a file may have more behind it, but not less.
static bool is_short(const uint8_t *file, size_t size) {
    if (size < 12) return true;
    uint64_t said = (uint64_t)file[4] | (uint64_t)file[5] << 8 | (uint64_t)file[6] << 16 | (uint64_t)file[7] << 24;
    return said + 8 > size;
}

kc_status kc_webp_read_header(const uint8_t *file, size_t size, kc_webp_header *header, kc_report *report) {
    WebPBitstreamFeatures found;
    if (is_short(file, size)) return complain(VP8_STATUS_NOT_ENOUGH_DATA, report);
    VP8StatusCode code = WebPGetFeatures(file, size, &found);
    if (code != VP8_STATUS_OK) return complain(code, report);
    if (found.has_animation) {
        kc_set_failure(report, KC_UNSUPPORTED, "it is an animation");
        return report->status;
    }
    header->width = (uint32_t)found.width;
    header->height = (uint32_t)found.height;
    header->has_alpha = found.has_alpha != 0;
    return KC_OK;
}

uint8_t *kc_webp_read_block(const uint8_t *file, size_t size, int block, size_t *count) {
    WebPData data = {file, size};
    WebPDemuxer *demuxer = WebPDemux(&data);
    if (!demuxer) return NULL;
    WebPChunkIterator chunk;
    uint8_t *copy = NULL;
    if (WebPDemuxGetChunk(demuxer, BLOCK_NAMES[block], 1, &chunk)) {
        copy = malloc(chunk.chunk.size + 1);
        if (copy) memcpy(copy, chunk.chunk.bytes, chunk.chunk.size);
        *count = chunk.chunk.size;
        WebPDemuxReleaseChunkIterator(&chunk);
    }
    WebPDemuxDelete(demuxer);
    return copy;
}

kc_status kc_webp_read_rows(
    const uint8_t *file, size_t size, const kc_webp_header *header, uint8_t *out, kc_report *report) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) {
        kc_set_failure(report, KC_UNSUPPORTED, "this libwebp is another than kern was built with");
        return report->status;
    }
    size_t stride = (size_t)header->width * (header->has_alpha ? 4 : 3);
    config.output.colorspace = header->has_alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = out;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * header->height;
    VP8StatusCode code = WebPDecode(file, size, &config);
    WebPFreeDecBuffer(&config.output);
    return complain(code, report);
}

static const char *encoding_error(WebPEncodingError code) {
    switch (code) {
        case VP8_ENC_ERROR_PARTITION0_OVERFLOW:
        case VP8_ENC_ERROR_PARTITION_OVERFLOW: return "a partition grew too large; a lower quality may help";
        case VP8_ENC_ERROR_BAD_DIMENSION: return "its sides are too long";
        case VP8_ENC_ERROR_FILE_TOO_BIG: return "the file would pass 4 GiB";
        default: return "libwebp gave up";
    }
}

// Puts the blocks beside a picture; takes the memory of `picture` over.
static WebPData with_blocks(WebPMemoryWriter *picture, const kc_webp_block blocks[KC_WEBP_BLOCKS]) {
    WebPData file = {picture->mem, picture->size}, joined = {NULL, 0};
    WebPMux *mux = WebPMuxNew();
    bool is_whole = mux && WebPMuxSetImage(mux, &file, 0) == WEBP_MUX_OK;
    for (int i = 0; is_whole && i < KC_WEBP_BLOCKS; i++) {
        WebPData block = {blocks[i].bytes, blocks[i].count};
        if (block.size > 0) is_whole = WebPMuxSetChunk(mux, BLOCK_NAMES[i], &block, 0) == WEBP_MUX_OK;
    }
    if (!is_whole || WebPMuxAssemble(mux, &joined) != WEBP_MUX_OK) joined = (WebPData){NULL, 0};
    WebPMuxDelete(mux);
    WebPMemoryWriterClear(picture);
    return joined;
}

uint8_t *kc_webp_write(
    const uint8_t *rows, const kc_webp_header *header, int quality, int effort,
    const kc_webp_block blocks[KC_WEBP_BLOCKS], size_t *count, kc_report *report) {
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) {
        kc_set_failure(report, KC_REFUSED, "this libwebp is another than kern was built with");
        return NULL;
    }
    config.lossless = quality == 0;
    config.quality = quality == 0 ? 75 : (float)quality;
    config.method = effort;
    config.exact = 1;  // colours under clear pixels are the picture's too
    picture.use_argb = config.lossless;
    picture.width = (int)header->width;
    picture.height = (int)header->height;
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    int stride = picture.width * (header->has_alpha ? 4 : 3);
    bool is_whole = header->has_alpha ? WebPPictureImportRGBA(&picture, rows, stride)
                                      : WebPPictureImportRGB(&picture, rows, stride);
    is_whole = is_whole && WebPEncode(&config, &picture);
    WebPEncodingError error = picture.error_code;
    WebPPictureFree(&picture);
    if (!is_whole) {
        WebPMemoryWriterClear(&writer);
        bool is_memory = error == VP8_ENC_ERROR_OUT_OF_MEMORY || error == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY;
        kc_set_failure(report, is_memory ? KC_OUT_OF_MEMORY : KC_REFUSED, encoding_error(error));
        return NULL;
    }
    WebPData file = {writer.mem, writer.size};
    for (int i = 0; i < KC_WEBP_BLOCKS; i++) {
        if (blocks[i].count == 0) continue;
        file = with_blocks(&writer, blocks);
        break;
    }
    if (!file.bytes) {
        kc_set_failure(report, KC_OUT_OF_MEMORY, "no memory");
        return NULL;
    }
    *count = file.size;
    return (uint8_t *)file.bytes;
}

#endif
