/* SPDX-License-Identifier: Apache-2.0 */
/* The program that the cores run: a 32-bit RISC-V ELF executable. */
#ifndef CLUSTER_PROGRAM_H
#define CLUSTER_PROGRAM_H

#include <string>
#include <vector>

#include "cluster_memory.h"

class Program {
public:
  /* Puts the segments of a file into L1 and L2. Throws InputError. */
  Program(const std::string &path, Memories &memories);

  uint32_t entry() const { return entry_; }

  /* `symbol + offset` of the last symbol at or before an address; `?` outside the program. */
  std::string symbol_at(uint32_t address) const;

private:
  struct Symbol {
    uint32_t address;
    std::string name;
  };

  void load_segments(const std::string &path, const std::vector<uint8_t> &file, Memories &memories);
  void read_symbols(const std::vector<uint8_t> &file);

  uint32_t entry_ = 0, end_ = 0; /* of the segments in L2 */
  std::vector<Symbol> symbols_;  /* by address */
};

#endif
