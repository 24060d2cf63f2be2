// Paths a signal handler may have to unlink. Fixed slots, because a handler may neither allocate nor lock.
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
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

// What a process that fails against all expectation did before this was asked for.
static const int faults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
enum { FAULTS = sizeof faults / sizeof *faults };
static struct sigaction before[FAULTS];

static void on_fault(int number) {
    kc_temporaries_unlink();
    for (int i = 0; i < FAULTS; i++) {
        if (faults[i] == number) sigaction(number, &before[i], NULL);
    }
    raise(number);  // held back until this returns, then for the one who had it before
}

void kc_temporaries_guard(void) {
    static atomic_flag done = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set(&done)) return;
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < FAULTS; i++) sigaction(faults[i], &action, &before[i]);
}
