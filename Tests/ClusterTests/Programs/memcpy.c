/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler's copies and fills, of all sizes and alignments, between L1 and L2. */
#include <stddef.h>

#include "measure.h"

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

enum { AREA = 256, MOST = 140 };

/* Copies between two areas and counts the bytes that are wrong, those around the copy included. */
static uint32_t wrong_bytes(uint8_t *to, uint8_t *from, uint32_t to_offset, uint32_t from_offset,
                            uint32_t bytes) {
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < AREA; i++) {
    from[i] = pattern(i);
    to[i] = pattern(i + AREA);
  }
  memcpy(to + to_offset, from + from_offset, bytes);
  for (uint32_t i = 0; i < AREA; i++) {
    const bool is_copied = i >= to_offset && i < to_offset + bytes;
    wrong += to[i] != (is_copied ? pattern(i - to_offset + from_offset) : pattern(i + AREA));
  }
  return wrong;
}

int main(void) {
  uint8_t *const l1 = dory_l1(0), *const l2 = dory_l2(0);
  uint8_t *const places[] = {l1, l1 + AREA, l2, l2 + AREA};
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < 4; i++) {
    for (uint32_t bytes = 0; bytes <= MOST; bytes += bytes < 8 ? 1 : 11) {
      wrong += wrong_bytes(places[i], places[3 - i], 4, 8, bytes);
      wrong += wrong_bytes(places[i], places[(i + 2) % 4], 3, bytes % 4, bytes);
    }
  }
  report("wrong_copied", wrong);
  wrong = 0;
  for (uint32_t i = 0; i < AREA; i++) {
    l1[i] = pattern(i);
  }
  memmove(l1 + 5, l1, 100);
  for (uint32_t i = 0; i < 100; i++) {
    wrong += l1[i + 5] != pattern(i);
  }
  memmove(l1, l1 + 5, 100);
  memset(l1 + 40, 7, 61);
  for (uint32_t i = 0; i < 40; i++) {
    wrong += l1[i] != pattern(i);
  }
  for (uint32_t i = 40; i < 101; i++) {
    wrong += l1[i] != 7;
  }
  report("wrong_moved", wrong);
  const uint32_t begin = cycles();
  memcpy(l1, l2, 240);
  report("cycles", cycles() - begin);
  return 0;
}
