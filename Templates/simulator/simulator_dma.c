/* SPDX-License-Identifier: Apache-2.0 */
/* The calls that start transfers and wait for them, and what is wrong with a transfer by itself. */
#include "simulator_marks.h"
#include "simulator_transfers.h"

static uint32_t last_group;
static const simulator_transfer_t *starting; /* the one that is looked at */

static void print_side(FILE *file, const simulator_side_t *side) {
  uint32_t first;
  const simulation_area_t *area = simulator_area(side->level, side->offset, &first);
  fprintf(file, "byte %u of %s", side->offset, simulator_level_name(side->level));
  if (area != NULL) {
    fprintf(file, " in '%s'", area->name);
  }
}

void simulator_print_copy(FILE *file) {
  if (starting != NULL) {
    fprintf(file, "; a copy of %d x %d bytes, from ", starting->lines, starting->bytes);
    print_side(file, &starting->from);
    fprintf(file, " to ");
    print_side(file, &starting->to);
  }
}

/* All lines lie inside their level, and each inside one slot of a tensor or buffer that is in use. */
static void check_side(const simulator_side_t *side, const simulator_transfer_t *transfer) {
  const bool moves_words = transfer->from.level > SIMULATOR_L2 || transfer->to.level > SIMULATOR_L2;
  for (int32_t i = 0; i < transfer->lines; i++) {
    const int64_t offset = simulator_line(side, i);
    if (offset < 0 || (uint64_t)offset + (uint64_t)transfer->bytes > simulation.level_bytes[side->level]) {
      simulator_fault("outside of memory", transfer->place,
                      "line %d has bytes %lld to %lld of %s, which has %llu", i, (long long)offset,
                      (long long)offset + transfer->bytes, simulator_level_name(side->level),
                      (unsigned long long)simulation.level_bytes[side->level]);
    }
    if (SIMULATOR_CHECKS && simulator_timing() != SIMULATOR_FAST) {
      simulator_check_area(side->level, offset, (uint64_t)transfer->bytes, moves_words, transfer->place);
    }
  }
}

/* What comes from a tensor or a tile has been written; external memory also holds the bytes between tensors.
 */
static void check_source(const simulator_transfer_t *transfer) {
  for (int32_t i = 0; i < transfer->lines; i++) {
    const int64_t offset = simulator_line(&transfer->from, i);
    const uint8_t *mark =
        simulator_marks + simulator_position(simulator_bytes(transfer->from.level, (uint32_t)offset,
                                                             (uint64_t)transfer->bytes));
    for (int32_t byte = 0; byte < transfer->bytes; byte++) {
      if ((mark[byte] & SIMULATOR_DEFINED) == 0) {
        simulator_fault(mark[byte] & SIMULATOR_ENDED ? "read after its end" : "never written",
                        transfer->place, "byte %lld of %s is read", (long long)offset + byte,
                        simulator_level_name(transfer->from.level));
      }
    }
  }
}

static void start(simulator_transfer_t *transfer) {
  starting = transfer;
  if (transfer->group == 0) {
    simulator_fault("not open", transfer->place, "the group that it joins is not open");
  }
  if (transfer->lines < 1 || transfer->bytes < 1) {
    simulator_fault("empty transfer", transfer->place, "nothing is moved");
  }
  if (transfer->lines > 1 &&
      (transfer->from.stride < transfer->bytes || transfer->to.stride < transfer->bytes)) {
    simulator_fault("lines overlap", transfer->place, "lines of %d bytes have strides of %d and %d",
                    transfer->bytes, transfer->from.stride, transfer->to.stride);
  }
  const bool is_between_tiles = transfer->from.level == SIMULATOR_L1 || transfer->to.level == SIMULATOR_L1;
  if (is_between_tiles) {
    simulator_begin_tiles();
  }
  check_side(&transfer->from, transfer);
  check_side(&transfer->to, transfer);
  if (SIMULATOR_CHECKS && simulator_timing() != SIMULATOR_FAST && is_between_tiles) {
    check_source(transfer);
  }
  simulator_start_transfer(transfer);
  starting = NULL;
}

