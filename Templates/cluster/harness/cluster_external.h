/* SPDX-License-Identifier: Apache-2.0 */
/* The engine between L2 and external memory: one transfer at a time, in bursts, whose bytes move at their
 * end. Transfers wait in two queues, each served in order; those of the second go on while the first is
 * empty. A transfer that was put off begins again with a first burst. */
#ifndef CLUSTER_EXTERNAL_H
#define CLUSTER_EXTERNAL_H

#include <deque>

#include "cluster_memory.h"
#include "cluster_timeline.h"

enum class ExternalKind { ram_read, ram_write, flash_read };

/* The two queues. */
enum class Urgency { needed, ahead };

class ExternalEngine {
public:
  ExternalEngine(const Configuration &machine, Memories &memories, Timeline &timeline)
      : machine_(machine), memories_(memories), timeline_(timeline) {}

  /* Starts a transfer between an offset of RAM or flash and an address of L2. Throws Fault where offset,
   * address or bytes are not multiples of 4, or leave the memories. */
  void start(ExternalKind kind, Urgency urgency, uint32_t external, uint32_t l2, uint32_t bytes,
             uint64_t now);

  /* Moves the burst that ends in this cycle. */
  void cycle(uint64_t now) {
    if (now >= next_) {
      end_burst();
    }
  }

  /* The cycle in which the next burst ends; UINT64_MAX where nothing is under way. */
  uint64_t next() const { return next_; }

  /* Transfers of a queue are numbered from 1 on. */
  uint32_t started(Urgency urgency) const {
    const Queue &queue = this->queue(urgency);
    return queue.finished + static_cast<uint32_t>(queue.transfers.size());
  }
  uint32_t finished(Urgency urgency) const { return queue(urgency).finished; }

private:
  struct Transfer {
    ExternalKind kind;
    uint32_t external, l2, bytes;
    uint32_t moved; /* bytes */
    uint64_t begin;
  };
  struct Queue {
    std::deque<Transfer> transfers;
    uint32_t finished = 0;
  };
  struct Timing {
    uint32_t burst_bytes, first_cycles, next_cycles;
  };

  Timing timing(ExternalKind kind) const;
  void begin_transfer(Urgency urgency, uint64_t now);
  void end_burst();
  Queue &queue(Urgency urgency) { return queues_[static_cast<size_t>(urgency)]; }
  const Queue &queue(Urgency urgency) const { return queues_[static_cast<size_t>(urgency)]; }

  const Configuration &machine_;
  Memories &memories_;
  Timeline &timeline_;
  Queue queues_[2];
  Urgency current_ = Urgency::needed; /* whose first transfer is under way */
  uint64_t next_ = UINT64_MAX;
};

#endif
