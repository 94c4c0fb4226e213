/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the host that simulates the cluster. */
#ifndef CLUSTER_HOST_CALL_H
#define CLUSTER_HOST_CALL_H

#include "dory_hal.h"

static inline void cluster_call_host(uint32_t call, uint32_t first, uint32_t second, uint32_t third) {
  cluster_fence();
  cluster_store(CLUSTER_HOST_FIRST, first);
  cluster_store(CLUSTER_HOST_SECOND, second);
  cluster_store(CLUSTER_HOST_THIRD, third);
  cluster_store(CLUSTER_HOST_CALL, call);
  cluster_fence();
}

/* A call about a tensor: the host takes its level (0: what cores address, 1: RAM, 2: flash), address and
 * bytes. */
static inline void cluster_call_host_with(uint32_t call, const dory_tensor_t *tensor) {
  const uint32_t offset = tensor->offset;
  const uint32_t address = tensor->level == DORY_L2 ? (uint32_t)(uintptr_t)dory_l2(offset) : offset;
  cluster_call_host(call, (uint32_t)tensor->level, address, tensor->bytes);
}

#endif
