/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STANDIN_HYPERFLASH_H
#define STANDIN_HYPERFLASH_H

#include "pmsis.h"

struct pi_hyperflash_conf {
  int unused;
};

void pi_hyperflash_conf_init(struct pi_hyperflash_conf *configuration);
int pi_flash_open(struct pi_device *flash);
void pi_flash_close(struct pi_device *flash);

#endif
