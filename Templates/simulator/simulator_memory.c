/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"
#include "simulator.h"

enum { RED_ZONE = 256, RED = 0x5C, POISON = 0xA5 };

typedef struct {
  const char *name;
  uint64_t bytes;
  uint8_t *allocation; /* red zone, arena, red zone */
} arena_t;

static arena_t arenas[SIMULATOR_LEVELS] = {
    {"L1", NETWORK_L1_BYTES, NULL},
    {"L2", NETWORK_L2_BYTES, NULL},
    {"L3", NETWORK_L3_BYTES, NULL},
    {"flash", NETWORK_FLASH_BYTES, NULL},
};
static const char *current_layer = "(none)";
static FILE *layer_dump;
static int32_t core;

void simulator_fault(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "fault: layer %s: ", current_layer);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(SIMULATOR_FAULT);
}

void simulator_start(void) {
  for (int level = 0; level < SIMULATOR_LEVELS; level++) {
    arena_t *arena = &arenas[level];
    arena->allocation = malloc(arena->bytes + 2 * RED_ZONE);
    if (arena->allocation == NULL) {
      simulator_fault("no memory on the host for %s of %llu bytes", arena->name,
                      (unsigned long long)arena->bytes);
    }
    memset(arena->allocation, RED, RED_ZONE);
    memset(arena->allocation + RED_ZONE, POISON, arena->bytes);
    memset(arena->allocation + RED_ZONE + arena->bytes, RED, RED_ZONE);
  }
}

uint8_t *simulator_bytes(simulator_level_t level, uint32_t offset, uint64_t bytes) {
  const arena_t *arena = &arenas[level];
  if (bytes > arena->bytes || offset > arena->bytes - bytes) {
    simulator_fault("bytes %u to %llu of %s, which has %llu", offset, (unsigned long long)offset + bytes,
                    arena->name, (unsigned long long)arena->bytes);
  }
  return arena->allocation + RED_ZONE + offset;
}

uint8_t *simulator_tensor(const dory_tensor_t *tensor) {
  static const simulator_level_t levels[] = {
      [DORY_L2] = SIMULATOR_L2, [DORY_L3] = SIMULATOR_L3, [DORY_FLASH] = SIMULATOR_FLASH};
  return simulator_bytes(levels[tensor->level], tensor->offset, tensor->bytes);
}

void simulator_check_red_zones(void) {
  for (int level = 0; level < SIMULATOR_LEVELS; level++) {
    const arena_t *arena = &arenas[level];
    for (int i = 0; i < RED_ZONE; i++) {
      if (arena->allocation[i] != RED) {
        simulator_fault("a byte %d before the start of %s was overwritten", RED_ZONE - i, arena->name);
      }
      if (arena->allocation[RED_ZONE + arena->bytes + i] != RED) {
        simulator_fault("a byte %d past the end of %s was overwritten", i, arena->name);
      }
    }
  }
}

void simulator_dump_layers(FILE *file) {
  layer_dump = file;
}

void *dory_l1(uint32_t offset) {
  return simulator_bytes(SIMULATOR_L1, offset, 0);
}

void *dory_l2(uint32_t offset) {
  return simulator_bytes(SIMULATOR_L2, offset, 0);
}

/* The cores run one after another. */
void dory_cluster_run(void (*kernel)(const void *), const void *argument) {
  for (core = 0; core < NETWORK_CORES; core++) {
    kernel(argument);
  }
  core = 0;
}

int32_t dory_core_id(void) {
  return core;
}

int32_t dory_core_count(void) {
  return NETWORK_CORES;
}

void dory_layer_begin(int32_t step, const char *name) {
  (void)step;
  current_layer = name;
}

void dory_layer_done(int32_t step, const dory_tensor_t *output) {
  (void)step;
  simulator_check_idle();
  simulator_check_red_zones();
  if (layer_dump != NULL && fwrite(simulator_tensor(output), 1, output->bytes, layer_dump) != output->bytes) {
    simulator_fault("cannot write the output of %u bytes to the layers file", output->bytes);
  }
}
