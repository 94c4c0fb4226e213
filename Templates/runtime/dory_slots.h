/* SPDX-License-Identifier: Apache-2.0 */
/* The slots of a buffer, used in turn. */
#ifndef DORY_SLOTS_H
#define DORY_SLOTS_H

#include "dory_layer.h"

/* Whether an operand passes through slots in L2. */
static inline bool dory_is_streamed(const dory_layer_t *layer, int32_t operand) {
  return layer->operand[operand].l2.count > 0;
}

/* The slot that the operand's next piece goes to. */
static inline int32_t dory_next_slot(dory_slots_t slots, int32_t slot) {
  return slot + 1 < slots.count ? slot + 1 : 0;
}

static inline uint32_t dory_slot_offset(dory_slots_t slots, int32_t slot) {
  return slots.offset + (uint32_t)slot * slots.bytes;
}

#endif
