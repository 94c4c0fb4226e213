/* SPDX-License-Identifier: Apache-2.0 */
/* The instruction cache that all cores share: a hit answers every core in one cycle; misses are refilled from
 * L2 one line after another, in the order in which they were asked for. A set replaces its lines in turn. */
#ifndef CLUSTER_CACHE_H
#define CLUSTER_CACHE_H

#include <cstdint>
#include <deque>
#include <vector>

#include "cluster_configuration.h"

class InstructionCache {
public:
  explicit InstructionCache(const Configuration &machine);

  /* Whether the cache holds the word of an address. Where it does not, the line is asked for. */
  bool holds(uint32_t address) {
    const uint32_t line = address & line_mask_;
    const uint32_t *set = &tags_[set_of(line) * ways_];
    for (uint32_t way = 0; way < ways_; way++) {
      if (set[way] == line) {
        return true;
      }
    }
    return ask(line);
  }

  /* The first address of the line of an address. */
  uint32_t line(uint32_t address) const { return address & line_mask_; }

  /* Changes whenever a line is replaced: a line that was held is held while this is the same. */
  uint32_t generation() const { return generation_; }

  /* Lines that were refilled so far. */
  uint64_t refills() const { return refills_; }

  /* Goes on with refills. Returns whether one begins, and so takes the port of L2 for this cycle. */
  bool begin_cycle(uint64_t now);

private:
  uint32_t set_of(uint32_t line) const { return line >> line_shift_ & set_mask_; }
  bool ask(uint32_t line);
  void install(uint32_t line);

  const uint32_t refill_cycles_, ways_;
  uint32_t line_shift_ = 0, line_mask_ = ~0u, set_mask_ = 0;
  bool always_hits_;
  uint32_t generation_ = 1;
  uint64_t refills_ = 0;
  std::vector<uint32_t> tags_;    /* by set and way; first addresses of lines, 1 where there is none */
  std::vector<uint32_t> victims_; /* by set: the way to replace next */
  std::deque<uint32_t> wanted_;   /* lines to refill; the first is under way while busy */
  bool busy_ = false;
  uint64_t done_ = 0; /* cycle at whose begin the refill under way ends */
};

#endif
