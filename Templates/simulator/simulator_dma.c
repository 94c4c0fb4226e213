/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers that by default deliver as late as allowed: the destination is poison from the start to the wait,
 * and the source is read at the wait, so that touching either of them in between shows in the results. With a
 * seed, each transfer delivers either at its start or at its wait. In fast mode all deliver at their start,
 * unchecked but for bounds. */
#include <string.h>

#include "simulator.h"

enum { PENDING_CAPACITY = 65536, POISON = 0xA5 };

/* Equally long lines in one level. */
typedef struct {
  simulator_level_t level;
  uint32_t offset;
  int32_t stride;
} side_t;

typedef struct {
  uint32_t group;
  side_t from, to;
  int32_t lines, bytes;
} transfer_t;

static transfer_t pending[PENDING_CAPACITY];
static int pending_count;
static uint32_t last_group;

static simulator_timing_t timing = SIMULATOR_LATE;
static uint64_t random_state;

void simulator_set_timing(simulator_timing_t choice, uint64_t seed) {
  timing = choice;
  random_state = seed;
}

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t next_random(void) {
  random_state += UINT64_C(0x9E3779B97F4A7C15);
  uint64_t mixed = random_state;
  mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
  return mixed ^ (mixed >> 31);
}

static uint8_t *line(const side_t *side, int32_t index, int32_t bytes) {
  const int64_t offset = (int64_t)side->offset + (int64_t)index * side->stride;
  if (offset < 0 || offset > UINT32_MAX) {
    simulator_fault("line %d of a copy begins at byte %lld", index, (long long)offset);
  }
  return simulator_bytes(side->level, (uint32_t)offset, (uint64_t)bytes);
}

/* Whether some line of one side shares a byte with some line of the other. */
static bool overlap(const side_t *a, int32_t a_lines, int32_t a_bytes, const side_t *b, int32_t b_lines,
                    int32_t b_bytes) {
  if (a->level != b->level) {
    return false;
  }
  for (int32_t i = 0; i < a_lines; i++) {
    const int64_t begin = (int64_t)a->offset + (int64_t)i * a->stride;
    /* Lines of b that begin before the end of this one, and end after its begin. */
    const int64_t until = begin + a_bytes - b->offset;
    const int64_t from = begin - b_bytes - (int64_t)b->offset;
    if (until <= 0) {
      continue;
    }
    const int64_t first = from < 0 || b_lines == 1 ? 0 : from / b->stride + 1;
    const int64_t begin_of_first = first * b->stride;
    if (first < b_lines && begin_of_first < until && begin_of_first > from) {
      return true;
    }
  }
  return false;
}

static void check_in_flight(const transfer_t *new) {
  for (int i = 0; i < pending_count; i++) {
    const transfer_t *old = &pending[i];
    if (overlap(&new->to, new->lines, new->bytes, &old->to, old->lines, old->bytes) ||
        overlap(&new->to, new->lines, new->bytes, &old->from, old->lines, old->bytes) ||
        overlap(&new->from, new->lines, new->bytes, &old->to, old->lines, old->bytes)) {
      simulator_fault("a copy of %d x %d bytes from %u to %u meets one of %d x %d from %u to %u under way",
                      new->lines, new->bytes, new->from.offset, new->to.offset, old->lines, old->bytes,
                      old->from.offset, old->to.offset);
    }
  }
}

static void copy_now(const transfer_t *transfer) {
  for (int32_t i = 0; i < transfer->lines; i++) {
    memcpy(line(&transfer->to, i, transfer->bytes), line(&transfer->from, i, transfer->bytes),
           (size_t)transfer->bytes);
  }
}

