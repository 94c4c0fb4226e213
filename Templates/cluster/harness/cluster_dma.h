/* SPDX-License-Identifier: Apache-2.0 */
/* The engine between L2 and L1. Loads and stores go on side by side; commands of one direction are served in
 * order, one after another, their latencies overlapped. Every word is a real access to a bank of L1;
 * L2 gives and takes them through a port of the engine's own. */
#ifndef CLUSTER_DMA_H
#define CLUSTER_DMA_H

#include <deque>

#include "cluster_banks.h"
#include "cluster_memory.h"
#include "cluster_timeline.h"

/* Equally long lines, between addresses of L1 and of L2. */
struct DmaCommand {
  uint32_t l1, l2, bytes, lines, l1_stride, l2_stride;
  uint64_t ready; /* first cycle in which a byte can move */
  uint64_t begin; /* cycle of the command */
};

/* One direction. Commands are numbered from 1 on. */
class DmaChannel {
public:
  DmaChannel(const Configuration &machine, Memories &memories, bool to_l1, Timeline &timeline);

  /* Starts a command. Throws Fault where it leaves the memories. */
  void start(const DmaCommand &command);

  /* Moves what the banks allow. */
  void cycle(Banks &banks, uint64_t now) {
    if (!commands_.empty()) {
      move(banks, now);
    }
  }

  /* Makes the commands that finished in this cycle known. */
  void end_cycle() { known_ = finished_; }

  uint32_t started() const { return finished_ + waiting(); }
  uint32_t finished() const { return known_; }
  uint32_t waiting() const { return static_cast<uint32_t>(commands_.size()); }

private:
  void move(Banks &banks, uint64_t now);
  void next_line(uint64_t now);

  const uint32_t ports_, line_cycles_;
  const bool to_l1_;
  Memories &memories_;
  Timeline &timeline_;
  std::deque<DmaCommand> commands_; /* the first is under way */
  uint32_t line_ = 0, offset_ = 0;  /* progress of the first command */
  uint64_t resume_ = 0;             /* first cycle of its next line */
  uint32_t finished_ = 0, known_ = 0;
};

#endif
