/* SPDX-License-Identifier: Apache-2.0 */
/* The DMA of the cluster: 16 counters, each of the commands that merge into it. */
#include <string.h>

#include "standin.h"

/* Limits: of the hardware, of commands that gap_sdk gives whole, and of this stand-in. */
enum { COUNTERS = 16, LIMIT = 32768, PENDING_CAPACITY = 4096 };

typedef struct {
  uint8_t *to;
  const uint8_t *from;
  uint32_t to_stride, from_stride, lines, bytes, counter;
} command_t;

static command_t pending[PENDING_CAPACITY];
static uint32_t pending_count;
static uint32_t taken; /* counters, a bit each */
static uint32_t newest;

static uint32_t take_counter(void) {
  for (uint32_t counter = 0; counter < COUNTERS; counter++) {
    if ((taken >> counter & 1) == 0) {
      taken |= 1u << counter;
      return counter;
    }
  }
  standin_fault("all %d counters of the DMA are taken", COUNTERS);
}

static void copy_lines(const command_t *command) {
  for (uint32_t i = 0; i < command->lines; i++) {
    memcpy(command->to + i * command->to_stride, command->from + i * command->from_stride, command->bytes);
  }
}

static void start(pi_cl_dma_copy_t *copy, uint32_t lines, uint32_t bytes) {
  standin_check_caller(true, "pi_cl_dma_memcpy");
  if (pi_core_id() != 0) {
    standin_fault("core %u gives commands to the DMA", (unsigned)pi_core_id());
  }
  if (copy->size == 0 || copy->size >= LIMIT || copy->stride >= LIMIT || lines * bytes != copy->size) {
    standin_fault("a DMA command of %u bytes, lines of %u bytes, stride %u", (unsigned)copy->size,
                  (unsigned)bytes, (unsigned)copy->stride);
  }
  if (!copy->merge) {
    newest = take_counter();
    copy->id = newest;
  } else if ((taken >> newest & 1) == 0) {
    standin_fault("a DMA command merges with one that was waited for");
  }
  uint8_t *in_l2 = (uint8_t *)(uintptr_t)copy->ext, *in_l1 = (uint8_t *)(uintptr_t)copy->loc;
  const bool is_load = copy->dir == PI_CL_DMA_DIR_EXT2LOC;
  const command_t command = {.to = is_load ? in_l1 : in_l2,
                             .from = is_load ? in_l2 : in_l1,
                             .to_stride = is_load ? bytes : copy->stride,
                             .from_stride = is_load ? copy->stride : bytes,
                             .lines = lines,
                             .bytes = bytes,
                             .counter = newest};
  copy->ext = copy->loc = copy->stride = copy->length = 0; /* the SDKs keep data of their own there */
  if (standin_chance(2) == 1) {
    copy_lines(&command);
  } else {
    for (uint32_t i = 0; i < lines; i++) {
      memset(command.to + i * command.to_stride, STANDIN_POISON, bytes);
    }
    if (pending_count == PENDING_CAPACITY) {
      standin_fault("more than %d DMA commands are under way", PENDING_CAPACITY);
    }
    pending[pending_count++] = command;
  }
  standin_interrupt();
}

void pi_cl_dma_memcpy(pi_cl_dma_copy_t *copy) {
  start(copy, 1, copy->size);
}

void pi_cl_dma_memcpy_2d(pi_cl_dma_copy_t *copy) {
  start(copy, copy->length == 0 ? 0 : copy->size / copy->length, copy->length);
}

void pi_cl_dma_wait(void *waited) {
  const pi_cl_dma_copy_t *copy = waited;
  if (copy->id >= COUNTERS || (taken >> copy->id & 1) == 0) {
    standin_fault("a wait for a DMA command that is not under way");
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < pending_count; i++) {
    if (pending[i].counter == copy->id) {
      copy_lines(&pending[i]);
    } else {
      pending[kept++] = pending[i];
    }
  }
  pending_count = kept;
  taken &= ~(1u << copy->id);
  standin_interrupt();
}

void standin_check_dma(void) {
  if (taken != 0 || pending_count != 0) {
    standin_fault("%u DMA commands were never waited for", (unsigned)pending_count);
  }
}
