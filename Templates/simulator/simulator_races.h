/* SPDX-License-Identifier: Apache-2.0 */
/* Which cores touch a byte while one kernel runs. */
#ifndef SIMULATOR_RACES_H
#define SIMULATOR_RACES_H

#include "simulator_marks.h"

/* A kernel begins, whose accesses conflict with no earlier ones. */
void simulator_begin_races(void);

/* It has ended: what two cores wrote must have been the same. */
void simulator_end_races(void);

/* An access of the running core; a fault where it conflicts with another core's. */
void simulator_check_race(simulator_place_t place, uint64_t position, uint64_t bytes, bool writes);

/* Ends the run with a fault of a core: what it did to which byte, and `more`. */
_Noreturn void simulator_report(const char *kind, int32_t core, simulator_place_t place, uint64_t position,
                                uint64_t bytes, bool writes, const char *more);

#endif
