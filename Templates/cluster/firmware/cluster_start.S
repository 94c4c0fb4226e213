/* SPDX-License-Identifier: Apache-2.0 */
/* Every core starts here. The first one runs main and ends with its status, the others run what it gives them. */
#include "cluster_registers.h"

  .section .text.start, "ax"
  .globl _start
_start:
  /* Stacks lie at the end of L1: those of the other cores, then, below them, the first core's. */
  csrr a0, mhartid
  la sp, dory_stacks_end
  la t0, dory_worker_stack_bytes
  li s0, CLUSTER_CONTROL
  bnez a0, worker

  li t1, DORY_CLUSTER_CORES - 1
  mul t1, t1, t0
  sub sp, sp, t1

  /* The simulator watches the lowest word of every stack. */
  la t1, dory_stacks
  mv t2, sp
  li t3, CLUSTER_HOST_GUARD_STACK
  la t4, dory_stacks_end
guard:
  sw t1, CLUSTER_HOST_FIRST(s0)
  sw t3, CLUSTER_HOST_CALL(s0)
  mv t1, t2
  add t2, t2, t0
  bne t1, t4, guard

  call main
  sw a0, CLUSTER_EXIT(s0)
end:
  j end

worker:
  addi a0, a0, -1
  mul t1, a0, t0
  sub sp, sp, t1
wait_for_task:
  lw t0, CLUSTER_TASK(s0)
  lw a0, CLUSTER_TASK_ARGUMENT(s0)
  jalr t0
  j wait_for_task
