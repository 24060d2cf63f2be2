#ifndef KC_JPEG_QUALITY_H
#define KC_JPEG_QUALITY_H

#include <stdint.h>

// The quality (1 to 100) whose luma table comes nearest to `table`, in natural order; 0 where none could be made.
int kc_jpeg_estimated_quality(const uint16_t table[64]);

#endif
