// How both libraries' complaints are kept until Swift asks for them.
#ifndef KC_REPORT_H
#define KC_REPORT_H

#include <string.h>

#include "CImageCodecs.h"

static inline void kc_set_failure(kc_report *report, kc_status status, const char *text) {
    report->status = status;
    strncpy(report->text, text, KC_TEXT_SIZE - 1);
    report->text[KC_TEXT_SIZE - 1] = 0;
}

// Adds a line; a line that no longer fits is dropped.
static inline void kc_add_warning(kc_report *report, const char *text) {
    size_t used = strlen(report->warnings), length = strlen(text);
    if (used + length + 2 > KC_WARNINGS_SIZE) return;
    memcpy(report->warnings + used, text, length);
    memcpy(report->warnings + used + length, "\n", 2);
}

#endif
