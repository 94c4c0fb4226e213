/* SPDX-License-Identifier: Apache-2.0 */
/* RAM, flash and the files in flash; everything here is called on the fabric controller. */
#ifndef PMSIS_STORAGE_H
#define PMSIS_STORAGE_H

#include "bsp/fs/readfs.h"

#include "dory_hal.h"
#include "pmsis_network.h"

/* Opens RAM and the file system of flash as far as the network needs them, reserves the network's part of
 * RAM, and copies the weights there through the area in L2. Checks the whole file of weights. */
network_status_t pmsis_storage_open(void);

/* Gives back what pmsis_storage_open took, also when that failed half-way. */
void pmsis_storage_close(void);

/* Starts one copy between L2 and RAM or the weights in flash; `done` is triggered at its end. Addresses and
 * bytes are multiples of 4. */
void pmsis_storage_start(pmsis_direction_t direction, uint32_t external, void *memory, uint32_t bytes,
                         pi_task_t *done);

/* Copies between L2 and RAM, and returns when that is done. */
void pmsis_ram_read(uint32_t ram, void *memory, uint32_t bytes);
void pmsis_ram_write(uint32_t ram, void *memory, uint32_t bytes);

/* A file in flash, by its name; null where there is none. Closed with pi_fs_close. */
pi_fs_file_t *pmsis_open_file(const char *name);

#endif
