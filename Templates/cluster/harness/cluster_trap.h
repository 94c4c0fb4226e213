/* SPDX-License-Identifier: Apache-2.0 */
/* The handler that traps jump to unless the program installs another: it tells the control registers. */
#ifndef CLUSTER_TRAP_H
#define CLUSTER_TRAP_H

#include <cstdint>

/* Where the handler lies: a multiple of 256 in the control area. */
constexpr uint32_t TRAP_HANDLER = 0x10200F00;

constexpr uint32_t TRAP_CODE[] = {
    0x341022F3, /* csrr t0, mepc */
    0x34202373, /* csrr t1, mcause */
    0x102003B7, /* lui  t2, 0x10200     CLUSTER_CONTROL */
    0x0253A823, /* sw   t0, 0x30(t2)    CLUSTER_TRAP_PC */
    0x0263AA23, /* sw   t1, 0x34(t2)    CLUSTER_TRAP */
    0x0000006F, /* j    . */
};

/* A word of the handler; 0, an illegal instruction, after its end. */
inline uint32_t trap_word(uint32_t address) {
  const uint32_t index = (address - TRAP_HANDLER) / 4;
  return index < sizeof TRAP_CODE / sizeof *TRAP_CODE ? TRAP_CODE[index] : 0;
}

#endif
