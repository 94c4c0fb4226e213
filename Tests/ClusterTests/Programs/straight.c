/* SPDX-License-Identifier: Apache-2.0 */
/* Straight code of CODE_BYTES, run twice by one core and once by all. */
#include "measure.h"

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

__attribute__((noinline, aligned(256))) static void run(const void *argument) {
  (void)argument;
  __asm__ volatile(
      ".option push\n.option norvc\n.rept " TEXT(CODE_BYTES) " / 4\naddi x0, x0, 0\n.endr\n.option pop\n");
}

static void measure(const char *duration, const char *refills, bool on_all) {
  const uint32_t before = cluster_load(CLUSTER_REFILLS), begin = cycles();
  if (on_all) {
    dory_cluster_run(run, 0);
  } else {
    run(0);
  }
  const uint32_t end = cycles();
  report(refills, cluster_load(CLUSTER_REFILLS) - before);
  report(duration, end - begin);
}

int main(void) {
  measure("cold_cycles", "cold_refills", false);
  measure("warm_cycles", "warm_refills", false);
  measure("all_cycles", "all_refills", true);
  return 0;
}
