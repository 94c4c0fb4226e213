/* SPDX-License-Identifier: Apache-2.0 */
/* The network in an application of one's own: build with
 *
 *   make -f pmsis.mk MAIN=pmsis/pmsis_example.c all run
 */
#include <stdio.h>

#include "network.h"
#include "pmsis.h"
#include "pmsis_network.h"

/* In the place of a camera: codes of the first input, made where the network wants them. */
static void fill(uint8_t *codes, uint32_t bytes, uint32_t frame) {
  for (uint32_t i = 0; i < bytes; i++) {
    codes[i] = (uint8_t)(i + frame);
  }
}

static void application(void) {
  static uint8_t image[64], scores[NETWORK_OUTPUT_0_BYTES + 3];
  network_status_t status = network_open();
  for (uint32_t frame = 0; status == NETWORK_OK && frame < 3; frame++) {
    for (uint32_t row = 0; row + sizeof image <= NETWORK_INPUT_0_BYTES; row += sizeof image) {
      fill(image, sizeof image, frame);
      (void)network_write(0, row, image, sizeof image);
    }
    status = network_infer();
    if (status == NETWORK_OK) {
      status = network_read(0, 0, scores, NETWORK_OUTPUT_0_BYTES);
      printf("frame %u: the first byte of the output is %u\n", (unsigned)frame, (unsigned)scores[0]);
    }
  }
  if (status == NETWORK_OK) {
    network_close();
  }
  pmsis_exit((int)status);
}

int main(void) {
  return pmsis_kickoff((void *)application);
}