static void start(const transfer_t *transfer) {
  if (transfer->group == 0) {
    simulator_fault("a copy joins a group that is not open");
  }
  if (transfer->lines < 1 || transfer->bytes < 1) {
    simulator_fault("a copy of %d lines of %d bytes", transfer->lines, transfer->bytes);
  }
  if (transfer->lines > 1 &&
      (transfer->from.stride < transfer->bytes || transfer->to.stride < transfer->bytes)) {
    simulator_fault("a copy of lines of %d bytes with strides of %d and %d", transfer->bytes,
                    transfer->from.stride, transfer->to.stride);
  }
  if (timing == SIMULATOR_FAST) {
    copy_now(transfer);
    return;
  }
  if (pending_count == PENDING_CAPACITY) {
    simulator_fault("more than %d copies are under way", PENDING_CAPACITY);
  }
  check_in_flight(transfer);
  if (timing == SIMULATOR_SEEDED && next_random() % 2 == 0) {
    copy_now(transfer);
    return;
  }
  for (int32_t i = 0; i < transfer->lines; i++) {
    line(&transfer->from, i, transfer->bytes);
    memset(line(&transfer->to, i, transfer->bytes), POISON, (size_t)transfer->bytes);
  }
  pending[pending_count++] = *transfer;
}

/* Delivers the transfers of a group. */
static void deliver(uint32_t group) {
  int kept = 0;
  for (int i = 0; i < pending_count; i++) {
    const transfer_t *transfer = &pending[i];
    if (transfer->group != group) {
      pending[kept++] = *transfer;
      continue;
    }
    copy_now(transfer);
  }
  pending_count = kept;
}

void simulator_check_idle(void) {
  if (pending_count > 0) {
    simulator_fault("%d copies were never waited for", pending_count);
  }
}

void dory_dma_open(dory_dma_t *group) {
  group->group = ++last_group;
}

void dory_dma_load(dory_dma_t *group, const dory_copy_t *copy) {
  start(&(transfer_t){group->group,
                      {SIMULATOR_L2, copy->l2, copy->l2_stride},
                      {SIMULATOR_L1, copy->l1, copy->l1_stride},
                      copy->lines,
                      copy->bytes});
}

void dory_dma_store(dory_dma_t *group, const dory_copy_t *copy) {
  start(&(transfer_t){group->group,
                      {SIMULATOR_L1, copy->l1, copy->l1_stride},
                      {SIMULATOR_L2, copy->l2, copy->l2_stride},
                      copy->lines,
                      copy->bytes});
}

void dory_dma_wait(dory_dma_t *group) {
  if (group->group != 0) {
    deliver(group->group);
    group->group = 0;
  }
}

static void start_external(dory_l3_t *request, side_t from, side_t to, uint32_t bytes) {
  if (request->group != 0) {
    simulator_fault("a request for %u bytes starts before the last one was waited for", bytes);
  }
  if (from.offset % 4 != 0 || to.offset % 4 != 0 || bytes % 4 != 0) {
    simulator_fault("a copy of %u bytes from %u to %u is not aligned to 4 bytes", bytes, from.offset,
                    to.offset);
  }
  request->group = ++last_group;
  start(&(transfer_t){request->group, from, to, 1, (int32_t)bytes});
}

void dory_ram_read(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  start_external(request, (side_t){SIMULATOR_L3, ram, 0}, (side_t){SIMULATOR_L2, l2, 0}, bytes);
}

void dory_ram_write(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  start_external(request, (side_t){SIMULATOR_L2, l2, 0}, (side_t){SIMULATOR_L3, ram, 0}, bytes);
}

void dory_flash_read(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  start_external(request, (side_t){SIMULATOR_FLASH, flash, 0}, (side_t){SIMULATOR_L2, l2, 0}, bytes);
}

void dory_ram_read_ahead(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  dory_ram_read(request, ram, l2, bytes);
}

void dory_ram_write_behind(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  dory_ram_write(request, ram, l2, bytes);
}

void dory_flash_read_ahead(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  dory_flash_read(request, flash, l2, bytes);
}

void dory_l3_wait(dory_l3_t *request) {
  if (request->group != 0) {
    deliver(request->group);
    request->group = 0;
  }
}
