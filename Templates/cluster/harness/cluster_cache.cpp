/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_cache.h"

#include <algorithm>

InstructionCache::InstructionCache(const Configuration &machine)
    : refill_cycles_(machine.icache_refill_cycles), ways_(machine.icache_ways),
      always_hits_(machine.icache_bytes == 0) {
  if (always_hits_) {
    tags_.assign(ways_, 1);
    return;
  }
  while (1u << line_shift_ < machine.icache_line_bytes) {
    line_shift_++;
  }
  line_mask_ = ~(machine.icache_line_bytes - 1);
  const uint32_t sets = machine.icache_bytes / machine.icache_line_bytes / ways_;
  set_mask_ = sets - 1;
  tags_.assign(sets * ways_, 1);
  victims_.assign(sets, 0);
}

bool InstructionCache::ask(uint32_t line) {
  if (always_hits_) {
    return true;
  }
  if (std::find(wanted_.begin(), wanted_.end(), line) == wanted_.end()) {
    wanted_.push_back(line);
  }
  return false;
}

void InstructionCache::install(uint32_t line) {
  const uint32_t set = set_of(line);
  tags_[set * ways_ + victims_[set]] = line;
  victims_[set] = (victims_[set] + 1) % ways_;
  generation_++;
  refills_++;
}

bool InstructionCache::begin_cycle(uint64_t now) {
  if (busy_ && now >= done_) {
    install(wanted_.front());
    wanted_.pop_front();
    busy_ = false;
  }
  if (busy_ || wanted_.empty()) {
    return false;
  }
  busy_ = true;
  /* Asked for in the cycle before this one; a hit would have answered in this one. */
  done_ = now + refill_cycles_ - 1;
  return true;
}
