#include <stdlib.h>
#include <sys/resource.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "CImageCodecs.h"

void kc_heap_settle(void) {
#ifdef __GLIBC__
    struct rlimit limit;
    int is_rationed = getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    mallopt(M_ARENA_MAX, is_rationed ? 1 : 2);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_TOP_PAD, is_rationed ? 128 << 10 : 4 << 20);
#endif
}
