/* SPDX-License-Identifier: Apache-2.0 */
/* The slots of a buffer, used in turn. */
#ifndef DORY_SLOTS_H
#define DORY_SLOTS_H

#include "dory_layer.h"

/* A set of operands, a bit each. */
typedef uint32_t dory_operands_t;

/* Those that are loaded. */
enum { DORY_LOADED = (1 << DORY_OUTPUT) - 1 };

static inline bool dory_has(dory_operands_t operands, int32_t operand) {
  return (operands >> operand & 1) != 0;
}

/* The start of one of at most two slots. */
static inline uint32_t dory_slot_offset(dory_slots_t slots, bool is_second) {
  return slots.offset + (is_second ? slots.bytes : 0);
}

#endif
