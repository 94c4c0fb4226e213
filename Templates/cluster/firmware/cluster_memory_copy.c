/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler calls for copies and fills: by DMA where that is worth its latency, else word by word
 * where both sides allow it. */
#include <stddef.h>
#include <stdint.h>

#include "dory_backend.h"

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

/* A word that may stand for bytes of any type. */
typedef uint32_t __attribute__((may_alias)) word_t;

/* Bytes from which on a copy to L1 is quicker by DMA than by loads that each wait for L2. */
enum { DMA_BYTES = 64 };

/* The upper bits tell L1 (0x10...) from L2 (0x1C...). */
static inline uintptr_t memory_of(const void *at) {
  return (uintptr_t)at >> 24;
}

static void load_by_dma(void *to, const void *from, size_t bytes) {
  cluster_fence();
  cluster_store(CLUSTER_DMA_L1, (uint32_t)(uintptr_t)to);
  cluster_store(CLUSTER_DMA_L2, (uint32_t)(uintptr_t)from);
  cluster_store(CLUSTER_DMA_LOAD, bytes);
  cluster_store(CLUSTER_DMA_LOADS, cluster_load(CLUSTER_DMA_LOADS));
  cluster_fence();
}

void *memcpy(void *to, const void *from, size_t bytes) {
  if (bytes >= DMA_BYTES && memory_of(to) == CLUSTER_L1 >> 24 && memory_of(from) != CLUSTER_L1 >> 24) {
    load_by_dma(to, from, bytes);
    return to;
  }
  uint8_t *destination = to;
  const uint8_t *source = from;
  if ((((uintptr_t)to | (uintptr_t)from) & 3) == 0) {
    for (; bytes >= 16; bytes -= 16) {
      const word_t *const in = (const word_t *)source;
      word_t *const out = (word_t *)destination;
      const word_t w0 = in[0], w1 = in[1], w2 = in[2], w3 = in[3];
      out[0] = w0, out[1] = w1, out[2] = w2, out[3] = w3;
      source += 16, destination += 16;
    }
    for (; bytes >= 4; bytes -= 4) {
      *(word_t *)destination = *(const word_t *)source;
      source += 4, destination += 4;
    }
  }
  while (bytes-- > 0) {
    *destination++ = *source++;
  }
  return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
  if ((uintptr_t)to - (uintptr_t)from >= bytes) {
    return memcpy(to, from, bytes);
  }
  while (bytes-- > 0) {
    ((uint8_t *)to)[bytes] = ((const uint8_t *)from)[bytes];
  }
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  uint8_t *destination = to;
  if (((uintptr_t)to & 3) == 0) {
    const word_t word = (uint8_t)value * 0x01010101u;
    for (; bytes >= 4; bytes -= 4) {
      *(word_t *)destination = word;
      destination += 4;
    }
  }
  while (bytes-- > 0) {
    *destination++ = (uint8_t)value;
  }
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  const uint8_t *left = a, *right = b;
  for (; bytes > 0 && *left == *right; bytes--) {
    left++, right++;
  }
  return bytes == 0 ? 0 : *left - *right;
}
