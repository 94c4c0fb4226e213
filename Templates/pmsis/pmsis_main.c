/* SPDX-License-Identifier: Apache-2.0 */
/* A whole application: one inference on input.bin, or on zeros without that file; prints the outputs, and
 * with DORY_CHECK_LAYERS and DORY_CHECK_STACKS what every layer did. */
#include <stdio.h>
#include <string.h>

#include "pmsis_checks.h"
#include "pmsis_crc32.h"
#include "pmsis_network.h"
#include "pmsis_storage.h"

/* Bytes of inputs and outputs that are copied at a time. */
enum { WINDOW_BYTES = 256, SHOWN_BYTES = 16 };

static uint32_t window[WINDOW_BYTES / 4];

static const char *message_of(network_status_t status) {
  static const char *const messages[] = {
      [NETWORK_OK] = "no error",
      [NETWORK_NOT_OPEN] = "the network is not open",
      [NETWORK_NO_RAM] = "the external RAM does not open",
      [NETWORK_RAM_FULL] = "the external RAM has too little left for the network",
      [NETWORK_NO_FLASH] = "the flash does not open",
      [NETWORK_NO_FILES] = "the flash has no file system",
      [NETWORK_NO_WEIGHTS] = "the flash has no file 'weights.bin'",
      [NETWORK_WRONG_WEIGHTS] = "'weights.bin' is not of this network",
      [NETWORK_NO_CLUSTER] = "the cluster does not open",
      [NETWORK_L1_FULL] = "L1 has too little left for the network",
      [NETWORK_NO_TENSOR] = "there is no such input or output",
      [NETWORK_UNALIGNED] = "a copy to RAM is not aligned to 4 bytes",
      [NETWORK_STACK_OVERFLOW] = "the stack of a core of the cluster is too small",
  };
  return messages[status];
}

static void stop_at(network_status_t status) {
  if (status != NETWORK_OK) {
    printf("error: %s\n", message_of(status));
    pmsis_exit(1);
  }
}

/* Bytes of a window at an offset, up to the next multiple of 4 at a tensor's end. */
static uint32_t window_bytes(const dory_tensor_t *tensor, uint32_t offset) {
  return dory_align4((uint32_t)dory_min((int32_t)(tensor->bytes - offset), WINDOW_BYTES));
}

/* Layers are right for one input only. */
static void check_input(bool is_there, uint32_t crc) {
#ifdef DORY_CHECK_LAYERS
  if (!is_there || crc != dory_input_crc) {
    printf("note: %s, so layers will differ\n",
           is_there ? "'input.bin' is not the one of this build" : "the flash has no file 'input.bin'");
  }
#else
  (void)is_there;
  (void)crc;
#endif
}

/* The file has the inputs one after another. */
static void write_inputs(void) {
  pi_fs_file_t *file = pmsis_open_file("input.bin");
  uint32_t position = 0, crc = 0;
  for (int32_t i = 0; i < NETWORK_INPUTS; i++) {
    const dory_tensor_t *input = &network_inputs[i];
    for (uint32_t offset = 0; offset < input->bytes; offset += WINDOW_BYTES) {
      const uint32_t bytes = window_bytes(input, offset);
      if (file != 0) {
        (void)pi_fs_copy(file, position + offset, window, bytes, 1);
        pmsis_fence();
        crc = pmsis_crc32(crc, window, bytes);
      }
      stop_at(network_write(i, offset, window, bytes));
    }
    position += dory_align4(input->bytes);
  }
  if (file != 0) {
    pi_fs_close(file);
  }
  check_input(file != 0, crc);
}

static void print_bytes(const uint8_t *bytes, int32_t count) {
  printf(" ");
  for (int32_t i = 0; i < count; i++) {
    printf(" %02x", (unsigned)bytes[i]);
  }
  printf("\n");
}

/* Of every output its checksum and its first bytes. */
static void print_outputs(void) {
  for (int32_t i = 0; i < NETWORK_OUTPUTS; i++) {
    const dory_tensor_t *output = &network_outputs[i];
    uint32_t crc = 0, first[SHOWN_BYTES / 4] = {0};
    for (uint32_t offset = 0; offset < output->bytes; offset += WINDOW_BYTES) {
      stop_at(network_read(i, offset, window, window_bytes(output, offset)));
      if (offset == 0) {
        memcpy(first, window, SHOWN_BYTES);
      }
      crc = pmsis_crc32(crc, window, (uint32_t)dory_min((int32_t)(output->bytes - offset), WINDOW_BYTES));
    }
    printf("output '%s': %u bytes, CRC-32 0x%08x\n", output->name, (unsigned)output->bytes, (unsigned)crc);
    print_bytes((const uint8_t *)first, dory_min((int32_t)output->bytes, SHOWN_BYTES));
  }
}

static void application(void) {
  stop_at(network_open());
  write_inputs();
  const network_status_t status = network_infer();
  int32_t differing = 0;
#ifdef DORY_CHECK_LAYERS
  differing = pmsis_report_layers();
#endif
#ifdef DORY_CHECK_STACKS
  pmsis_report_stacks();
#endif
  stop_at(status);
  print_outputs();
  network_close();
  pmsis_exit(differing == 0 ? 0 : 1);
}

int main(void) {
  return pmsis_kickoff((void *)application);
}
