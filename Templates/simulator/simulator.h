/* SPDX-License-Identifier: Apache-2.0 */
/* A machine with software-managed memory, simulated so that mistakes show: every level is an arena of its own
 * between red zones, all bytes start as poison, transfers deliver when they are waited for and not before. */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include <stdio.h>

#include "dory_hal.h"

/* Exit status of a run that broke a rule of the machine. */
enum { SIMULATOR_FAULT = 3 };

typedef enum {
  SIMULATOR_L1,
  SIMULATOR_L2,
  SIMULATOR_L3,
  SIMULATOR_FLASH,
  SIMULATOR_LEVELS
} simulator_level_t;

/* Allocates the arenas of the sizes that network.h gives, poisoned. */
void simulator_start(void);

/* The bytes of an arena from an offset on; a fault when they do not lie inside it. */
uint8_t *simulator_bytes(simulator_level_t level, uint32_t offset, uint64_t bytes);

/* The bytes of a tensor where it lies. */
uint8_t *simulator_tensor(const dory_tensor_t *tensor);

/* Checks the bytes around every arena. */
void simulator_check_red_zones(void);

/* Writes every layer's output to a file from now on. */
void simulator_dump_layers(FILE *file);

/* Ends the run with `fault: layer NAME: MESSAGE`. */
_Noreturn void simulator_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Faults unless nothing is under way any more. */
void simulator_check_idle(void);

/* When transfers deliver. */
typedef enum { SIMULATOR_LATE, SIMULATOR_SEEDED, SIMULATOR_FAST } simulator_timing_t;

/* Chooses when transfers deliver; the seed counts for SIMULATOR_SEEDED only. */
void simulator_set_timing(simulator_timing_t choice, uint64_t seed);

#endif
