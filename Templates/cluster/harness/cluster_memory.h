/* SPDX-License-Identifier: Apache-2.0 */
/* The memories and where they lie. */
#ifndef CLUSTER_MEMORY_H
#define CLUSTER_MEMORY_H

#include <cstdint>
#include <cstring>
#include <vector>

#include "cluster_configuration.h"

/* Bytes from a base address on. They start as poison, so that use before a write shows in the results. */
class Memory {
public:
  Memory(const char *name, uint32_t base, uint32_t bytes)
      : name(name), base(base), size_(bytes), bytes_(uint64_t(bytes) + 1, 0xA5) {}

  const char *const name;
  const uint32_t base;

  uint32_t size() const { return size_; }

  bool holds(uint32_t address) const { return address - base < size_; }

  /* The bytes from an address on, or null where they do not all lie inside. */
  uint8_t *at(uint32_t address, uint64_t count) {
    const uint32_t offset = address - base;
    return count <= size_ && offset <= size_ - count ? bytes_.data() + offset : nullptr;
  }

  /* The aligned word of an address that the memory holds. */
  uint32_t word(uint32_t address) const {
    uint32_t value;
    std::memcpy(&value, bytes_.data() + ((address - base) & ~3u), 4);
    return value;
  }

  /* Writes those bytes of the aligned word whose bit in `enable` is set. */
  void write(uint32_t address, uint32_t value, uint32_t enable) {
    uint8_t *to = bytes_.data() + ((address - base) & ~3u);
    if (enable == 15) {
      std::memcpy(to, &value, 4);
      return;
    }
    for (int i = 0; i < 4; i++) {
      if (enable >> i & 1) {
        to[i] = static_cast<uint8_t>(value >> 8 * i);
      }
    }
  }

private:
  const uint32_t size_;
  std::vector<uint8_t> bytes_; /* and one more, so that an empty memory has an address */
};

constexpr uint32_t L1_BASE = 0x10000000, L2_BASE = 0x1C000000, CONTROL_BASE = 0x10200000,
                   CONTROL_BYTES = 0x1000;

/* Cores address L1 and L2; RAM and flash, which only the L3 engine reaches, begin at 0. */
struct Memories {
  explicit Memories(const Configuration &machine)
      : l1("L1", L1_BASE, machine.l1_bytes), l2("L2", L2_BASE, machine.l2_bytes),
        ram("RAM", 0, machine.ram_bytes), flash("flash", 0, machine.flash_bytes) {}

  Memory l1, l2, ram, flash;
};

#endif
