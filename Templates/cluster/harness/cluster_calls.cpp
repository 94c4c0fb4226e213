/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the host, and the guards below the stacks. */
#include "cluster_control.h"

namespace {

/* What lies at the lowest address of every stack, and must stay there. */
constexpr uint32_t GUARD = 0x57ACF00D;

} // namespace

void Control::call_host(uint32_t core, uint32_t call, const Counters &counters) {
  const uint32_t *words = cores_[core].host;
  const auto level = static_cast<HostLevel>(words[0]);
  switch (call) {
  case CLUSTER_HOST_WEIGHTS:
    host_.read_weights(words[0], words[1], words[2]);
    break;
  case CLUSTER_HOST_NEXT_SAMPLE:
    host_result_ = host_.next_sample() ? 1 : 0;
    break;
  case CLUSTER_HOST_READ_INPUT:
    host_.read_input(level, words[1], words[2]);
    break;
  case CLUSTER_HOST_WRITE_OUTPUT:
    host_.write_output(level, words[1], words[2]);
    break;
  case CLUSTER_HOST_BEGIN_LAYER:
    profile_.begin_layer(words[0], name_at(words[1]), counters);
    break;
  case CLUSTER_HOST_END_LAYER:
    check_stacks();
    profile_.end_layer(counters);
    host_.write_layer(level, words[1], words[2]);
    break;
  case CLUSTER_HOST_BEGIN_LOAD:
    profile_.begin_load(counters.cycles);
    break;
  case CLUSTER_HOST_END_LOAD:
    profile_.end_load(counters.cycles);
    break;
  case CLUSTER_HOST_BEGIN_SAMPLE:
    profile_.begin_sample(counters.cycles);
    break;
  case CLUSTER_HOST_END_SAMPLE:
    profile_.end_sample(counters.cycles);
    break;
  case CLUSTER_HOST_GUARD_STACK:
    guard_stack(words[0]);
    break;
  default:
    throw Fault(text("call %u of the host, which there is not", call));
  }
}

void Control::guard_stack(uint32_t lowest) {
  if (lowest % 4 != 0 || memories_.l1.at(lowest, 4) == nullptr) {
    throw Fault(text("a stack at 0x%08x, outside L1", lowest));
  }
  memories_.l1.write(lowest, GUARD, 15);
  stacks_.push_back(lowest);
}

void Control::check_stacks() {
  for (const uint32_t lowest : stacks_) {
    if (memories_.l1.word(lowest) != GUARD) {
      throw Fault(text("the stack down to 0x%08x has overflowed", lowest));
    }
  }
}
