// Lets the n-th call of one function fail, in a program that was not asked: see failing.py.
//   cc -shared -fPIC -o failing.so failing.c -ldl;  KERN_FAIL=write:3:28 KERN_FAIL_MARK=/tmp/mark LD_PRELOAD=./failing.so kern …
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int calls;

// Whether this call is the one; then errno is set, or where the number is 0 only a part is to be done.
static int fails(const char *name, int *part) {
    const char *plan = getenv("KERN_FAIL");
    char asked[16];
    int when, number;
    if (!plan || sscanf(plan, "%15[^:]:%d:%d", asked, &when, &number) != 3 || strcmp(asked, name)) return 0;
    if (atomic_fetch_add(&calls, 1) + 1 != when) return 0;
    int (*really)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int mark = really(getenv("KERN_FAIL_MARK"), O_WRONLY | O_CREAT, 0600);
    if (mark >= 0) {
        int (*really_close)(int) = dlsym(RTLD_NEXT, "close");
        really_close(mark);
    }
    *part = number == 0;
    errno = number;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count) {
    int part = 0;
    // What is said on stderr has to arrive, or nothing could be checked.
    if (file != 2 && fails("write", &part)) {
        if (!part) return -1;
        count = (count + 1) / 2;
    }
    return NEXT(write)(file, bytes, count);
}

ssize_t read(int file, void *bytes, size_t count) {
    int part = 0;
    if (fails("read", &part)) {
        if (!part) return -1;
        count = count ? 1 : 0;
    }
    return NEXT(read)(file, bytes, count);
}

int close(int file) {
    int part = 0, failing = file > 2 && fails("close", &part), number = errno;
    int result = NEXT(close)(file);
    if (!failing) return result;
    errno = number;
    return -1;
}

#define FAILING(name, parameters, arguments)                 \
    int name parameters {                                    \
        int part = 0;                                        \
        if (fails(#name, &part)) return -1;                  \
        return NEXT(name) arguments;                         \
    }
FAILING(rename, (const char *from, const char *to), (from, to))
FAILING(link, (const char *from, const char *to), (from, to))
FAILING(fsync, (int file), (file))
FAILING(fchmod, (int file, mode_t mode), (file, mode))
FAILING(mkdir, (const char *path, mode_t mode), (path, mode))

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0, part = 0;
    va_end(rest);
    // The system's own libraries are not kern's business.
    if (strncmp(path, "/proc", 5) && strncmp(path, "/sys", 4) && fails("open", &part)) return -1;
    return NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    return open(path, flags, mode);
}
