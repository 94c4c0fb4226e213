/* SPDX-License-Identifier: Apache-2.0 */
#ifdef SIMULATOR_CHECKED
#include "simulator_races.h"

#include <stdlib.h>

/* Who touched a byte since the kernel began. */
typedef struct {
  uint64_t readers;        /* a bit a core */
  simulator_place_t place; /* of the write, or of a read where there was none */
  uint32_t kernel;         /* number of the kernel call that the others are of */
  int32_t writer;          /* core + 1, or 0 */
} touch_t;

/* A byte that a core writes over what another one wrote, which is right if it writes the same. */
typedef struct {
  uint64_t position;
  uint8_t value; /* that the byte had */
  int32_t cores[2];
  simulator_place_t places[2];
} rewrite_t;

static touch_t *touches; /* by position, of L1 and L2 */
static rewrite_t *rewrites;
static uint64_t rewrite_count, rewrite_capacity;
static uint64_t touch_count;
static uint32_t kernel;

void simulator_begin_races(void) {
  if (touches == NULL) {
    touch_count =
        simulator_position(simulator_bytes(SIMULATOR_L2, 0, 0)) + simulation.level_bytes[SIMULATOR_L2];
    touches = calloc(touch_count, sizeof *touches);
    if (touches == NULL) {
      fprintf(stderr, "error: the host has no memory for %llu marks\n", (unsigned long long)touch_count);
      exit(EXIT_FAILURE);
    }
  }
  kernel++;
}

static uint8_t *byte_at(uint64_t position) {
  int64_t offset;
  const simulator_level_t level = simulator_locate(position, &offset);
  return simulator_bytes(level, (uint32_t)offset, 1);
}

static const char *verb(bool writes) {
  return writes ? "writes" : "reads";
}

_Noreturn void simulator_report(const char *kind, int32_t core, simulator_place_t place, uint64_t position,
                                uint64_t bytes, bool writes, const char *more) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  int64_t offset;
  const simulator_level_t level = simulator_locate(position, &offset);
  fprintf(file, "core %d %s ", core, verb(writes));
  if (bytes > 1) {
    fprintf(file, "%llu bytes, among them ", (unsigned long long)bytes);
  }
  fprintf(file, "byte %lld of %s", (long long)offset, simulator_level_name(level));
  simulator_print_operand(file, position);
  if (simulator_marks[position] & (SIMULATOR_ARRIVING | SIMULATOR_LEAVING)) {
    simulator_print_transfer(file, level, offset);
  }
  fprintf(file, "%s", more);
  fclose(file);
  simulator_fault(kind, place, "%s", text);
}

static _Noreturn void report_race(const int32_t cores[2], const simulator_place_t places[2],
                                  uint64_t position, uint64_t bytes, bool first_writes, bool writes) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  fprintf(file, "; core %d %s it in the same kernel, at ", cores[0], verb(first_writes));
  simulator_print_place(file, places[0]);
  fclose(file);
  simulator_report("race", cores[1], places[1], position, bytes, writes, text);
}

/* Of the readers of a byte one that is not this core. */
static int32_t other_reader(const touch_t *touch, int32_t core) {
  int32_t other = 0;
  while ((touch->readers >> other & 1) == 0 || other == core) {
    other++;
  }
  return other;
}

/* Keeps what the byte holds, until the kernel has ended. Threads store when they like after a check, so there
 * the value is not known. */
static void note_rewrite(const touch_t *touch, int32_t core, simulator_place_t place, uint64_t position) {
  if (simulator_order() == SIMULATOR_THREADS) {
    return;
  }
  if (rewrite_count == rewrite_capacity) {
    rewrite_capacity = 2 * rewrite_capacity + 1024;
    rewrites = realloc(rewrites, rewrite_capacity * sizeof *rewrites);
    if (rewrites == NULL) {
      fprintf(stderr, "error: the host has no memory for %llu bytes that are written twice\n",
              (unsigned long long)rewrite_capacity);
      exit(EXIT_FAILURE);
    }
  }
  rewrites[rewrite_count++] =
      (rewrite_t){position, *byte_at(position), {touch->writer - 1, core}, {touch->place, place}};
}

void simulator_end_races(void) {
  for (uint64_t i = 0; i < rewrite_count; i++) {
    const rewrite_t *rewrite = &rewrites[i];
    if (*byte_at(rewrite->position) != rewrite->value) {
      report_race(rewrite->cores, rewrite->places, rewrite->position, 1, true, true);
    }
  }
  rewrite_count = 0;
}

void simulator_check_race(simulator_place_t place, uint64_t position, uint64_t bytes, bool writes) {
  const int32_t core = dory_core_id();
  const uint64_t self = UINT64_C(1) << core;
  for (uint64_t i = position; i < position + bytes && i < touch_count; i++) {
    touch_t *touch = &touches[i];
    if (touch->kernel != kernel) {
      *touch = (touch_t){.kernel = kernel};
    }
    const bool was_written = touch->writer != 0 && touch->writer != core + 1;
    const bool was_read = (touch->readers & ~self) != 0;
    if (was_written ? !writes : writes && was_read) {
      const int32_t other = was_written ? touch->writer - 1 : other_reader(touch, core);
      report_race((int32_t[]){other, core}, (simulator_place_t[]){touch->place, place}, i, bytes, was_written,
                  writes);
    }
    if (was_written) {
      note_rewrite(touch, core, place, i);
    }
    if (writes) {
      touch->writer = core + 1;
      touch->place = place;
    } else {
      touch->readers |= self;
      touch->place = touch->writer != 0 ? touch->place : place;
    }
  }
}
#endif
