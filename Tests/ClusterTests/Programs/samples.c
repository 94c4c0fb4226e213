/* SPDX-License-Identifier: Apache-2.0 */
/* A network by hand: adds 4 bytes of RAM and 4 of flash to an input of 4 bytes, then moves data. */
#include "cluster_host_call.h"
#include "measure.h"

enum { RAM_PART = 0, FLASH_PART = 8, INPUT = 16, OUTPUT = 32, WASTE = 4096 };

static void add(const void *argument) {
  (void)argument;
  uint8_t *const bytes = dory_l2(0);
  const int32_t i = dory_core_id();
  if (i < 4) {
    bytes[OUTPUT + i] = (uint8_t)(bytes[INPUT + i] + bytes[RAM_PART + i] + bytes[FLASH_PART + i]);
  }
}

static void run(const dory_tensor_t *output) {
  dory_layer_begin(0, "sum of \"two\"");
  dory_cluster_run(add, 0);
  dory_layer_done(0, output);

  dory_layer_begin(1, "copies");
  dory_dma_t group;
  dory_dma_open(&group);
  dory_dma_load(&group, &(dory_copy_t){0, 0, 1, WASTE, 0, 0});
  dory_dma_wait(&group);
  dory_l3_t request;
  dory_ram_write(&request, 64, OUTPUT, 4);
  dory_l3_wait(&request);
  dory_layer_done(1, &(dory_tensor_t){"copy", DORY_L3, 64, 4});
}

int main(void) {
  cluster_call_host(CLUSTER_HOST_WEIGHTS, 8, 4, CHECKSUM);
  cluster_call_host(CLUSTER_HOST_BEGIN_LOAD, 0, 0, 0);
  dory_l3_t requests[2];
  dory_ram_read(&requests[0], 0, RAM_PART, 8);
  dory_flash_read(&requests[1], 0, FLASH_PART, 4);
  dory_l3_wait(&requests[1]);
  dory_l3_wait(&requests[0]);
  cluster_call_host(CLUSTER_HOST_END_LOAD, 0, 0, 0);
  const dory_tensor_t input = {"input", DORY_L2, INPUT, 4}, output = {"output", DORY_L2, OUTPUT, 4};
  while (cluster_call_host(CLUSTER_HOST_NEXT_SAMPLE, 0, 0, 0), cluster_load(CLUSTER_HOST_CALL) != 0) {
    cluster_call_host_with(CLUSTER_HOST_READ_INPUT, &input);
    cluster_call_host(CLUSTER_HOST_BEGIN_SAMPLE, 0, 0, 0);
    run(&output);
    cluster_call_host(CLUSTER_HOST_END_SAMPLE, 0, 0, 0);
    cluster_call_host_with(CLUSTER_HOST_WRITE_OUTPUT, &output);
  }
  return 0;
}
