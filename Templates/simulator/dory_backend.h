/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers under way, as the host simulator tracks them. */
#ifndef DORY_BACKEND_H
#define DORY_BACKEND_H

#include <stdint.h>

/* A group of copies between L2 and L1: its number, 0 when it is not open. */
typedef struct {
  uint32_t group;
} dory_dma_t;

/* A copy between RAM or flash and L2: its number, 0 when it is not under way. */
typedef struct {
  uint32_t group;
} dory_l3_t;

#endif
