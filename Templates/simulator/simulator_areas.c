/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors and buffers as the plan places them, by the step that runs. */
#include "simulator_marks.h"

/* Before the first step only what is there for good holds something. */
static int32_t current_step = -1;
static bool is_under_way; /* whether the layer of this step has begun to move its tiles */

static bool is_alive(const simulation_area_t *area, int32_t step) {
  return area->first_step <= step && step <= area->last_step;
}

static int64_t end_of(const simulation_area_t *area) {
  return (int64_t)area->offset + (int64_t)area->bytes * area->slots;
}

/* Forgets what of an area belongs to no other one that goes on from the step before to this one. */
static void forget(const simulation_area_t *area, int32_t step) {
  int64_t at = area->offset;
  while (at < end_of(area)) {
    int64_t until = end_of(area);
    bool is_kept = false;
    for (int32_t i = 0; i < simulation.areas; i++) {
      const simulation_area_t *other = &simulation.area[i];
      if (other == area || other->level != area->level || !is_alive(other, step) ||
          !is_alive(other, step - 1)) {
        continue;
      }
      if (other->offset <= at && at < end_of(other)) {
        is_kept = true;
        until = end_of(other) < until ? end_of(other) : until;
      } else if (other->offset > at && other->offset < until) {
        until = other->offset;
      }
    }
    if (!is_kept) {
      simulator_forget(area->level, at, (uint64_t)(until - at));
    }
    at = until;
  }
}

void simulator_begin_step(int32_t step) {
  for (int32_t i = 0; i < simulation.areas; i++) {
    const simulation_area_t *area = &simulation.area[i];
    if (area->first_step >= 0 &&
        (area->first_step == step || (step == 0 ? !is_alive(area, 0) : area->last_step == step - 1))) {
      forget(area, step);
    }
  }
  current_step = step;
  is_under_way = false;
}

void simulator_begin_tiles(void) {
  is_under_way = true;
}

/* Where what starts at a byte of an area must end: with its slot, before the layer begins with the head. */
static uint64_t end_of_slot(const simulation_area_t *area, uint64_t from_start, bool moves_words) {
  const bool is_ahead = current_step < area->last_step || !is_under_way;
  const uint64_t head = is_ahead ? (uint64_t)area->bytes * (uint64_t)area->head : 0;
  const uint64_t end = (from_start / area->bytes + 1) * area->bytes - (moves_words ? 0 : area->rounding);
  return end > head ? end : head;
}

/* Whether a byte is one of an area that is there in this step. */
static bool holds(const simulation_area_t *area, simulator_level_t level, int64_t offset) {
  return area->level == level && is_alive(area, current_step) && area->offset <= offset &&
         offset < end_of(area);
}

const simulation_area_t *simulator_area(simulator_level_t level, int64_t offset, uint32_t *first) {
  for (int32_t i = 0; i < simulation.areas; i++) {
    const simulation_area_t *area = &simulation.area[i];
    if (holds(area, level, offset)) {
      *first = area->offset + (uint32_t)(offset - area->offset) / area->bytes * area->bytes;
      return area;
    }
  }
  return NULL;
}

void simulator_check_area(simulator_level_t level, int64_t offset, uint64_t bytes, bool moves_words,
                          simulator_place_t place) {
  bool is_outside = true;
  for (int32_t i = 0; i < simulation.areas && is_outside; i++) {
    const simulation_area_t *area = &simulation.area[i];
    if (holds(area, level, offset)) {
      const uint64_t from_start = (uint64_t)(offset - area->offset);
      is_outside = from_start + bytes > end_of_slot(area, from_start, moves_words);
    }
  }
  if (is_outside) {
    uint32_t first = 0;
    const simulation_area_t *area = simulator_area(level, offset, &first);
    if (area == NULL) {
      simulator_fault("outside of every tensor", place,
                      "%llu bytes from byte %lld of %s, where nothing lies in this step",
                      (unsigned long long)bytes, (long long)offset, simulator_level_name(level));
    }
    simulator_fault("beyond a buffer", place,
                    "%llu bytes from byte %lld of %s on; '%s' ends at byte %llu there",
                    (unsigned long long)bytes, (long long)offset, simulator_level_name(level), area->name,
                    (unsigned long long)(area->offset +
                                         end_of_slot(area, (uint64_t)(offset - area->offset), moves_words)));
  }
}
