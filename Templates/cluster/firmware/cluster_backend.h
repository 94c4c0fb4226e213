/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated cluster: transfers under way, and the functions of dory_hal.h that are a few instructions. */
#ifndef DORY_BACKEND_H
#define DORY_BACKEND_H

#include <stdint.h>

#include "cluster_registers.h"

#define CLUSTER_L1 0x10000000u

/* A group of copies between L2 and L1: the numbers of its last load and its last store, 0 without one. */
typedef struct {
  uint32_t loads, stores;
} dory_dma_t;

/* A copy between RAM or flash and L2: the register that counts its queue, and its number; 0 when it is not
 * under way. */
typedef struct {
  uint32_t queue, number;
} dory_l3_t;

/* The data area of L2, which the linker script places at the end. */
extern char dory_l2_data[];

static inline uint32_t cluster_load(uint32_t offset) {
  return *(volatile uint32_t *)(uintptr_t)(CLUSTER_CONTROL + offset);
}

static inline void cluster_store(uint32_t offset, uint32_t word) {
  *(volatile uint32_t *)(uintptr_t)(CLUSTER_CONTROL + offset) = word;
}

/* Memory that transfers or other cores have changed is read anew. */
static inline void cluster_fence(void) {
  __asm__ volatile("" ::: "memory");
}

static inline void *dory_l1(uint32_t offset) {
  return (void *)(uintptr_t)(CLUSTER_L1 + offset);
}

static inline void *dory_l2(uint32_t offset) {
  return dory_l2_data + offset;
}

static inline int32_t dory_core_id(void) {
  int32_t id;
  __asm__("csrr %0, mhartid" : "=r"(id));
  return id;
}

static inline int32_t dory_core_count(void) {
  return DORY_CLUSTER_CORES;
}

static inline void dory_dma_open(dory_dma_t *group) {
  *group = (dory_dma_t){0, 0};
}

static inline void dory_dma_wait(dory_dma_t *group) {
  cluster_store(CLUSTER_DMA_LOADS, group->loads);
  cluster_store(CLUSTER_DMA_STORES, group->stores);
  cluster_fence();
}

static inline void dory_l3_wait(dory_l3_t *request) {
  if (request->number != 0) {
    cluster_store(request->queue, request->number);
  }
  cluster_fence();
}

/* The other cores wait for tasks; this one takes part and waits until they do again. */
static inline void dory_cluster_run(void (*kernel)(const void *), const void *argument) {
  cluster_fence();
  cluster_store(CLUSTER_TASK_ARGUMENT, (uint32_t)(uintptr_t)argument);
  cluster_store(CLUSTER_TASK, (uint32_t)(uintptr_t)kernel);
  kernel(argument);
  (void)cluster_load(CLUSTER_JOIN);
  cluster_fence();
}

#endif
