// The page's parts are files of their own, so that they can be opened, read and changed as what they are; embedded as the kernels are.
#include "CPage.h"

// #embed is C23; this clang takes it in every C, and would say so once a file.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char page[] = {
#embed "page.html"
};
static const unsigned char style[] = {
#embed "page.css"
};
static const unsigned char steps[] = {
#embed "steps.js"
};
static const unsigned char samples[] = {
#embed "samples.js"
};
static const unsigned char places[] = {
#embed "places.js"
};

const kern_page_part kern_page = {"page.html", page, sizeof(page)};
static const kern_page_part parts[] = {
    {"page.css", style, sizeof(style)},
    {"steps.js", steps, sizeof(steps)},
    {"samples.js", samples, sizeof(samples)},
    {"places.js", places, sizeof(places)},
};
const kern_page_part *const kern_page_parts = parts;
const size_t kern_page_part_count = sizeof(parts) / sizeof(parts[0]);
