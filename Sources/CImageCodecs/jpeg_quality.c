// Asks libjpeg for its table at every quality instead of keeping a copy of the standard's.
#include "jpeg_quality.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr manager;
    jmp_buf jump;
} errors;

static void on_error(j_common_ptr jpeg) { longjmp(((errors *)jpeg->err)->jump, 1); }

static void on_message(j_common_ptr jpeg, int level) {
    (void)jpeg;
    (void)level;
}

int kc_jpeg_estimated_quality(const uint16_t table[64]) {
    struct jpeg_compress_struct jpeg = {0};
    errors errors;
    volatile int best = 0;
    jpeg.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = on_error;
    errors.manager.emit_message = on_message;
    if (setjmp(errors.jump)) {
        jpeg_destroy_compress(&jpeg);
        return best;
    }
    jpeg_create_compress(&jpeg);
    long nearest = -1;
    // From the top, so that of equal tables (all ones at 100) the highest quality wins.
    for (int quality = 100; quality >= 1; quality--) {
        jpeg_set_quality(&jpeg, quality, TRUE);
        const UINT16 *candidate = jpeg.quant_tbl_ptrs[0]->quantval;
        long distance = 0;
        for (int i = 0; i < 64; i++) distance += labs((long)candidate[i] - (long)table[i]);
        if (nearest < 0 || distance < nearest) {
            nearest = distance;
            best = quality;
        }
    }
    jpeg_destroy_compress(&jpeg);
    return best;
}
