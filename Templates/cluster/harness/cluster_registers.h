/* SPDX-License-Identifier: Apache-2.0 */
/* The control registers of the simulated cluster, as offsets from CLUSTER_CONTROL; words. Firmware and
 * simulator share this file. What a core loads or stores waits where the comment says so; a core that waits
 * is asleep. */
#ifndef CLUSTER_REGISTERS_H
#define CLUSTER_REGISTERS_H

#define CLUSTER_CONTROL 0x10200000

/* Text, the end, counters, the meeting of all cores. */
#define CLUSTER_PRINT     0x00 /* store: prints a character */
#define CLUSTER_EXIT      0x04 /* store: ends the run with a status */
#define CLUSTER_CYCLES    0x08 /* load: cycles since the start */
#define CLUSTER_BARRIER   0x0C /* load: waits until all cores load it */
#define CLUSTER_CONFLICTS 0x24 /* load: cycles that cores have waited for banks of L1 */
#define CLUSTER_CORES     0x28 /* load: how many there are */
#define CLUSTER_REFILLS   0x2C /* load: lines that the instruction cache has fetched */
#define CLUSTER_TRAP_PC   0x30 /* store: the program counter of a trap */
#define CLUSTER_TRAP      0x34 /* store: its cause; ends the run */

/* One core gives the others a task: it stores the argument, then the task; they load the task, which waits
 * for the next one, and its argument. A load of JOIN waits until all others wait for the next task. */
#define CLUSTER_TASK          0x10
#define CLUSTER_TASK_ARGUMENT 0x14
#define CLUSTER_JOIN          0x18

/* DMA. Addresses and strides are stored first; the store of the bytes of a line starts the command, and waits
 * while the queue is full. Commands are numbered from 1 on, loads and stores each: a load of LOADS or STORES
 * gives the number of the last one started, a store waits until that number is done. */
#define CLUSTER_DMA_L1        0x40
#define CLUSTER_DMA_L2        0x44
#define CLUSTER_DMA_LOAD      0x48 /* one line, to L1 */
#define CLUSTER_DMA_STORE     0x4C /* one line, to L2 */
#define CLUSTER_DMA_LINES     0x50
#define CLUSTER_DMA_L1_STRIDE 0x54
#define CLUSTER_DMA_L2_STRIDE 0x58
#define CLUSTER_DMA_LOAD_2D   0x5C
#define CLUSTER_DMA_STORE_2D  0x60
#define CLUSTER_DMA_LOADS     0x64
#define CLUSTER_DMA_STORES    0x68

/* L3, likewise, in two queues: that of transfers ahead goes on while the other one is empty. URGENCY, stored
 * before a transfer starts, says whose it is: 0, or 1 for ahead. The transfers of a queue are numbered
 * together. */
#define CLUSTER_L3_EXTERNAL   0x70 /* offset in RAM or flash */
#define CLUSTER_L3_L2         0x74
#define CLUSTER_L3_RAM_READ   0x78
#define CLUSTER_L3_RAM_WRITE  0x7C
#define CLUSTER_L3_FLASH_READ 0x80
#define CLUSTER_L3_TRANSFERS  0x84
#define CLUSTER_L3_URGENCY    0x88
#define CLUSTER_L3_AHEAD      0x8C /* as TRANSFERS */

/* The host: three arguments, then a call, which takes no time; a load of CALL gives its result. */
#define CLUSTER_HOST_FIRST  0x90
#define CLUSTER_HOST_SECOND 0x94
#define CLUSTER_HOST_THIRD  0x98
#define CLUSTER_HOST_CALL   0x9C

/* Calls. A tensor is given by level, address and bytes; levels are those of HostLevel. */
#define CLUSTER_HOST_WEIGHTS      0 /* bytes of RAM, bytes of flash, checksum */
#define CLUSTER_HOST_NEXT_SAMPLE  1 /* result: whether there is one */
#define CLUSTER_HOST_READ_INPUT   2 /* tensor */
#define CLUSTER_HOST_WRITE_OUTPUT 3 /* tensor */
#define CLUSTER_HOST_BEGIN_LAYER  4 /* step, address of the name */
#define CLUSTER_HOST_END_LAYER    5 /* tensor: its output */
#define CLUSTER_HOST_BEGIN_LOAD   6
#define CLUSTER_HOST_END_LOAD     7
#define CLUSTER_HOST_BEGIN_SAMPLE 8
#define CLUSTER_HOST_END_SAMPLE   9
#define CLUSTER_HOST_GUARD_STACK  10 /* lowest address of a core's stack */

#endif
