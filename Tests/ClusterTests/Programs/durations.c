/* SPDX-License-Identifier: Apache-2.0 */
/* How long single things take. */
#include "measure.h"

enum { TIMES = 100 };

static void nothing(const void *argument) {
  (void)argument;
}

static void meet(const void *argument) {
  (void)argument;
  for (int32_t i = 0; i < TIMES; i++) {
    (void)cluster_load(CLUSTER_BARRIER);
  }
}

int main(void) {
  /* Each load gives the address of the next one. */
  volatile uint32_t *const chain = dory_l2(0);
  *chain = (uint32_t)(uintptr_t)chain;
  const volatile uint32_t *at = (const volatile uint32_t *)(uintptr_t)*chain;
  uint32_t begin = cycles();
  for (int32_t i = 0; i < TIMES; i++) {
    at = (const volatile uint32_t *)(uintptr_t)*at;
  }
  report("l2_loads", cycles() - begin);

  dory_cluster_run(meet, 0);
  begin = cycles();
  dory_cluster_run(meet, 0);
  report("barriers", cycles() - begin);

  dory_cluster_run(nothing, 0);
  begin = cycles();
  dory_cluster_run(nothing, 0);
  report("run", cycles() - begin);

  /* Transfers whose durations the timeline tells. */
  dory_dma_t group;
  dory_dma_open(&group);
  dory_dma_load(&group, &(dory_copy_t){0, 0, 1, 1000, 0, 0});
  dory_dma_wait(&group);
  dory_dma_load(&group, &(dory_copy_t){0, 0, 7, 64, 64, 100});
  dory_dma_wait(&group);
  dory_dma_store(&group, &(dory_copy_t){0, 0, 1, 1, 0, 0});
  dory_dma_wait(&group);
  static const uint32_t sizes[] = {4, 512, 516, 1024, 5000};
  for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    dory_l3_t request;
    dory_ram_read(&request, 0, 0, sizes[i]);
    dory_l3_wait(&request);
    dory_ram_write(&request, 0, 0, sizes[i]);
    dory_l3_wait(&request);
    dory_flash_read(&request, 0, 0, sizes[i]);
    dory_l3_wait(&request);
  }
  /* What the program pays for a command, besides the copy. */
  begin = cycles();
  dory_dma_load(&group, &(dory_copy_t){0, 0, 1, 4, 0, 0});
  report("command", cycles() - begin);
  dory_dma_wait(&group);
  begin = cycles();
  dory_dma_load(&group, &(dory_copy_t){0, 0, 2, 4, 4, 4});
  report("command_2d", cycles() - begin);
  dory_dma_wait(&group);
  return 0;
}
