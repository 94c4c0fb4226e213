/* SPDX-License-Identifier: Apache-2.0 */
/* L1's banks: each serves one access a cycle, whoever asks first. Consecutive words lie in consecutive banks.
 */
#ifndef CLUSTER_BANKS_H
#define CLUSTER_BANKS_H

#include <cstdint>

class Banks {
public:
  /* The count is a power of two up to 64. */
  explicit Banks(uint32_t count) : mask_(count - 1) {}

  /* Frees all banks for the next cycle. */
  void begin_cycle() { taken_ = 0; }

  /* Takes the bank of an address for this cycle; false where it is taken. */
  bool take(uint32_t address) {
    const uint64_t bank = uint64_t(1) << (address >> 2 & mask_);
    const bool was_free = (taken_ & bank) == 0;
    taken_ |= bank;
    return was_free;
  }

private:
  const uint32_t mask_;
  uint64_t taken_ = 0;
};

#endif
