#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/// The page that explains a net, without what is to be shown on it; not terminated by a zero.
extern const unsigned char *const kern_page;
extern const size_t kern_page_count;

#endif
