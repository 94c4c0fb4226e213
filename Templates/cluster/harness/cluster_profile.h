/* SPDX-License-Identifier: Apache-2.0 */
/* Where the cycles of every layer went, as the first core lives them, and the report about it. */
#ifndef CLUSTER_PROFILE_H
#define CLUSTER_PROFILE_H

#include <cstdint>
#include <string>
#include <vector>

#include "cluster_timeline.h"

/* What the first core can be busy with; the rest of the time is control. */
enum class Region { compute, dma, l3 };

/* Counters of the machine since its start. */
struct Counters {
  uint64_t cycles, conflicts, refills;
};

class Profile {
public:
  explicit Profile(Timeline &timeline) : timeline_(timeline) {}

  /* The first core enters and leaves a region. */
  void enter(uint64_t now) { entered_ = now; }
  void leave(Region region, uint64_t now);

  void begin_layer(uint32_t step, const std::string &name, const Counters &counters);
  void end_layer(const Counters &counters);

  /* Around what happens once, before the samples, and around each sample. */
  void begin_load(uint64_t now) { load_cycles_ = now; }
  void end_load(uint64_t now) { load_cycles_ = now - load_cycles_; }
  void begin_sample(uint64_t now) { samples_.push_back({now, {}}); }
  void end_sample(uint64_t now);

  /* The layer that runs, for messages; `(none)` outside layers. */
  std::string layer() const;

  /* Writes {"load": {"cycles"}, "samples": [{"cycles", "layers": [...]}], "faults": [...]}. Throws
   * InputError. */
  void write(const std::string &path, const std::vector<std::string> &faults) const;

private:
  struct Layer {
    uint32_t step;
    std::string name;
    Counters counters; /* at its begin, then its own */
    uint64_t regions[3];
  };
  struct Sample {
    uint64_t cycles; /* at its begin, then its own */
    std::vector<Layer> layers;
  };

  Timeline &timeline_;
  std::vector<Sample> samples_;
  uint64_t load_cycles_ = 0;
  uint64_t entered_ = 0;
  bool in_layer_ = false;
};

#endif
