/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_external.h"

#include <algorithm>

#include "cluster_errors.h"

static const char *name(ExternalKind kind) {
  switch (kind) {
  case ExternalKind::ram_read:
    return "read from RAM";
  case ExternalKind::ram_write:
    return "write to RAM";
  case ExternalKind::flash_read:
    return "read from flash";
  }
  return "";
}

ExternalEngine::Timing ExternalEngine::timing(ExternalKind kind) const {
  switch (kind) {
  case ExternalKind::ram_read:
    return {machine_.ram_burst_bytes, machine_.ram_read_first_cycles, machine_.ram_read_next_cycles};
  case ExternalKind::ram_write:
    return {machine_.ram_burst_bytes, machine_.ram_write_first_cycles, machine_.ram_write_next_cycles};
  case ExternalKind::flash_read:
    return {machine_.flash_burst_bytes, machine_.flash_first_cycles, machine_.flash_next_cycles};
  }
  return {};
}

void ExternalEngine::start(ExternalKind kind, Urgency urgency, uint32_t external, uint32_t l2, uint32_t bytes,
                           uint64_t now) {
  if (external % 4 != 0 || l2 % 4 != 0 || bytes % 4 != 0) {
    throw Fault(text("a %s of %u bytes, 0x%08x there and 0x%08x in L2, is not aligned to 4 bytes", name(kind),
                     bytes, external, l2));
  }
  Memory &memory = kind == ExternalKind::flash_read ? memories_.flash : memories_.ram;
  if (bytes == 0 || memory.at(external, bytes) == nullptr || memories_.l2.at(l2, bytes) == nullptr) {
    throw Fault(text("a %s of %u bytes, 0x%08x there and 0x%08x in L2, leaves %u bytes of %s or %u of L2",
                     name(kind), bytes, external, l2, memory.size(), memory.name, memories_.l2.size()));
  }
  queue(urgency).transfers.push_back({kind, external, l2, bytes, 0, now});
  if (next_ == UINT64_MAX) {
    begin_transfer(urgency, now);
  }
}

void ExternalEngine::begin_transfer(Urgency urgency, uint64_t now) {
  current_ = urgency;
  next_ = now + timing(queue(urgency).transfers.front().kind).first_cycles;
}

void ExternalEngine::end_burst() {
  Queue &queue = this->queue(current_);
  Transfer &transfer = queue.transfers.front();
  const Timing timing = this->timing(transfer.kind);
  const uint32_t bytes = std::min(timing.burst_bytes, transfer.bytes - transfer.moved);
  Memory &memory = transfer.kind == ExternalKind::flash_read ? memories_.flash : memories_.ram;
  uint8_t *external = memory.at(transfer.external + transfer.moved, bytes);
  uint8_t *l2 = memories_.l2.at(transfer.l2 + transfer.moved, bytes);
  const bool writes = transfer.kind == ExternalKind::ram_write;
  std::memcpy(writes ? external : l2, writes ? l2 : external, bytes);
  transfer.moved += bytes;
  const uint64_t now = next_;
  const bool is_put_off = current_ == Urgency::ahead && !this->queue(Urgency::needed).transfers.empty();
  if (transfer.moved < transfer.bytes && !is_put_off) {
    next_ = now + timing.next_cycles;
    return;
  }
  if (transfer.moved == transfer.bytes) {
    timeline_.add("l3", name(transfer.kind), transfer.begin, now, transfer.bytes);
    queue.finished++;
    queue.transfers.pop_front();
  }
  next_ = UINT64_MAX;
  for (const Urgency urgency : {Urgency::needed, Urgency::ahead}) {
    if (next_ == UINT64_MAX && !this->queue(urgency).transfers.empty()) {
      begin_transfer(urgency, now);
    }
  }
}
