/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_control.h"

#include <cstdio>

void Control::arrive(uint32_t core, uint32_t offset, bool writes) {
  if (offset == CLUSTER_BARRIER && !writes) {
    arrived_ |= 1u << core;
  } else if (offset == CLUSTER_TASK && !writes && cores_[core].tasks == tasks_) {
    idle_ |= 1u << core;
  }
}

ControlAnswer Control::serve(const ControlRequest &request, const Counters &counters) {
  return request.writes ? store(request, counters) : load(request, counters);
}

ControlAnswer Control::load(const ControlRequest &request, const Counters &counters) {
  switch (request.offset) {
  case CLUSTER_CYCLES:
    return {true, static_cast<uint32_t>(counters.cycles)};
  case CLUSTER_CONFLICTS:
    return {true, static_cast<uint32_t>(counters.conflicts)};
  case CLUSTER_CORES:
    return {true, machine_.cores};
  case CLUSTER_REFILLS:
    return {true, static_cast<uint32_t>(counters.refills)};
  case CLUSTER_BARRIER:
    return barrier();
  case CLUSTER_TASK:
    return take_task(request.core, counters.cycles);
  case CLUSTER_TASK_ARGUMENT:
    return {true, argument_};
  case CLUSTER_JOIN:
    return join(request.core, counters.cycles);
  case CLUSTER_DMA_LOADS:
    return {true, loads_.started()};
  case CLUSTER_DMA_STORES:
    return {true, stores_.started()};
  case CLUSTER_L3_TRANSFERS:
    return {true, external_.started(Urgency::needed)};
  case CLUSTER_L3_AHEAD:
    return {true, external_.started(Urgency::ahead)};
  case CLUSTER_HOST_CALL:
    return {true, host_result_};
  default:
    throw Fault(text("a load of control register 0x%02x, which there is not", request.offset));
  }
}

ControlAnswer Control::store(const ControlRequest &request, const Counters &counters) {
  Staged &staged = cores_[request.core];
  const uint32_t word = request.word;
  switch (request.offset) {
  case CLUSTER_PRINT:
    putchar(static_cast<int>(word & 0xFF));
    if (word == '\n') {
      fflush(stdout);
    }
    break;
  case CLUSTER_EXIT:
    has_exited_ = true;
    status_ = static_cast<int>(word);
    break;
  case CLUSTER_TASK_ARGUMENT:
    argument_ = word;
    break;
  case CLUSTER_TASK:
    post_task(request, counters.cycles);
    break;
  case CLUSTER_TRAP_PC:
    staged.trap_pc = word;
    break;
  case CLUSTER_TRAP:
    throw Trap{request.core, staged.trap_pc, word};
  case CLUSTER_DMA_L1:
    staged.l1 = word;
    break;
  case CLUSTER_DMA_L2:
    staged.l2 = word;
    break;
  case CLUSTER_DMA_LINES:
    staged.lines = word;
    break;
  case CLUSTER_DMA_L1_STRIDE:
    staged.l1_stride = word;
    break;
  case CLUSTER_DMA_L2_STRIDE:
    staged.l2_stride = word;
    break;
  case CLUSTER_DMA_LOAD:
  case CLUSTER_DMA_STORE:
  case CLUSTER_DMA_LOAD_2D:
  case CLUSTER_DMA_STORE_2D:
    return start_dma(request, counters.cycles);
  case CLUSTER_DMA_LOADS:
    return wait(request, loads_.finished(), Region::dma, counters.cycles);
  case CLUSTER_DMA_STORES:
    return wait(request, stores_.finished(), Region::dma, counters.cycles);
  case CLUSTER_L3_EXTERNAL:
    staged.external = word;
    break;
  case CLUSTER_L3_L2:
    staged.external_l2 = word;
    break;
  case CLUSTER_L3_RAM_READ:
    start_external(ExternalKind::ram_read, request, counters.cycles);
    break;
  case CLUSTER_L3_RAM_WRITE:
    start_external(ExternalKind::ram_write, request, counters.cycles);
    break;
  case CLUSTER_L3_FLASH_READ:
    start_external(ExternalKind::flash_read, request, counters.cycles);
    break;
  case CLUSTER_L3_TRANSFERS:
    return wait(request, external_.finished(Urgency::needed), Region::l3, counters.cycles);
  case CLUSTER_L3_AHEAD:
    return wait(request, external_.finished(Urgency::ahead), Region::l3, counters.cycles);
  case CLUSTER_L3_URGENCY:
    staged.urgency = word == 0 ? Urgency::needed : Urgency::ahead;
    break;
  case CLUSTER_HOST_FIRST:
  case CLUSTER_HOST_SECOND:
  case CLUSTER_HOST_THIRD:
    staged.host[(request.offset - CLUSTER_HOST_FIRST) / 4] = word;
    break;
  case CLUSTER_HOST_CALL:
    call_host(request.core, word, counters);
    break;
  default:
    throw Fault(text("a store to control register 0x%02x, which there is not", request.offset));
  }
  return {};
}

