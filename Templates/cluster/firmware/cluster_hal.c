/* SPDX-License-Identifier: Apache-2.0 */
/* The rest of dory_hal.h on the cluster. */
#include "dory_hal.h"

#include "cluster_host_call.h"

/* Gives a command to the DMA; `one` and `many` start one line and several. */
static inline void start(const dory_copy_t *copy, uint32_t one, uint32_t many) {
  const int32_t lines = copy->lines;
  cluster_store(CLUSTER_DMA_L1, CLUSTER_L1 + copy->l1);
  cluster_store(CLUSTER_DMA_L2, (uint32_t)(uintptr_t)dory_l2(copy->l2));
  if (lines == 1) {
    cluster_store(one, (uint32_t)copy->bytes);
    return;
  }
  cluster_store(CLUSTER_DMA_LINES, (uint32_t)lines);
  cluster_store(CLUSTER_DMA_L1_STRIDE, (uint32_t)copy->l1_stride);
  cluster_store(CLUSTER_DMA_L2_STRIDE, (uint32_t)copy->l2_stride);
  cluster_store(many, (uint32_t)copy->bytes);
}

void dory_dma_load(dory_dma_t *group, const dory_copy_t *copy) {
  cluster_fence();
  start(copy, CLUSTER_DMA_LOAD, CLUSTER_DMA_LOAD_2D);
  group->loads = cluster_load(CLUSTER_DMA_LOADS);
}

void dory_dma_store(dory_dma_t *group, const dory_copy_t *copy) {
  cluster_fence();
  start(copy, CLUSTER_DMA_STORE, CLUSTER_DMA_STORE_2D);
  group->stores = cluster_load(CLUSTER_DMA_STORES);
}

/* Gives a transfer to the L3 engine; `queue` is the register that counts its transfers. */
static void start_external(dory_l3_t *request, uint32_t queue, uint32_t kind, uint32_t external, uint32_t l2,
                           uint32_t bytes) {
  cluster_fence();
  cluster_store(CLUSTER_L3_URGENCY, queue == CLUSTER_L3_AHEAD);
  cluster_store(CLUSTER_L3_EXTERNAL, external);
  cluster_store(CLUSTER_L3_L2, (uint32_t)(uintptr_t)dory_l2(l2));
  cluster_store(kind, bytes);
  request->queue = queue;
  request->number = cluster_load(queue);
}

void dory_ram_read(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  start_external(request, CLUSTER_L3_TRANSFERS, CLUSTER_L3_RAM_READ, ram, l2, bytes);
}

void dory_ram_write(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  start_external(request, CLUSTER_L3_TRANSFERS, CLUSTER_L3_RAM_WRITE, ram, l2, bytes);
}

void dory_flash_read(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  start_external(request, CLUSTER_L3_TRANSFERS, CLUSTER_L3_FLASH_READ, flash, l2, bytes);
}

void dory_ram_read_ahead(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  start_external(request, CLUSTER_L3_AHEAD, CLUSTER_L3_RAM_READ, ram, l2, bytes);
}

void dory_ram_write_behind(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  start_external(request, CLUSTER_L3_AHEAD, CLUSTER_L3_RAM_WRITE, ram, l2, bytes);
}

void dory_flash_read_ahead(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  start_external(request, CLUSTER_L3_AHEAD, CLUSTER_L3_FLASH_READ, flash, l2, bytes);
}

void dory_layer_begin(int32_t step, const char *name) {
  cluster_call_host(CLUSTER_HOST_BEGIN_LAYER, (uint32_t)step, (uint32_t)(uintptr_t)name, 0);
}

void dory_layer_done(int32_t step, const dory_tensor_t *output) {
  (void)step;
  cluster_call_host_with(CLUSTER_HOST_END_LAYER, output);
}
