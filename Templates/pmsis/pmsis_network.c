/* SPDX-License-Identifier: Apache-2.0 */
#include "pmsis_network.h"

#include <string.h>

#include "pmsis_checks.h"
#include "pmsis_l3.h"
#include "pmsis_plan.h"
#include "pmsis_storage.h"

/* What is taken of L1: the area, then the stacks, both aligned as stacks are. */
enum {
  ALIGNMENT = 16,
  STACKS = (NETWORK_L1_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT,
  STACK_BYTES = PMSIS_MASTER_STACK_BYTES + (NETWORK_CORES - 1) * PMSIS_WORKER_STACK_BYTES,
  L1_BYTES = STACKS + STACK_BYTES + ALIGNMENT,
};

_Static_assert(NETWORK_L1_BYTES + STACK_BYTES + PMSIS_L1_SDK_BYTES <= PMSIS_TARGET_L1_BYTES,
               "the area in L1, the stacks and what the SDK keeps fit L1");
_Static_assert(NETWORK_L2_BYTES + PMSIS_CODE_BYTES + PMSIS_L2_SDK_BYTES + PMSIS_USER_BYTES <=
                   PMSIS_TARGET_L2_BYTES,
               "the area in L2, the program, the SDK and the application fit L2");
_Static_assert(PMSIS_L1_SDK_BYTES >= 64 + 2 * ALIGNMENT,
               "what is left to the SDK is enough for it and for alignment");
_Static_assert(PMSIS_MASTER_STACK_BYTES % ALIGNMENT == 0 && PMSIS_WORKER_STACK_BYTES % ALIGNMENT == 0,
               "the stacks are aligned");

uint8_t *pmsis_l1;
uint8_t pmsis_l2[NETWORK_L2_BYTES] __attribute__((aligned(16)));

static struct pi_device cluster;
static void *taken; /* of L1 */
static bool is_open;

/* Runs a function of the network on the cluster and waits for its end. */
static network_status_t run_on_cluster(void (*entry)(void *)) {
  struct pi_cluster_task task;
  memset(&task, 0, sizeof task);
  (void)pi_cluster_task(&task, entry, 0);
  task.stacks = pmsis_l1 + STACKS;
  task.stack_size = PMSIS_MASTER_STACK_BYTES;
  task.slave_stack_size = PMSIS_WORKER_STACK_BYTES;
  task.nb_cores = NETWORK_CORES;
  pmsis_guard_stacks(task.stacks);
  pmsis_fence();
  if (pi_cluster_send_task(&cluster, &task) != 0) {
    return NETWORK_NO_CLUSTER;
  }
  pmsis_fence();
  return pmsis_stacks_are_intact() ? NETWORK_OK : NETWORK_STACK_OVERFLOW;
}

static void load(void *unused) {
  (void)unused;
  network_load();
}

static void infer(void *unused) {
  (void)unused;
  pmsis_start_cycles();
  network_run();
}

static network_status_t open_cluster(void) {
  static struct pi_cluster_conf configuration;
  pi_cluster_conf_init(&configuration);
  pi_open_from_conf(&cluster, &configuration);
  if (pi_cluster_open(&cluster) != 0) {
    return NETWORK_NO_CLUSTER;
  }
  taken = pi_cl_l1_malloc(&cluster, L1_BYTES);
  if (taken == 0) {
    (void)pi_cluster_close(&cluster);
    return NETWORK_L1_FULL;
  }
  pmsis_l1 = (uint8_t *)(((uintptr_t)taken + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1));
  return NETWORK_OK;
}

static void close_cluster(void) {
  pi_cl_l1_free(&cluster, taken, L1_BYTES);
  (void)pi_cluster_close(&cluster);
}

network_status_t network_open(void) {
  if (is_open) {
    return NETWORK_OK;
  }
  network_status_t status = pmsis_storage_open();
  if (status == NETWORK_OK) {
    status = open_cluster();
    if (status == NETWORK_OK) {
      pmsis_l3_open();
      status = run_on_cluster(load);
      if (status != NETWORK_OK) {
        close_cluster();
      }
    }
  }
  if (status != NETWORK_OK) {
    pmsis_storage_close();
  }
  is_open = status == NETWORK_OK;
  return status;
}

network_status_t network_infer(void) {
  return is_open ? run_on_cluster(infer) : NETWORK_NOT_OPEN;
}

/* Whether these bytes lie in one of `count` tensors, and can be copied from or to memory. */
static network_status_t check(const dory_tensor_t *tensors, int32_t count, int32_t index, uint32_t offset,
                              const void *memory, uint32_t bytes) {
  if (!is_open) {
    return NETWORK_NOT_OPEN;
  }
  if (index < 0 || index >= count) {
    return NETWORK_NO_TENSOR;
  }
  const uint32_t end = dory_align4(tensors[index].bytes);
  if (offset > end || bytes > end - offset) {
    return NETWORK_NO_TENSOR;
  }
  const bool is_aligned = (((uint32_t)(uintptr_t)memory | offset | bytes) & 3u) == 0;
  return tensors[index].level == DORY_L2 || is_aligned ? NETWORK_OK : NETWORK_UNALIGNED;
}

network_status_t network_write(int32_t input, uint32_t offset, const void *codes, uint32_t bytes) {
  const network_status_t status = check(network_inputs, NETWORK_INPUTS, input, offset, codes, bytes);
  if (status != NETWORK_OK) {
    return status;
  }
  const uint32_t to = network_inputs[input].offset + offset;
  if (network_inputs[input].level == DORY_L2) {
    memcpy(dory_l2(to), codes, bytes);
  } else {
    pmsis_ram_write(to, (void *)(uintptr_t)codes, bytes);
  }
  return NETWORK_OK;
}

network_status_t network_read(int32_t output, uint32_t offset, void *codes, uint32_t bytes) {
  const network_status_t status = check(network_outputs, NETWORK_OUTPUTS, output, offset, codes, bytes);
  if (status != NETWORK_OK) {
    return status;
  }
  const uint32_t from = network_outputs[output].offset + offset;
  if (network_outputs[output].level == DORY_L2) {
    memcpy(codes, dory_l2(from), bytes);
  } else {
    pmsis_ram_read(from, codes, bytes);
  }
  return NETWORK_OK;
}

void network_close(void) {
  if (is_open) {
    is_open = false;
    close_cluster();
    pmsis_storage_close();
  }
}
