/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of firmware, used wrongly, and opened again after it was closed. */
#include <stdio.h>

#include "network.h"
#include "pmsis.h"
#include "pmsis_network.h"

static int failures;

static void expect(bool holds, const char *what) {
  if (!holds) {
    printf("FAILED: %s\n", what);
    failures++;
  }
}

static void check_ranges(void) {
  static uint32_t words[4];
  const uint32_t end = (NETWORK_INPUT_0_BYTES + 3) / 4 * 4;
  expect(network_write(-1, 0, words, 4) == NETWORK_NO_TENSOR, "there is no input -1");
  expect(network_write(NETWORK_INPUTS, 0, words, 4) == NETWORK_NO_TENSOR, "inputs end");
  expect(network_read(-1, 0, words, 4) == NETWORK_NO_TENSOR, "there is no output -1");
  expect(network_read(NETWORK_OUTPUTS, 0, words, 4) == NETWORK_NO_TENSOR, "outputs end");
  expect(network_write(0, end, words, 4) == NETWORK_NO_TENSOR, "nothing is behind an input");
  expect(network_write(0, end - 4, words, 8) == NETWORK_NO_TENSOR, "an input is not longer than it is");
  expect(network_write(0, UINT32_MAX - 3, words, 8) == NETWORK_NO_TENSOR, "offsets do not go round");
  expect(network_write(0, 4, words, UINT32_MAX - 3) == NETWORK_NO_TENSOR, "sizes do not go round");
  expect(network_write(0, end - 4, words, 4) == NETWORK_OK, "an input can be written to its last word");
  expect(network_read(0, 0, words, 4) == NETWORK_OK, "an output can be read");
  expect(network_write(0, 0, words, 0) == NETWORK_OK, "no bytes can be written");
}

/* Whole words where the plan keeps the input in RAM, and any bytes in L2. */
static void check_alignment(void) {
  static uint32_t words[4];
  const network_status_t status = network_inputs[0].level == DORY_L2 ? NETWORK_OK : NETWORK_UNALIGNED;
  expect(network_write(0, 0, (const uint8_t *)words + 1, 4) == status, "an address between words");
  expect(network_write(0, 2, words, 4) == status, "an offset between words");
  expect(network_write(0, 0, words, 3) == status, "bytes that are no whole words");
}

static void check_closed(void) {
  static uint32_t word;
  expect(network_infer() == NETWORK_NOT_OPEN, "a closed network does not run");
  expect(network_write(0, 0, &word, 4) == NETWORK_NOT_OPEN, "a closed network has no input");
  expect(network_read(0, 0, &word, 4) == NETWORK_NOT_OPEN, "a closed network has no output");
  network_close();
}

static void application(void) {
  for (int round = 0; round < 2; round++) {
    check_closed();
    expect(network_open() == NETWORK_OK, "the network opens, also after it was closed");
    expect(network_open() == NETWORK_OK, "an open network opens again, which does nothing");
    check_ranges();
    check_alignment();
    expect(network_infer() == NETWORK_OK, "the network runs");
    network_close();
  }
  check_closed();
  printf("the input lies in %s\n", network_inputs[0].level == DORY_L2 ? "L2" : "RAM");
  pmsis_exit(failures > 0);
}

int main(void) {
  return pmsis_kickoff((void *)application);
}
