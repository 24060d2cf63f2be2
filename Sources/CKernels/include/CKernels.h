#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

/// One file of the catalogue, as it lies in kernels/; `bytes` is not terminated by a zero.
typedef struct {
    const char *path;  // from kernels/ on, as in "edges/sobel.kern"
    const unsigned char *bytes;
    size_t count;
} kern_embedded_file;

/// The whole catalogue, in the order of kernels/index.h. A pointer, because Swift cannot see an array of unstated length.
extern const kern_embedded_file *const kern_embedded_files;
extern const size_t kern_embedded_file_count;

#endif
