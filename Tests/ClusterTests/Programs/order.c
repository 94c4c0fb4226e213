/* SPDX-License-Identifier: Apache-2.0 */
/* Copies take their time, and those of one direction are made in order. */
#include "measure.h"

enum { BYTES = 4096 };

int main(void) {
  volatile uint8_t *const l1 = dory_l1(0), *const l2 = dory_l2(0);
  for (uint32_t i = 0; i < 16; i++) {
    l1[BYTES - 1 - i] = 1;
    l2[BYTES - 1 - i] = 2;
    l2[2 * BYTES - 1 - i] = 3;
  }
  dory_dma_t first, second, none;
  dory_dma_open(&first);
  dory_dma_open(&second);
  dory_dma_open(&none);
  dory_dma_load(&first, &(dory_copy_t){0, 0, 1, BYTES, 0, 0});
  dory_dma_load(&second, &(dory_copy_t){0, BYTES, 1, BYTES, 0, 0});
  report("before", l1[BYTES - 1]);
  dory_dma_wait(&none);
  report("without_wait", l1[BYTES - 1]);
  dory_dma_wait(&first);
  report("after_first", l1[BYTES - 1]);
  dory_dma_wait(&second);
  report("after_second", l1[BYTES - 1]);
  return 0;
}
