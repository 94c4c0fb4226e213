/* SPDX-License-Identifier: Apache-2.0 */
/* What kernels see of the machine here: on the cluster the core's number, and how many cores there are as a
 * constant where BENCH_CORES is one, as in a deployed program. Nothing is transferred.
 */
#ifndef DORY_BACKEND_H
#define DORY_BACKEND_H

#include <stdint.h>

typedef struct {
  uint32_t group;
} dory_dma_t;

typedef struct {
  uint32_t group;
} dory_l3_t;

#if defined(__riscv)

extern int32_t bench_cores;

static inline int32_t dory_core_id(void) {
  int32_t id;
  __asm__("csrr %0, mhartid" : "=r"(id));
  return id;
}

static inline int32_t dory_core_count(void) {
#ifdef BENCH_CORES
  return BENCH_CORES;
#else
  return bench_cores;
#endif
}

#endif
#endif
