/* SPDX-License-Identifier: Apache-2.0 */
/* The arenas, in one piece of the host's memory, and the marks of their bytes. */
#include <stdlib.h>
#include <string.h>

#include "simulator_marks.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

enum { RED_ZONE = 4096, RED = 0x5C, POISON = 0xA5 };

typedef struct {
  const char *name;
  uint64_t begin; /* position */
} arena_t;

static arena_t arenas[SIMULATOR_LEVELS] = {{"L1", 0}, {"L2", 0}, {"L3", 0}, {"flash", 0}};
static uint8_t *memory;
static uint64_t extent;

uint8_t *simulator_marks;

static uint64_t rounded(uint64_t bytes) {
  return (bytes + 63) & ~UINT64_C(63);
}

static void *allocated(uint64_t bytes) {
  void *result = calloc(bytes, 1);
  if (result == NULL) {
    fprintf(stderr, "error: the host has no %llu bytes for the simulated memories\n",
            (unsigned long long)bytes);
    exit(EXIT_FAILURE);
  }
  return result;
}

void simulator_start(void) {
  extent = RED_ZONE;
  for (int level = 0; level < SIMULATOR_LEVELS; level++) {
    arenas[level].begin = extent;
    extent += rounded(simulation.level_bytes[level]) + RED_ZONE;
  }
  uint8_t *allocation = allocated(extent + 64);
  memory = allocation + (-(uintptr_t)allocation & 63);
  if (SIMULATOR_CHECKS) {
    simulator_marks = allocated(extent);
  }
  memset(memory, RED, extent);
  for (int level = 0; level < SIMULATOR_LEVELS; level++) {
    memset(memory + arenas[level].begin, POISON, simulation.level_bytes[level]);
  }
#ifdef __SANITIZE_ADDRESS__
  ASAN_POISON_MEMORY_REGION(memory, extent);
  for (int level = 0; level < SIMULATOR_LEVELS; level++) {
    /* And what loads of words may reach. */
    ASAN_UNPOISON_MEMORY_REGION(memory + arenas[level].begin, simulation.level_bytes[level] + 3);
  }
#endif
}

uint8_t *simulator_bytes(simulator_level_t level, uint32_t offset, uint64_t bytes) {
  const uint64_t size = simulation.level_bytes[level];
  if (bytes > size || offset > size - bytes) {
    simulator_fault("outside of memory", 0, "bytes %u to %llu of %s, which has %llu", offset,
                    (unsigned long long)offset + bytes, arenas[level].name, (unsigned long long)size);
  }
  return memory + arenas[level].begin + offset;
}

simulator_level_t simulator_level(dory_level_t level) {
  static const simulator_level_t levels[] = {
      [DORY_L2] = SIMULATOR_L2, [DORY_L3] = SIMULATOR_L3, [DORY_FLASH] = SIMULATOR_FLASH};
  return levels[level];
}

const char *simulator_level_name(simulator_level_t level) {
  return arenas[level].name;
}

uint8_t *simulator_tensor(const dory_tensor_t *tensor) {
  return simulator_bytes(simulator_level(tensor->level), tensor->offset, tensor->bytes);
}

uint64_t simulator_position(const void *address) {
  return (uint64_t)((uintptr_t)address - (uintptr_t)memory);
}

uint64_t simulator_extent(void) {
  return extent;
}

simulator_level_t simulator_locate(uint64_t position, int64_t *offset) {
  int level = SIMULATOR_LEVELS - 1;
  while (level > 0 && (int64_t)position + RED_ZONE / 2 < (int64_t)arenas[level].begin) {
    level--;
  }
  *offset = (int64_t)(position - arenas[level].begin);
  return (simulator_level_t)level;
}

void simulator_check_red_zones(void) {
#ifndef __SANITIZE_ADDRESS__
  for (int level = 0; level < SIMULATOR_LEVELS; level++) {
    const uint8_t *begin = memory + arenas[level].begin;
    const uint8_t *end = begin + simulation.level_bytes[level];
    for (int i = 0; i < RED_ZONE / 2; i++) {
      if (begin[-1 - i] != RED) {
        simulator_fault("outside of memory", 0, "a byte %d before the start of %s was overwritten", 1 + i,
                        arenas[level].name);
      }
      if (end[i] != RED) {
        simulator_fault("outside of memory", 0, "a byte %d past the end of %s was overwritten", i,
                        arenas[level].name);
      }
    }
  }
#endif
}

void simulator_set_marks(simulator_level_t level, int64_t offset, uint64_t bytes, uint8_t marks) {
  if (SIMULATOR_CHECKS) {
    uint8_t *mark = simulator_marks + arenas[level].begin + offset;
    for (uint64_t i = 0; i < bytes; i++) {
      mark[i] |= marks;
    }
  }
}

void simulator_clear_marks(simulator_level_t level, int64_t offset, uint64_t bytes, uint8_t marks) {
  if (SIMULATOR_CHECKS) {
    uint8_t *mark = simulator_marks + arenas[level].begin + offset;
    for (uint64_t i = 0; i < bytes; i++) {
      mark[i] &= (uint8_t)~marks;
    }
  }
}

void simulator_define(simulator_level_t level, int64_t offset, uint64_t bytes) {
  simulator_set_marks(level, offset, bytes, SIMULATOR_DEFINED);
}

void simulator_forget(simulator_level_t level, int64_t offset, uint64_t bytes) {
  memset(memory + arenas[level].begin + offset, POISON, bytes);
  if (SIMULATOR_CHECKS) {
    uint8_t *mark = simulator_marks + arenas[level].begin + offset;
    for (uint64_t i = 0; i < bytes; i++) {
      if (mark[i] & SIMULATOR_DEFINED) {
        mark[i] = (uint8_t)((mark[i] & ~SIMULATOR_DEFINED) | SIMULATOR_ENDED);
      }
    }
  }
}

void *dory_l1(uint32_t offset) {
  return simulator_bytes(SIMULATOR_L1, offset, 0);
}

void *dory_l2(uint32_t offset) {
  return simulator_bytes(SIMULATOR_L2, offset, 0);
}
