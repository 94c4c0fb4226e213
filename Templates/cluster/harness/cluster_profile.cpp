/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_profile.h"

#include <cinttypes>
#include <cstdio>

#include "cluster_errors.h"

void Profile::leave(Region region, uint64_t now) {
  static const char *const names[] = {"compute", "dma", "l3"};
  const int index = static_cast<int>(region);
  timeline_.add("core", names[index], entered_, now, 0);
  if (in_layer_) {
    samples_.back().layers.back().regions[index] += now - entered_;
  }
}

void Profile::begin_layer(uint32_t step, const std::string &name, const Counters &counters) {
  if (samples_.empty()) {
    throw Fault("layer '" + name + "' begins outside a sample");
  }
  samples_.back().layers.push_back({step, name, counters, {}});
  in_layer_ = true;
}

void Profile::end_layer(const Counters &counters) {
  if (!in_layer_) {
    throw Fault("a layer ends that did not begin");
  }
  Layer &layer = samples_.back().layers.back();
  timeline_.add("layer", layer.name, layer.counters.cycles, counters.cycles, 0);
  layer.counters = {counters.cycles - layer.counters.cycles, counters.conflicts - layer.counters.conflicts,
                    counters.refills - layer.counters.refills};
  in_layer_ = false;
}

void Profile::end_sample(uint64_t now) {
  if (samples_.empty()) {
    throw Fault("a sample ends that did not begin");
  }
  samples_.back().cycles = now - samples_.back().cycles;
}

std::string Profile::layer() const {
  return in_layer_ ? samples_.back().layers.back().name : "(none)";
}

void Profile::write(const std::string &path, const std::vector<std::string> &faults) const {
  FILE *file = fopen(path.c_str(), "w");
  if (file == nullptr) {
    throw InputError("cannot write '" + path + "'");
  }
  fprintf(file, "{\"load\": {\"cycles\": %" PRIu64 "}, \"samples\": [", load_cycles_);
  for (size_t i = 0; i < samples_.size(); i++) {
    fprintf(file, "%s\n  {\"cycles\": %" PRIu64 ", \"layers\": [", i == 0 ? "" : ",", samples_[i].cycles);
    const char *separator = "";
    for (const Layer &layer : samples_[i].layers) {
      const uint64_t *regions = layer.regions;
      const uint64_t control = layer.counters.cycles - regions[0] - regions[1] - regions[2];
      fprintf(file,
              "%s\n    {\"step\": %u, \"name\": %s, \"cycles\": %" PRIu64 ", \"compute\": %" PRIu64
              ", \"dma\": %" PRIu64 ", \"l3\": %" PRIu64 ", \"control\": %" PRIu64 ", \"conflicts\": %" PRIu64
              ", \"cacheMisses\": %" PRIu64 "}",
              separator, layer.step, json(layer.name).c_str(), layer.counters.cycles, regions[0], regions[1],
              regions[2], control, layer.counters.conflicts, layer.counters.refills);
      separator = ",";
    }
    fprintf(file, "]}");
  }
  fprintf(file, "], \"faults\": [");
  for (size_t i = 0; i < faults.size(); i++) {
    fprintf(file, "%s%s", i == 0 ? "" : ", ", json(faults[i]).c_str());
  }
  fprintf(file, "]}\n");
  if (fclose(file) != 0) {
    throw InputError("cannot write '" + path + "'");
  }
}
