/* SPDX-License-Identifier: Apache-2.0 */
/* The network in an application of one's own: build with
 *
 *   make -f pmsis.mk MAIN=pmsis/pmsis_example.c all run
 */
#include <stdio.h>

#include "network.h"
#include "pmsis.h"
#include "pmsis_network.h"

/* Whole words: an input or output that the plan keeps in RAM is copied by words. */
enum { ROW_BYTES = 64, OUTPUT_WORDS = (NETWORK_OUTPUT_0_BYTES + 3) / 4 };

/* In the place of a camera: gives the network its first input, row by row. */
static network_status_t write_image(uint32_t frame) {
  static uint32_t row[ROW_BYTES / 4];
  network_status_t status = NETWORK_OK;
  for (uint32_t at = 0; at < NETWORK_INPUT_0_BYTES && status == NETWORK_OK; at += ROW_BYTES) {
    for (uint32_t i = 0; i < ROW_BYTES; i++) {
      ((uint8_t *)row)[i] = (uint8_t)(at + i + frame);
    }
    const uint32_t left = (NETWORK_INPUT_0_BYTES - at + 3) / 4 * 4;
    status = network_write(0, at, row, left < ROW_BYTES ? left : ROW_BYTES);
  }
  return status;
}

static void application(void) {
  static uint32_t scores[OUTPUT_WORDS];
  network_status_t status = network_open();
  const bool is_open = status == NETWORK_OK;
  for (uint32_t frame = 0; status == NETWORK_OK && frame < 3; frame++) {
    status = write_image(frame);
    if (status == NETWORK_OK) {
      status = network_infer();
    }
    if (status == NETWORK_OK) {
      status = network_read(0, 0, scores, sizeof scores);
    }
    if (status == NETWORK_OK) {
      printf("frame %u: the output begins with 0x%08x\n", (unsigned)frame, (unsigned)scores[0]);
    }
  }
  if (status != NETWORK_OK) {
    printf("error: status %d, see pmsis_network.h\n", (int)status);
  }
  if (is_open) {
    network_close();
  }
  pmsis_exit((int)status);
}

int main(void) {
  return pmsis_kickoff((void *)application);
}
