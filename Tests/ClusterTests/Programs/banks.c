/* SPDX-License-Identifier: Apache-2.0 */
/* Every core loads one word of L1 400 times: its own bank's, or all the same. */
#include "measure.h"

enum { TIMES = 50 };

static void load(const void *argument) {
  const uint32_t stride = (uint32_t)(uintptr_t)argument;
  const volatile uint32_t *word = dory_l1((uint32_t)dory_core_id() * stride);
  for (int32_t i = 0; i < TIMES; i++) {
    (void)*word, (void)*word, (void)*word, (void)*word, (void)*word, (void)*word, (void)*word, (void)*word;
  }
}

static void measure(const char *duration, const char *conflicts, uintptr_t stride) {
  const uint32_t stalls = cluster_load(CLUSTER_CONFLICTS), begin = cycles();
  dory_cluster_run(load, (const void *)stride);
  const uint32_t end = cycles();
  report(conflicts, cluster_load(CLUSTER_CONFLICTS) - stalls);
  report(duration, end - begin);
}

int main(void) {
  dory_cluster_run(load, (const void *)4);
  measure("own_cycles", "own_conflicts", 4);
  measure("same_cycles", "same_conflicts", 0);
  measure("far_cycles", "far_conflicts", 64);
  return 0;
}
