/* SPDX-License-Identifier: Apache-2.0 */
/* What the simulator knows of the network that it runs; `simulation.c` is generated with the network. */
#ifndef SIMULATION_H
#define SIMULATION_H

#include "dory_types.h"

typedef enum {
  SIMULATOR_L1,
  SIMULATOR_L2,
  SIMULATOR_L3,
  SIMULATOR_FLASH,
  SIMULATOR_LEVELS
} simulator_level_t;

/* A tensor or a buffer as the plan places it: slots of equal size, one after another, that hold something
 * from the first step to the last. */
typedef struct {
  const char *name;
  simulator_level_t level;
  uint32_t offset;
  uint32_t bytes;    /* of one slot */
  uint32_t rounding; /* of these the last ones, that make words: copies of external memory alone move them */
  int32_t slots;
  int32_t head;       /* slots that are filled, several at once, before the layer begins */
  int32_t first_step; /* -1: there before the first inference, and for good */
  int32_t last_step;
} simulation_area_t;

typedef struct {
  uint64_t level_bytes[SIMULATOR_LEVELS];
  int32_t cores;
  int32_t inputs, outputs;
  const dory_tensor_t *input, *output;
  uint32_t input_bytes, output_bytes;              /* of one sample */
  uint32_t ram_weights_bytes, flash_weights_bytes; /* from the start of either memory */
  uint32_t weights_crc32;
  void (*load)(void);
  void (*run)(void);
  int32_t areas;
  const simulation_area_t *area;
} simulation_t;

extern const simulation_t simulation;

#endif
