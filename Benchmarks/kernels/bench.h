/* SPDX-License-Identifier: Apache-2.0 */
/* What programs that measure or compare kernels share. They run on the simulated cluster, where core 0 runs
 * main and the others wait for kernels, and on the host, where one thread plays all cores in turn and times
 * are 0. */
#ifndef BENCH_H
#define BENCH_H

#include "dory_hal.h"

#include <stddef.h>

/* Bytes of L1 that bench_l1 hands out; the rest is stacks. */
enum { BENCH_L1_BYTES = 55 * 1024 };

typedef struct {
  uint32_t cycles;    /* from the barrier before a kernel to the one after it */
  uint32_t conflicts; /* cycles that cores waited for a bank of L1 meanwhile, added up */
} bench_time_t;

/* `bytes` bytes of L1 at a multiple of 16 that bench_reset gives back; a program that takes too many ends. */
void *bench_l1(size_t bytes);
void bench_reset(void);

/* Runs a kernel on all cores. */
bench_time_t bench_run(void (*kernel)(const void *), const void *argument);

/* How many cores kernels see; at most those that there are. On the host any number from 1 to 16. */
void bench_set_cores(int32_t cores);

/* On the host a number of cores by chance; on the cluster all of them, and the same numbers are drawn. */
void bench_pick_cores(void);

/* Repeatable numbers: the next one, of 24 bits; one of low...high; bytes. */
void bench_seed(uint32_t seed);
uint32_t bench_random(void);
int32_t bench_between(int32_t low, int32_t high);
void bench_fill(void *bytes, size_t count);

/* Text and numbers on the standard output. */
void bench_text(const char *text);
void bench_number(uint32_t number);

/* "16x16x64", until the next call. */
const char *bench_shape(int32_t rows, int32_t columns, int32_t channels);

/* One measurement as a line of JSON. `work` is what the rate counts: products or elements. */
void bench_report(const char *kernel, const char *shape, const char *form, uint32_t work, bench_time_t time);

/* Compares bytes. The first difference is told and makes the program end with 1; equal bytes go into its
 * hash. */
void bench_compare(const char *what, uint32_t number, const void *expected, const void *actual, size_t bytes);

/* The program itself; the hash of everything compared is printed after it. */
void bench_main(void);

#endif
