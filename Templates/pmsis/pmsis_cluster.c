/* SPDX-License-Identifier: Apache-2.0 */
/* Copies between L2 and L1, and kernels on all cores. */
#include "dory_hal.h"

/* Bytes of one command, and of a stride: 32 KiB or more make gap_sdk emulate the command by interrupts. */
enum { COMMAND_BYTES = 32764, GREATEST_STRIDE = 32767 };

/* The group that began last: the DMA counts further commands with its first one. */
static dory_dma_t *newest;

static void give(pi_cl_dma_copy_t *command, bool has_lines) {
  if (has_lines) {
    pi_cl_dma_memcpy_2d(command);
  } else {
    pi_cl_dma_memcpy(command);
  }
}

/* Adds a command to a group. The SDKs ask for an object of each copy until its end, but below 32 KiB read
 * that of a merged one only while it is given: a group is counted, and waited for, with its first one, which
 * stays.
 *
 * Its lines are `stride` bytes apart in L2 and lie one after another in L1. */
static void push(dory_dma_t *group, uint32_t l1, uint32_t l2, uint32_t lines, uint32_t bytes, uint32_t stride,
                 pi_cl_dma_dir_e direction) {
  const bool is_merged = group->has_first && group == newest;
  pi_cl_dma_copy_t command;
  command.ext = l2;
  command.loc = l1;
  command.id = 0;
  command.size = (uint16_t)(lines * bytes);
  command.dir = direction;
  command.merge = is_merged;
  command.stride = stride;
  command.length = bytes;
  if (!group->has_first) {
    group->first = command;
    group->has_first = true;
    newest = group;
    give(&group->first, lines > 1);
    return;
  }
  give(&command, lines > 1);
  if (!is_merged) { /* another group began since then: this copy has a counter of its own */
    pi_cl_dma_wait(&command);
    newest = 0;
  }
}

static void push_line(dory_dma_t *group, uint32_t l1, uint32_t l2, uint32_t bytes,
                      pi_cl_dma_dir_e direction) {
  while (bytes > 0) {
    const uint32_t part = bytes < COMMAND_BYTES ? bytes : COMMAND_BYTES;
    push(group, l1, l2, 1, part, 0, direction);
    l1 += part;
    l2 += part;
    bytes -= part;
  }
}

/* The DMA strides in L2 only: lines with a distance in L1 are commands of their own. */
static void start(dory_dma_t *group, const dory_copy_t *copy, pi_cl_dma_dir_e direction) {
  uint32_t l1 = (uint32_t)(uintptr_t)dory_l1(copy->l1);
  uint32_t l2 = (uint32_t)(uintptr_t)dory_l2(copy->l2);
  const uint32_t bytes = (uint32_t)copy->bytes;
  const bool is_dense = copy->l1_stride == copy->bytes;
  uint32_t lines_at_once = 1;
  if (is_dense && copy->l2_stride <= GREATEST_STRIDE && bytes <= COMMAND_BYTES) {
    lines_at_once = COMMAND_BYTES / bytes;
  }
  pmsis_fence();
  for (uint32_t left = (uint32_t)copy->lines; left > 0;) {
    const uint32_t lines = left < lines_at_once ? left : lines_at_once;
    if (lines == 1) {
      push_line(group, l1, l2, bytes, direction);
    } else {
      push(group, l1, l2, lines, bytes, (uint32_t)copy->l2_stride, direction);
    }
    l1 += lines * (uint32_t)copy->l1_stride;
    l2 += lines * (uint32_t)copy->l2_stride;
    left -= lines;
  }
}

void dory_dma_load(dory_dma_t *group, const dory_copy_t *copy) {
  start(group, copy, PI_CL_DMA_DIR_EXT2LOC);
}

void dory_dma_store(dory_dma_t *group, const dory_copy_t *copy) {
  start(group, copy, PI_CL_DMA_DIR_LOC2EXT);
}

typedef struct {
  void (*kernel)(const void *);
  const void *argument;
} job_t;

static void run_job(void *argument) {
  const job_t *job = argument;
  job->kernel(job->argument);
}

/* All cores of the task that runs the network take part, this one too. */
void dory_cluster_run(void (*kernel)(const void *), const void *argument) {
  job_t job = {kernel, argument};
  pmsis_fence();
  pi_cl_team_fork(0, run_job, &job);
  pmsis_fence();
}