void Control::start_external(ExternalKind kind, const ControlRequest &request, uint64_t now) {
  const Staged &staged = cores_[request.core];
  external_.start(kind, staged.urgency, staged.external, staged.external_l2, request.word, now);
}

ControlAnswer Control::barrier() {
  if (arrived_ != all()) {
    return {false};
  }
  if (++released_ == machine_.cores) {
    arrived_ = released_ = 0;
  }
  return {true, 0, machine_.barrier_cycles};
}

void Control::post_task(const ControlRequest &request, uint64_t now) {
  task_ = request.word;
  tasks_++;
  cores_[request.core].tasks = tasks_;
  posted_ = now;
  idle_ = 0;
  in_task_ = true;
  profile_.enter(now);
}

ControlAnswer Control::take_task(uint32_t core, uint64_t now) {
  if (cores_[core].tasks == tasks_ || posted_ == now) {
    return {false};
  }
  cores_[core].tasks = tasks_;
  return {true, task_, machine_.barrier_cycles};
}

ControlAnswer Control::join(uint32_t core, uint64_t now) {
  if ((idle_ | 1u << core) != all()) {
    return {false};
  }
  in_task_ = false;
  profile_.leave(Region::compute, now);
  return {true, 0, machine_.cores == 1 ? 1 : machine_.barrier_cycles};
}

ControlAnswer Control::start_dma(const ControlRequest &request, uint64_t now) {
  if (loads_.waiting() + stores_.waiting() >= machine_.dma_queue) {
    return {false};
  }
  const Staged &staged = cores_[request.core];
  const bool has_lines = request.offset == CLUSTER_DMA_LOAD_2D || request.offset == CLUSTER_DMA_STORE_2D;
  const bool loads = request.offset == CLUSTER_DMA_LOAD || request.offset == CLUSTER_DMA_LOAD_2D;
  DmaCommand command = {staged.l1, staged.l2, request.word, 1, 0, 0, now + machine_.dma_latency_cycles, now};
  if (has_lines) {
    command.lines = staged.lines;
    command.l1_stride = staged.l1_stride;
    command.l2_stride = staged.l2_stride;
  }
  (loads ? loads_ : stores_).start(command);
  return {};
}

/* Numbers wrap around: one is done when it is at most half of all numbers behind. */
ControlAnswer Control::wait(const ControlRequest &request, uint32_t finished, Region region, uint64_t now) {
  const bool is_done = static_cast<int32_t>(finished - request.word) >= 0;
  if (request.core == 0 && !in_task_ && is_done == waits_) {
    waits_ = !is_done;
    waits_ ? profile_.enter(now) : profile_.leave(region, now);
  }
  return {is_done};
}

std::string Control::name_at(uint32_t address) {
  std::string name;
  for (const uint8_t *at = memories_.l2.at(address, 1); at != nullptr && *at != 0;
       at = memories_.l2.at(++address, 1)) {
    name += static_cast<char>(*at);
  }
  return name;
}
