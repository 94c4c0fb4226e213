/* SPDX-License-Identifier: Apache-2.0 */
/* Cores, memories and engines, cycle by cycle. */
#ifndef CLUSTER_H
#define CLUSTER_H

#include <memory>
#include <vector>

#include "cluster_banks.h"
#include "cluster_cache.h"
#include "cluster_control.h"
#include "cluster_core.h"
#include "cluster_errors.h"
#include "cluster_program.h"

/* How to run: the same cycles whichever way, but not as fast. */
struct RunOptions {
  uint64_t most_cycles = UINT64_MAX;
  bool every_core_every_cycle = false; /* also those that are still */
};

class Cluster {
public:
  Cluster(const Configuration &machine, Memories &memories, const Program &program, Host &host,
          Profile &profile, Timeline &timeline, const RunOptions &options);

  /* Runs until the program ends. Returns its status. Throws Fault and InputError. */
  int run();

  /* Of the last cycle. */
  uint64_t cycles() const { return now_; }
  uint64_t conflicts() const { return conflicts_; }

private:
  Counters counters() const { return {now_, conflicts_, cache_.refills()}; }
  void cycle();
  void serve(uint32_t index);
  void serve_control(uint32_t index, const DataRequest &request);
  void live(uint32_t index);
  bool fetch(uint32_t core, uint32_t address, uint32_t &word);
  void skip_to_next_burst();
  [[noreturn]] void explain(const Trap &trap) const;
  std::string place(uint32_t core, uint32_t pc) const;

  /* Where a core fetched last: its line is a hit while the cache is the same. */
  struct LastFetch {
    uint32_t line = 1, generation = 0;
  };

  const Configuration &machine_;
  const RunOptions options_;
  Memories &memories_;
  const Program &program_;
  Banks banks_;
  InstructionCache cache_;
  DmaChannel loads_, stores_;
  ExternalEngine external_;
  Control control_;
  VerilatedContext context_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::vector<LastFetch> last_fetches_;
  uint64_t now_ = 0, conflicts_ = 0;
  uint32_t first_ =
      0; /* who is served first in this cycle: a core, or one direction of the DMA after the last */
  bool l2_is_taken_ = false;
};

#endif