void dory_dma_open(dory_dma_t *group) {
  group->group = ++last_group;
}

void dory_dma_load(dory_dma_t *group, const dory_copy_t *copy) {
  start(&(simulator_transfer_t){.group = group->group,
                                .from = {SIMULATOR_L2, copy->l2, copy->l2_stride},
                                .to = {SIMULATOR_L1, copy->l1, copy->l1_stride},
                                .lines = copy->lines,
                                .bytes = copy->bytes,
                                .place = SIMULATOR_CALLER});
}

void dory_dma_store(dory_dma_t *group, const dory_copy_t *copy) {
  start(&(simulator_transfer_t){.group = group->group,
                                .from = {SIMULATOR_L1, copy->l1, copy->l1_stride},
                                .to = {SIMULATOR_L2, copy->l2, copy->l2_stride},
                                .lines = copy->lines,
                                .bytes = copy->bytes,
                                .place = SIMULATOR_CALLER});
}

void dory_dma_wait(dory_dma_t *group) {
  if (group->group != 0) {
    simulator_end_transfers(group->group);
    group->group = 0;
  }
}

static void start_external(dory_l3_t *request, simulator_side_t from, simulator_side_t to, uint32_t bytes,
                           simulator_place_t place) {
  if (request->group != 0) {
    simulator_fault("started twice", place,
                    "a request for %u bytes starts before the last one was waited for", bytes);
  }
  if (from.offset % 4 != 0 || to.offset % 4 != 0 || bytes % 4 != 0) {
    simulator_fault("misaligned", place, "a copy of %u bytes from %u of %s to %u of %s", bytes, from.offset,
                    simulator_level_name(from.level), to.offset, simulator_level_name(to.level));
  }
  request->group = ++last_group;
  start(&(simulator_transfer_t){
      .group = request->group, .from = from, .to = to, .lines = 1, .bytes = (int32_t)bytes, .place = place});
}

static void ram_read(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes, simulator_place_t place) {
  start_external(request, (simulator_side_t){SIMULATOR_L3, ram, 0}, (simulator_side_t){SIMULATOR_L2, l2, 0},
                 bytes, place);
}

static void ram_write(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes,
                      simulator_place_t place) {
  start_external(request, (simulator_side_t){SIMULATOR_L2, l2, 0}, (simulator_side_t){SIMULATOR_L3, ram, 0},
                 bytes, place);
}

static void flash_read(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes,
                       simulator_place_t place) {
  start_external(request, (simulator_side_t){SIMULATOR_FLASH, flash, 0},
                 (simulator_side_t){SIMULATOR_L2, l2, 0}, bytes, place);
}

void dory_ram_read(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  ram_read(request, ram, l2, bytes, SIMULATOR_CALLER);
}

void dory_ram_write(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  ram_write(request, ram, l2, bytes, SIMULATOR_CALLER);
}

void dory_flash_read(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  flash_read(request, flash, l2, bytes, SIMULATOR_CALLER);
}

void dory_ram_read_ahead(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  ram_read(request, ram, l2, bytes, SIMULATOR_CALLER);
}

void dory_ram_write_behind(dory_l3_t *request, uint32_t ram, uint32_t l2, uint32_t bytes) {
  ram_write(request, ram, l2, bytes, SIMULATOR_CALLER);
}

void dory_flash_read_ahead(dory_l3_t *request, uint32_t flash, uint32_t l2, uint32_t bytes) {
  flash_read(request, flash, l2, bytes, SIMULATOR_CALLER);
}

void dory_l3_wait(dory_l3_t *request) {
  if (request->group != 0) {
    simulator_end_transfers(request->group);
    request->group = 0;
  }
}
