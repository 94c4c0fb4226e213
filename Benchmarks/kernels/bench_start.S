# SPDX-License-Identifier: Apache-2.0
# Every core's first instructions: a stack of 1 KiB at the end of L1 for each of eight, and 1 KiB more for core 0.
  .section .text.start
  .globl _start
_start:
  csrr a0, mhartid
  la sp, bench_stacks
  slli a0, a0, 10
  add sp, sp, a0
  tail bench_core
