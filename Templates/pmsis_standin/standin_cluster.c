/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "standin.h"

/* Of the chip: the build files take them from the plan. */
#ifndef STANDIN_L1_BYTES
#define STANDIN_L1_BYTES 65536
#endif
#ifndef STANDIN_CORES
#define STANDIN_CORES 8
#endif

/* The chip has a core more than are asked for: an application says how many it takes. */
enum { CORES = STANDIN_CORES, CHIP_CORES = CORES + 1, L1_BYTES = STANDIN_L1_BYTES };

/* L1, of which the SDK keeps some bytes, so that what is taken begins at any word; addresses fit 32 bits
 * where the program is linked without PIE. */
static uint8_t l1[L1_BYTES] __attribute__((aligned(16)));
static const uint32_t kept_bytes = 68;
static uint32_t allocated;

static uint32_t core, team;
static bool is_forked;
static struct pi_cluster_task running;

/* Calls a function on the stack that ends at an address, where the machine's code for that is known; else on
 * the caller's. */
static void call_on(uint8_t *stack_end, void (*entry)(void *), void *argument) {
#ifdef __riscv
  register void *a0 __asm__("a0") = argument;
  register void (*t0)(void *) __asm__("t0") = entry;
  register uint8_t *t1 __asm__("t1") = stack_end;
  __asm__ volatile("mv s1, sp\n"
                   "mv sp, t1\n"
                   "jalr t0\n"
                   "mv sp, s1"
                   : "+r"(a0), "+r"(t0), "+r"(t1)
                   :
                   : "s1", "ra", "t2", "t3", "t4", "t5", "t6", "a1", "a2", "a3", "a4", "a5", "a6", "a7",
                     "memory");
#else
  (void)stack_end;
  entry(argument);
#endif
}

void pi_cluster_conf_init(struct pi_cluster_conf *configuration) {
  configuration->id = 0;
}

int pi_cluster_open(struct pi_device *cluster) {
  if ((uint64_t)(uintptr_t)l1 + L1_BYTES > UINT32_MAX) {
    standin_fault("addresses do not fit 32 bits: link with -no-pie");
  }
  memset(l1, STANDIN_POISON, L1_BYTES);
  allocated = 0;
  cluster->is_open = true;
  standin_opened();
  return 0;
}

int pi_cluster_close(struct pi_device *cluster) {
  standin_closed("the cluster");
  cluster->is_open = false;
  return 0;
}

void *pi_cl_l1_malloc(struct pi_device *cluster, uint32_t bytes) {
  if (!cluster->is_open || allocated != 0 || bytes > L1_BYTES - kept_bytes) {
    return NULL;
  }
  allocated = bytes;
  standin_opened();
  return l1 + kept_bytes;
}

void pi_cl_l1_free(struct pi_device *cluster, void *chunk, int bytes) {
  if (!cluster->is_open || chunk != l1 + kept_bytes || (uint32_t)bytes != allocated) {
    standin_fault("%d bytes of L1 are given back that were not taken", bytes);
  }
  for (uint32_t i = 0; i < L1_BYTES; i++) {
    if ((i < kept_bytes || i >= kept_bytes + allocated) && l1[i] != STANDIN_POISON) {
      standin_fault("byte %u of L1 was written, which was not taken", (unsigned)i);
    }
  }
  allocated = 0;
  standin_closed("L1");
}

struct pi_cluster_task *pi_cluster_task(struct pi_cluster_task *task, void (*entry)(void *), void *argument) {
  *task = (struct pi_cluster_task){.entry = entry, .arg = argument};
  return task;
}

int pi_cluster_send_task(struct pi_device *cluster, struct pi_cluster_task *task) {
  standin_check_caller(false, "pi_cluster_send_task");
  if (!cluster->is_open || task->nb_cores > CHIP_CORES || task->stacks == NULL) {
    return -1;
  }
  team = (uint32_t)(task->nb_cores == 0 ? CHIP_CORES : task->nb_cores);
  running = *task;
  standin_set_cluster(true);
  call_on((uint8_t *)task->stacks + task->stack_size, task->entry, task->arg);
  standin_check_dma();
  standin_set_cluster(false);
  return 0;
}

void pi_cl_team_fork(int cores, void (*entry)(void *), void *argument) {
  standin_check_caller(true, "pi_cl_team_fork");
  if (is_forked) {
    standin_fault("a team forks");
  }
  if (cores != 0) {
    team = (uint32_t)cores;
  }
  is_forked = true;
  const uint32_t begin = standin_chance(team), step = standin_chance(2) == 1 ? team - 1 : 1;
  for (uint32_t i = 0; i < team; i++) {
    core = (begin + i * step) % team;
    if (core == 0) {
      entry(argument);
    } else {
      call_on((uint8_t *)running.stacks + running.stack_size + core * running.slave_stack_size, entry,
              argument);
    }
  }
  core = 0;
  is_forked = false;
  standin_interrupt();
}

uint32_t pi_core_id(void) {
  return core;
}
