/* SPDX-License-Identifier: Apache-2.0 */
/* Copies between external memory and L2: started by the core of the cluster that runs the network, carried
 * out by the fabric controller. */
#ifndef PMSIS_L3_H
#define PMSIS_L3_H

#include "dory_hal.h"

/* Makes the fabric controller ready for requests; on the fabric controller, before the cluster runs. */
void pmsis_l3_open(void);

/* Starts a copy to or from any place in L2, on the cluster. */
void pmsis_l3_start(dory_l3_t *request, pmsis_direction_t direction, uint32_t external, void *memory,
                    uint32_t bytes, bool is_ahead);

#endif
