/* SPDX-License-Identifier: Apache-2.0 */
/* What the test programs share: they run on the first core, the others wait for tasks, and results are lines
 * `name value`. */
#ifndef MEASURE_H
#define MEASURE_H

#include "dory_hal.h"

static inline uint32_t cycles(void) {
  return cluster_load(CLUSTER_CYCLES);
}

static inline void report(const char *name, uint32_t value) {
  char digits[10];
  int count = 0;
  while (*name != '\0') {
    cluster_store(CLUSTER_PRINT, (uint32_t)*name++);
  }
  cluster_store(CLUSTER_PRINT, ' ');
  do {
    digits[count++] = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  while (count > 0) {
    cluster_store(CLUSTER_PRINT, (uint32_t)digits[--count]);
  }
  cluster_store(CLUSTER_PRINT, '\n');
}

/* A byte that depends on all bits of its address. */
static inline uint8_t pattern(uint32_t address) {
  return (uint8_t)((address * 2654435761u) >> 24);
}

#endif
