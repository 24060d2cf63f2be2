// The page is a file of its own, so that it can be opened, read and changed as what it is; embedded as the kernels are.
#include "CPage.h"

// #embed is C23; this clang takes it in every C, and would say so once a file.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char page[] = {
#embed "page.html"
};

const unsigned char *const kern_page = page;
const size_t kern_page_count = sizeof(page);
