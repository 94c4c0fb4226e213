/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of equally long lines that are under way. */
#ifndef SIMULATOR_TRANSFERS_H
#define SIMULATOR_TRANSFERS_H

#include "simulator.h"

/* Equally long lines in one level. */
typedef struct {
  simulator_level_t level;
  uint32_t offset;
  int32_t stride;
} simulator_side_t;

typedef struct {
  uint32_t group; /* of transfers that are waited for together */
  simulator_side_t from, to;
  int32_t lines, bytes;
  simulator_place_t place; /* where it was started */
  int64_t first, done; /* bytes: delivered are `done` from `first` on, and round from the end to the start */
} simulator_transfer_t;

/* The offset of a line. */
static inline int64_t simulator_line(const simulator_side_t *side, int32_t line) {
  return (int64_t)side->offset + (int64_t)line * side->stride;
}

/* Starts a transfer whose lines lie inside their levels. */
void simulator_start_transfer(const simulator_transfer_t *transfer);

/* Delivers what is left of the transfers of a group, which ends them. */
void simulator_end_transfers(uint32_t group);

#endif
