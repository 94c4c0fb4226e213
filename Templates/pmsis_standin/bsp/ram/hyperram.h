/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STANDIN_HYPERRAM_H
#define STANDIN_HYPERRAM_H

#include "pmsis.h"

struct pi_hyperram_conf {
  int unused;
};

void pi_hyperram_conf_init(struct pi_hyperram_conf *configuration);
int32_t pi_ram_open(struct pi_device *ram);
void pi_ram_close(struct pi_device *ram);
int pi_ram_alloc(struct pi_device *ram, uint32_t *address, uint32_t bytes);
int pi_ram_free(struct pi_device *ram, uint32_t address, uint32_t bytes);
void pi_ram_read(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes);
void pi_ram_write(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes);
void pi_ram_read_async(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes, pi_task_t *task);
void pi_ram_write_async(struct pi_device *ram, uint32_t address, void *data, uint32_t bytes, pi_task_t *task);

#endif
