/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of all kinds and alignments, several in flight, against copies byte by byte. */
#include "measure.h"

enum { AREA = 8192 };

static uint32_t random_state = SEED;

static uint32_t random_below(uint32_t limit) {
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 8) % limit;
}

static uint8_t *l1_bytes(void) {
  return dory_l1(0);
}

static uint8_t *l2_bytes(void) {
  return dory_l2(0);
}

/* Line after line, byte after byte, between the real memories' copies. */
static void copy_slowly(const dory_copy_t *copy, bool loads, uint8_t *l1, uint8_t *l2) {
  for (int32_t line = 0; line < copy->lines; line++) {
    for (int32_t i = 0; i < copy->bytes; i++) {
      uint8_t *in_l1 = l1 + copy->l1 + (uint32_t)(line * copy->l1_stride + i);
      uint8_t *in_l2 = l2 + copy->l2 + (uint32_t)(line * copy->l2_stride + i);
      *(loads ? in_l1 : in_l2) = *(loads ? in_l2 : in_l1);
    }
  }
}

static dory_copy_t random_copy(uint32_t l1_part, uint32_t l2_part) {
  dory_copy_t copy = {.lines = 1 + (int32_t)random_below(6), .bytes = 1 + (int32_t)random_below(100)};
  copy.l1_stride = copy.bytes + (int32_t)random_below(20);
  copy.l2_stride = copy.bytes + (int32_t)random_below(20);
  copy.l1 = l1_part + random_below(200);
  copy.l2 = l2_part + random_below(200);
  return copy;
}

int main(void) {
  /* What L1 and L2 must hold lies after what they hold. */
  uint8_t *const expected_l1 = l2_bytes() + AREA, *const expected_l2 = l2_bytes() + 2 * AREA;
  for (uint32_t i = 0; i < AREA; i++) {
    l1_bytes()[i] = expected_l1[i] = pattern(i);
    l2_bytes()[i] = expected_l2[i] = pattern(i + AREA);
  }
  uint32_t copies = 0, differences = 0;
  for (int32_t round = 0; round < 4; round++) {
    /* Four copies under way in parts of their own, loads and stores mixed, waited for in two groups. */
    dory_dma_t groups[2];
    dory_dma_open(&groups[0]);
    dory_dma_open(&groups[1]);
    for (uint32_t i = 0; i < 4; i++) {
      const dory_copy_t copy = random_copy(i * 1000, (3 - i) * 1000);
      const bool loads = random_below(2) == 0;
      (loads ? dory_dma_load : dory_dma_store)(&groups[i % 2], &copy);
      copy_slowly(&copy, loads, expected_l1, expected_l2);
      copies++;
    }
    dory_dma_wait(&groups[1]);
    dory_dma_wait(&groups[0]);
    for (uint32_t i = 0; i < AREA / 2; i++) {
      differences += (l1_bytes()[i] != expected_l1[i]) + (l2_bytes()[i] != expected_l2[i]);
    }
  }
  report("copies", copies);
  report("differences", differences);
  return 0;
}
