/* SPDX-License-Identifier: Apache-2.0 */
/* What a build can check on the chip: DORY_CHECK_LAYERS, every layer's output and time; DORY_CHECK_STACKS,
 * the stacks of the cluster. Without them nothing of it remains. */
#ifndef PMSIS_CHECKS_H
#define PMSIS_CHECKS_H

#include "dory_hal.h"

/* Cycles of the cluster, also those in which cores sleep; they go round at 2^32. */
static inline uint32_t pmsis_cycles(void) {
  return (uint32_t)pi_perf_read(PI_PERF_CYCLES);
}

#ifdef DORY_CHECK_LAYERS

/* The CRC-32 of input.bin. */
extern const uint32_t dory_input_crc;

/* Of every layer, by step: the CRC-32 of its output for the input in input.bin, and its multiply-accumulates.
 * The generator writes the tables. */
extern const uint32_t dory_layer_crcs[];
extern const uint64_t dory_layer_macs[];

/* Starts the counter of cycles, on the cluster. */
void pmsis_start_cycles(void);

/* Cycles that the core waited for L3. */
void pmsis_count_l3(uint32_t cycles);

/* Prints cycles, waiting and MAC/cycle of every layer of the last inference, and the first one whose output
 * differs. Returns how many layers differ. */
int32_t pmsis_report_layers(void);

#else

static inline void pmsis_start_cycles(void) {}
static inline void pmsis_count_l3(uint32_t cycles) {
  (void)cycles;
}

#endif

#ifdef DORY_CHECK_STACKS

/* Fills the stacks of all cores with a pattern, on the fabric controller. */
void pmsis_guard_stacks(void *stacks);

/* Whether the pattern stands at the end of every stack. */
bool pmsis_stacks_are_intact(void);

/* Remembers a layer after which the pattern does not stand any more, if it is the first. */
void pmsis_check_stacks(const char *layer);

/* Prints the bytes that every core used of its stack in the last inference, and the layer that used too many.
 */
void pmsis_report_stacks(void);

#else

static inline void pmsis_guard_stacks(void *stacks) {
  (void)stacks;
}
static inline bool pmsis_stacks_are_intact(void) {
  return true;
}
static inline void pmsis_check_stacks(const char *layer) {
  (void)layer;
}

#endif

#endif
