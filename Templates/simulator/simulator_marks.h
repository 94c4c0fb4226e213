/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of every simulated byte. */
#ifndef SIMULATOR_MARKS_H
#define SIMULATOR_MARKS_H

#include "simulator.h"

/* A set of: */
enum {
  SIMULATOR_DEFINED = 1,   /* it was written, and its tensor or tile has not ended since */
  SIMULATOR_ENDED = 2,     /* it was defined once */
  SIMULATOR_ARRIVING = 4,  /* a transfer under way writes it */
  SIMULATOR_LEAVING = 8,   /* a transfer under way reads it */
  SIMULATOR_READABLE = 16, /* the running kernel may read it */
  SIMULATOR_WRITABLE = 32, /* the running kernel may write it */
  SIMULATOR_SPARE = 64     /* behind an input: loads of words that begin before it may reach it, unused */
};

/* One byte for each simulated one, by position; NULL in a program whose accesses are not checked. */
extern uint8_t *simulator_marks;

void simulator_set_marks(simulator_level_t level, int64_t offset, uint64_t bytes, uint8_t marks);
void simulator_clear_marks(simulator_level_t level, int64_t offset, uint64_t bytes, uint8_t marks);

/* The bytes have their values now. */
void simulator_define(simulator_level_t level, int64_t offset, uint64_t bytes);

/* The bytes have no values any more: poison. */
void simulator_forget(simulator_level_t level, int64_t offset, uint64_t bytes);

#endif
