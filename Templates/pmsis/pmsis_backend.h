/* SPDX-License-Identifier: Apache-2.0 */
/* A chip under PMSIS (gap_sdk, pulp-sdk): transfers under way, and the functions of dory_hal.h that are a few
 * instructions. One core of the cluster runs the network; the fabric controller serves its requests to L3. */
#ifndef DORY_BACKEND_H
#define DORY_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "pmsis.h"

#include "network.h"

/* Only checks name layers. */
#if !defined(DORY_CHECK_LAYERS) && !defined(DORY_CHECK_STACKS)
#define DORY_NAME(text) 0
#endif

/* A group of copies between L2 and L1; the copies join that of the first one. */
typedef struct {
  pi_cl_dma_copy_t first;
  bool has_first;
} dory_dma_t;

typedef enum { PMSIS_RAM_READ, PMSIS_RAM_WRITE, PMSIS_FLASH_READ } pmsis_direction_t;

/* A copy between RAM or flash and L2. The fabric controller owns it from its start until it is not under way
 * any more. */
typedef struct pmsis_request {
  struct pmsis_request *next; /* of the same urgency */
  uint8_t *memory;            /* where the bytes that are left begin in L2 */
  uint32_t external;          /* where they begin in RAM or flash */
  uint32_t left;              /* bytes */
  pmsis_direction_t direction;
  bool is_ahead;
  volatile bool is_under_way;
} dory_l3_t;

/* The data areas that the plan hands out: L1 from network_open on. */
extern uint8_t *pmsis_l1;
extern uint8_t pmsis_l2[NETWORK_L2_BYTES];

/* Memory that transfers or other cores have changed is read anew. */
static inline void pmsis_fence(void) {
  __asm__ volatile("" ::: "memory");
}

static inline void *dory_l1(uint32_t offset) {
  return pmsis_l1 + offset;
}

static inline void *dory_l2(uint32_t offset) {
  return pmsis_l2 + offset;
}

static inline int32_t dory_core_id(void) {
  return (int32_t)pi_core_id();
}

static inline int32_t dory_core_count(void) {
  return NETWORK_CORES;
}

static inline void dory_dma_open(dory_dma_t *group) {
  group->has_first = false;
}

static inline void dory_dma_wait(dory_dma_t *group) {
  if (group->has_first) {
    pi_cl_dma_wait(&group->first);
    group->has_first = false;
  }
  pmsis_fence();
}

#endif
