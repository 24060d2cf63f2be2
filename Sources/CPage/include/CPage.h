#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/// A file of the page; not terminated by a zero.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t count;
} kern_page_part;

/// The page that explains a net, with its parts' names in braces, `{{page.css}}`, where they belong; `{{data}}` is what is to be shown.
extern const kern_page_part kern_page;
extern const kern_page_part *const kern_page_parts;
extern const size_t kern_page_part_count;

#endif
