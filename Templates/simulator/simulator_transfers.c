/* SPDX-License-Identifier: Apache-2.0 */
/* When transfers deliver. By default as late as allowed: the destination is poison from the start to the
 * wait, and the source is read at the wait, so that touching either of them in between shows in the results.
 * With a seed, pieces of all transfers under way are delivered in any order at random moments from the start
 * to the wait. In fast mode all deliver at their start. */
#include "simulator_transfers.h"

#include <string.h>

#include "simulator_marks.h"

enum { CAPACITY = 65536 };

static simulator_transfer_t pending[CAPACITY];
static int pending_count;
static simulator_timing_t timing = SIMULATOR_LATE;
static uint64_t random_state;

void simulator_set_timing(simulator_timing_t choice, uint64_t seed) {
  timing = choice;
  random_state = seed;
}

simulator_timing_t simulator_timing(void) {
  return timing;
}

uint64_t simulator_random(uint64_t *state) {
  *state += UINT64_C(0x9E3779B97F4A7C15);
  uint64_t mixed = *state;
  mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
  return mixed ^ (mixed >> 31);
}

/* Whether some line of one side shares a byte with some line of the other. */
static bool overlap(const simulator_side_t *a, int32_t a_lines, int32_t a_bytes, const simulator_side_t *b,
                    int32_t b_lines, int32_t b_bytes) {
  if (a->level != b->level) {
    return false;
  }
  for (int32_t i = 0; i < a_lines; i++) {
    const int64_t begin = simulator_line(a, i);
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

static bool writes_what_moves(const simulator_transfer_t *new, const simulator_transfer_t *old) {
  return overlap(&new->to, new->lines, new->bytes, &old->to, old->lines, old->bytes) ||
         overlap(&new->to, new->lines, new->bytes, &old->from, old->lines, old->bytes) ||
         overlap(&new->from, new->lines, new->bytes, &old->to, old->lines, old->bytes);
}

static void check_in_flight(const simulator_transfer_t *new) {
  for (int i = 0; i < pending_count; i++) {
    const simulator_transfer_t *old = &pending[i];
    if (writes_what_moves(new, old)) {
      simulator_fault("transfers overlap", new->place,
                      "one of %d x %d bytes from %u of %s to %u of %s is under way", old->lines, old->bytes,
                      old->from.offset, simulator_level_name(old->from.level), old->to.offset,
                      simulator_level_name(old->to.level));
    }
  }
}

/* Copies the next bytes of a transfer, of one line at most. */
static void deliver_some(simulator_transfer_t *transfer, int64_t most) {
  const int64_t all = (int64_t)transfer->lines * transfer->bytes;
  const int64_t at = (transfer->first + transfer->done) % all;
  const int32_t line = (int32_t)(at / transfer->bytes);
  const int64_t in_line = at % transfer->bytes;
  int64_t count = transfer->bytes - in_line;
  count = count < all - transfer->done ? count : all - transfer->done;
  count = count < most ? count : most;
  const uint32_t from = (uint32_t)(simulator_line(&transfer->from, line) + in_line);
  const uint32_t to = (uint32_t)(simulator_line(&transfer->to, line) + in_line);
  /* Not memcpy, which counts as an access of a kernel while one runs. */
  memmove(simulator_bytes(transfer->to.level, to, (uint64_t)count),
          simulator_bytes(transfer->from.level, from, (uint64_t)count), (size_t)count);
  transfer->done += count;
}

static bool is_whole(const simulator_transfer_t *transfer) {
  return transfer->done == (int64_t)transfer->lines * transfer->bytes;
}

static void mark_lines(const simulator_side_t *side, const simulator_transfer_t *transfer, uint8_t marks) {
  for (int32_t i = 0; i < transfer->lines; i++) {
    simulator_set_marks(side->level, simulator_line(side, i), (uint64_t)transfer->bytes, marks);
  }
}

/* Where the destination is written, it is as defined as the source. */
static void pass_on_marks(const simulator_transfer_t *transfer) {
  for (int32_t i = 0; i < transfer->lines; i++) {
    const uint64_t bytes = (uint64_t)transfer->bytes;
    const int64_t from = simulator_line(&transfer->from, i), to = simulator_line(&transfer->to, i);
    const uint64_t source = simulator_position(simulator_bytes(transfer->from.level, (uint32_t)from, bytes));
    const uint64_t target = simulator_position(simulator_bytes(transfer->to.level, (uint32_t)to, bytes));
    for (uint64_t byte = 0; byte < bytes; byte++) {
      const uint8_t kept = simulator_marks[target + byte] & (SIMULATOR_READABLE | SIMULATOR_WRITABLE);
      const uint8_t taken = simulator_marks[source + byte] & (SIMULATOR_DEFINED | SIMULATOR_ENDED);
      simulator_marks[target + byte] = kept | taken;
    }
    simulator_clear_marks(transfer->from.level, from, bytes, SIMULATOR_LEAVING);
  }
}

void simulator_start_transfer(const simulator_transfer_t *transfer) {
  simulator_transfer_t new = *transfer;
  if (timing == SIMULATOR_FAST) {
    while (!is_whole(&new)) {
      deliver_some(&new, INT64_MAX);
    }
    return;
  }
  if (pending_count == CAPACITY) {
    simulator_fault("too many transfers", new.place, "more than %d copies are under way", CAPACITY);
  }
  check_in_flight(&new);
  for (int32_t i = 0; i < new.lines; i++) {
    simulator_forget(new.to.level, simulator_line(&new.to, i), (uint64_t) new.bytes);
  }
  mark_lines(&new.to, &new, SIMULATOR_ARRIVING);
  mark_lines(&new.from, &new, SIMULATOR_LEAVING);
  if (timing == SIMULATOR_SEEDED) {
    new.first = (int64_t)(simulator_random(&random_state) % ((uint64_t) new.lines *(uint64_t) new.bytes));
  }
  pending[pending_count++] = new;
  simulator_let_time_pass();
}

void simulator_let_time_pass(void) {
  if (timing != SIMULATOR_SEEDED) {
    return;
  }
  for (int i = 0; i < pending_count; i++) {
    const uint64_t chance = simulator_random(&random_state);
    for (uint64_t pieces = chance % 4; pieces > 0 && !is_whole(&pending[i]); pieces--) {
      deliver_some(&pending[i], 1 + (int64_t)(chance >> 32) % 256);
    }
  }
}

void simulator_end_transfers(uint32_t group) {
  int kept = 0;
  simulator_let_time_pass();
  for (int i = 0; i < pending_count; i++) {
    simulator_transfer_t *transfer = &pending[i];
    if (transfer->group != group) {
      pending[kept++] = *transfer;
      continue;
    }
    while (!is_whole(transfer)) {
      deliver_some(transfer, INT64_MAX);
    }
    if (SIMULATOR_CHECKS) {
      pass_on_marks(transfer);
    }
  }
  pending_count = kept;
  if (SIMULATOR_CHECKS) {
    for (int i = 0; i < pending_count; i++) { /* which may read the same bytes */
      mark_lines(&pending[i].from, &pending[i], SIMULATOR_LEAVING);
    }
  }
}

void simulator_check_idle(void) {
  if (pending_count > 0) {
    simulator_fault("never waited for", pending[0].place, "%d %s, the first of %d x %d bytes to %u of %s",
                    pending_count, pending_count == 1 ? "copy" : "copies", pending[0].lines, pending[0].bytes,
                    pending[0].to.offset, simulator_level_name(pending[0].to.level));
  }
}

void simulator_print_transfer(FILE *file, simulator_level_t level, int64_t offset) {
  const simulator_side_t byte = {level, (uint32_t)offset, 0};
  for (int i = 0; i < pending_count; i++) {
    const simulator_transfer_t *transfer = &pending[i];
    if (overlap(&byte, 1, 1, &transfer->to, transfer->lines, transfer->bytes) ||
        overlap(&byte, 1, 1, &transfer->from, transfer->lines, transfer->bytes)) {
      fprintf(file, "; that copy was started at ");
      simulator_print_place(file, transfer->place);
      return;
    }
  }
}
