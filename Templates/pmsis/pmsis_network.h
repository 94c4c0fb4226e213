/* SPDX-License-Identifier: Apache-2.0 */
/* The network as an application uses it, on the fabric controller:
 *
 *   network_open();                                      once: RAM, flash, cluster, weights
 *   network_write(0, 0, image, NETWORK_INPUT_0_BYTES);   for every inference, each input,
 *   network_infer();
 *   network_read(0, 0, scores, NETWORK_OUTPUT_0_BYTES);  and each output
 *   network_close();
 *
 * network.h gives the sizes and the meaning of inputs and outputs: packed HWC codes. An input whose level is
 * DORY_L2 can also be made in place, at dory_l2(network_inputs[0].offset), and an output be read there.
 * Inputs and outputs may lie in the same place: an inference overwrites the inputs, and the next input the
 * outputs, so read these first. Between network_close and network_open the whole area in L2, NETWORK_L2_BYTES
 * from dory_l2(0), is the application's.
 *
 * Memory is taken by network_open alone: the area in L1 and the stacks of the cluster, and PMSIS_RAM_BYTES of
 * RAM. Nothing here may be called from callbacks, or while a call of it has not returned.
 */
#ifndef PMSIS_NETWORK_H
#define PMSIS_NETWORK_H

#include <stdint.h>

#include "dory_hal.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  NETWORK_OK,
  NETWORK_NOT_OPEN,      /* before network_open, or after it failed */
  NETWORK_NO_RAM,        /* the external RAM does not open */
  NETWORK_RAM_FULL,      /* it has less than PMSIS_RAM_BYTES left */
  NETWORK_NO_FLASH,      /* the flash does not open */
  NETWORK_NO_FILES,      /* it has no file system */
  NETWORK_NO_WEIGHTS,    /* there is no file weights.bin */
  NETWORK_WRONG_WEIGHTS, /* weights.bin is of another network, or was read wrongly */
  NETWORK_NO_CLUSTER,    /* the cluster does not open, or takes no task */
  NETWORK_L1_FULL,       /* L1 has less left than the plan needs */
  NETWORK_NO_TENSOR,     /* there is no such input or output, or not so many bytes of it */
  NETWORK_UNALIGNED,     /* the plan keeps it in RAM: see network_write */
  NETWORK_STACK_OVERFLOW /* with DORY_CHECK_STACKS: a core wrote below its stack */
} network_status_t;

/* Makes the network ready to run; does nothing when it is. When it fails, nothing stays open. */
network_status_t network_open(void);

/* Copies bytes of an input, the first of which has an offset in it, to where the network wants them. The
 * count may reach up to the next multiple of 4 behind the input. Of an input that the plan keeps in RAM, the
 * address, the offset and the count are multiples of 4, and the codes lie in L2, as in a static array: the
 * stack of the fabric controller may lie in a memory of its own, which the HyperBus does not reach. */
network_status_t network_write(int32_t input, uint32_t offset, const void *codes, uint32_t bytes);

/* One inference: returns when the outputs are there. */
network_status_t network_infer(void);

/* Copies bytes of an output, under the rules of network_write. */
network_status_t network_read(int32_t output, uint32_t offset, void *codes, uint32_t bytes);

/* Gives back memory, the cluster, RAM and flash, where the network is open. */
void network_close(void);

#ifdef __cplusplus
}
#endif

#endif
