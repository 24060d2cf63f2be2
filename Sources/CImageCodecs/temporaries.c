// Paths a signal handler may have to unlink. Fixed slots, because a handler may neither allocate nor lock.
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "CImageCodecs.h"

enum { FREE, FILLING, READY };
enum { SLOTS = 64, PATH_SIZE = 4096 };

static struct {
    atomic_int state;
    char path[PATH_SIZE];
} slots[SLOTS];

int kc_temporaries_add(const char *path) {
    size_t size = strlen(path) + 1;
    if (size > PATH_SIZE) return -1;
    for (int slot = 0; slot < SLOTS; slot++) {
        int expected = FREE;
        if (!atomic_compare_exchange_strong(&slots[slot].state, &expected, FILLING)) continue;
        memcpy(slots[slot].path, path, size);
        atomic_store(&slots[slot].state, READY);
        return slot;
    }
    return -1;
}

void kc_temporaries_remove(int slot) {
    if (slot >= 0 && slot < SLOTS) atomic_store(&slots[slot].state, FREE);
}

void kc_temporaries_unlink(void) {
    for (int slot = 0; slot < SLOTS; slot++) {
        if (atomic_load(&slots[slot].state) == READY) unlink(slots[slot].path);
    }
}
