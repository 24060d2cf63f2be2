// NATIVE is how many floats a register holds.
// The levels: body.inc compiled once for each, and the list of those that this machine can run.
#include "CLanes.h"

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

#define LEVEL(name) kern_baseline_##name
#define LEVEL_NAME "baseline"
#define LEVEL_NUMBER 1
#if defined(__aarch64__)
#define FUSED 1
#else
#define FUSED 0
#endif
#define NATIVE 4
#include "body.inc"
#undef LEVEL
#undef LEVEL_NAME
#undef LEVEL_NUMBER
#undef FUSED
#undef NATIVE

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,lzcnt"))), apply_to = function)
#define LEVEL(name) kern_avx2_##name
#define LEVEL_NAME "avx2"
#define LEVEL_NUMBER 2
#define FUSED 1
#define NATIVE 8
#include "body.inc"
#undef LEVEL
#undef LEVEL_NAME
#undef LEVEL_NUMBER
#undef FUSED
#undef NATIVE
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,bmi,bmi2,lzcnt"))), apply_to = function)
#define LEVEL(name) kern_avx512_##name
#define LEVEL_NAME "avx512"
#define LEVEL_NUMBER 3
#define FUSED 1
#define NATIVE 16
#include "body.inc"
#undef LEVEL
#undef LEVEL_NAME
#undef LEVEL_NUMBER
#undef FUSED
#undef NATIVE
#pragma clang attribute pop
#endif

const kern_lanes *const *kern_lanes_available(size_t *count) {
#if defined(__x86_64__)
    static const kern_lanes *const all[] = {&kern_baseline_lanes, &kern_avx2_lanes, &kern_avx512_lanes};
    size_t n = 1;
    bool counts_bits = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt");
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && counts_bits) {
        n = 2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512vnni"))
            n = 3;
    }
#else
    static const kern_lanes *const all[] = {&kern_baseline_lanes};
    size_t n = 1;
#endif
    *count = n;
    return all;
}
