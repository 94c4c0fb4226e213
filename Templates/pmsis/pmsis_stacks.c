/* SPDX-License-Identifier: Apache-2.0 */
#include "pmsis_checks.h"

#ifdef DORY_CHECK_STACKS

#include <stdio.h>

#include "pmsis_plan.h"

/* The pattern, and how many words of it have to stand at the end of a stack. */
enum { PATTERN = 0x57AC57AC, GUARD_WORDS = 4 };

static uint32_t *base;
static const char *overflowed_in;

/* The stacks lie one after another: that of the core that runs the network, then the others'. */
static uint32_t *lowest_word(int32_t core) {
  const uint32_t before = core == 0 ? 0u
                                    : (uint32_t)PMSIS_MASTER_STACK_BYTES +
                                          (uint32_t)(core - 1) * (uint32_t)PMSIS_WORKER_STACK_BYTES;
  return base + before / 4;
}

static uint32_t words_of(int32_t core) {
  return (core == 0 ? PMSIS_MASTER_STACK_BYTES : PMSIS_WORKER_STACK_BYTES) / 4;
}

/* Words at the end of a core's stack that were never written. */
static uint32_t untouched(int32_t core) {
  const volatile uint32_t *word = lowest_word(core);
  uint32_t count = 0;
  while (count < words_of(core) && word[count] == PATTERN) {
    count++;
  }
  return count;
}

void pmsis_guard_stacks(void *stacks) {
  base = stacks;
  overflowed_in = 0;
  for (int32_t core = 0; core < NETWORK_CORES; core++) {
    volatile uint32_t *word = lowest_word(core);
    for (uint32_t i = 0; i < words_of(core); i++) {
      word[i] = PATTERN;
    }
  }
}

bool pmsis_stacks_are_intact(void) {
  for (int32_t core = 0; core < NETWORK_CORES; core++) {
    const volatile uint32_t *word = lowest_word(core);
    for (int32_t i = 0; i < GUARD_WORDS; i++) {
      if (word[i] != PATTERN) {
        return false;
      }
    }
  }
  return true;
}

void pmsis_check_stacks(const char *layer) {
  if (overflowed_in == 0 && !pmsis_stacks_are_intact()) {
    overflowed_in = layer;
  }
}

void pmsis_report_stacks(void) {
  printf("%-24s", "bytes of stack used");
  for (int32_t core = 0; core < NETWORK_CORES; core++) {
    printf(" %u/%u", (unsigned)(4 * (words_of(core) - untouched(core))), (unsigned)(4 * words_of(core)));
  }
  printf("\n");
  if (overflowed_in != 0) {
    printf("error: a core's stack was too small in '%s'\n", overflowed_in);
  }
}

#endif
