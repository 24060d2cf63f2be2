// The catalogue, embedded so that a copied binary works alone. The compiler lists what it embeds among what the object
// depends on, so an edited .kern file is rebuilt like an edited header.
#include "CKernels.h"

// #embed is C23; this clang takes it in every C, and would say so once a file.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const kern_embedded_file files[] = {
#include "../../kernels/index.h"
};

const kern_embedded_file *const kern_embedded_files = files;
const size_t kern_embedded_file_count = sizeof(files) / sizeof(files[0]);
