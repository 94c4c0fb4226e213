/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_dma.h"

#include <algorithm>

#include "cluster_errors.h"

DmaChannel::DmaChannel(const Configuration &machine, Memories &memories, bool to_l1, Timeline &timeline)
    : ports_(machine.dma_bytes_per_cycle / 4), line_cycles_(machine.dma_line_cycles), to_l1_(to_l1),
      memories_(memories), timeline_(timeline) {}

void DmaChannel::start(const DmaCommand &command) {
  const uint64_t last = command.lines - 1;
  const uint64_t l1_end = command.l1 + last * command.l1_stride;
  const uint64_t l2_end = command.l2 + last * command.l2_stride;
  if (command.bytes == 0 || command.lines == 0 || l1_end > UINT32_MAX || l2_end > UINT32_MAX ||
      memories_.l1.at(command.l1, command.bytes) == nullptr ||
      memories_.l2.at(command.l2, command.bytes) == nullptr ||
      memories_.l1.at(static_cast<uint32_t>(l1_end), command.bytes) == nullptr ||
      memories_.l2.at(static_cast<uint32_t>(l2_end), command.bytes) == nullptr) {
    throw Fault(
        text("a DMA copy of %u lines of %u bytes, 0x%08x in L1 with stride %u, 0x%08x in L2 with stride %u, "
             "leaves these memories",
             command.lines, command.bytes, command.l1, command.l1_stride, command.l2, command.l2_stride));
  }
  commands_.push_back(command);
}

void DmaChannel::move(Banks &banks, uint64_t now) {
  const DmaCommand &command = commands_.front();
  if (now < command.ready || now < resume_) {
    return;
  }
  for (uint32_t port = 0; port < ports_ && offset_ < command.bytes; port++) {
    const uint32_t l1 = command.l1 + line_ * command.l1_stride + offset_;
    const uint32_t l2 = command.l2 + line_ * command.l2_stride + offset_;
    const uint32_t bytes = std::min(4 - (l1 & 3), command.bytes - offset_);
    if (!banks.take(l1)) {
      return;
    }
    uint8_t *in_l1 = memories_.l1.at(l1, bytes);
    uint8_t *in_l2 = memories_.l2.at(l2, bytes);
    std::memcpy(to_l1_ ? in_l1 : in_l2, to_l1_ ? in_l2 : in_l1, bytes);
    offset_ += bytes;
  }
  if (offset_ == command.bytes) {
    next_line(now);
  }
}

void DmaChannel::next_line(uint64_t now) {
  const DmaCommand &command = commands_.front();
  offset_ = 0;
  resume_ = now + 1 + (command.lines > 1 ? line_cycles_ : 0);
  if (++line_ < command.lines) {
    return;
  }
  timeline_.add(to_l1_ ? "load" : "store", "", command.begin, now + 1,
                uint64_t(command.bytes) * command.lines);
  line_ = 0;
  finished_++;
  commands_.pop_front();
}
