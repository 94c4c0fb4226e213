/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_core.h"

Core::Core(VerilatedContext *context, uint32_t index, uint32_t entry, uint32_t trap_address)
    : model_(context) {
  model_.core_id = index;
  model_.boot_address = entry;
  model_.trap_address = trap_address;
  for (int cycle = 0; cycle < 4; cycle++) {
    model_.toggle ^= 1;
    model_.eval();
  }
  model_.reset_n = 1;
}

void Core::read_request() {
  request_.is_made = model_.data_request;
  request_.writes = model_.data_write;
  request_.enable = model_.data_enable;
  request_.address = model_.data_address;
  request_.word = model_.data_word;
}
