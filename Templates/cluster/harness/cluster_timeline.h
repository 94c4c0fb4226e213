/* SPDX-License-Identifier: Apache-2.0 */
/* What happened when, for a trace. The file is one JSON array of objects
 *
 *     {"track": "load", "name": "", "begin": 1200, "end": 1455, "bytes": 2048}
 *
 * in the order of their ends. Times are cycles; the interval is begin <= t < end. Tracks: `layer` (name: the
 * layer's), `core` (what the first core does: `compute`, `dma` or `l3` where it waits; nothing stands for
 * control), `load` and `store` (DMA commands), `l3` (name: the direction). `bytes` is 0 where nothing moves.
 */
#ifndef CLUSTER_TIMELINE_H
#define CLUSTER_TIMELINE_H

#include <cstdint>
#include <string>
#include <vector>

class Timeline {
public:
  /* Keeps events only where `is_kept`. */
  explicit Timeline(bool is_kept) : is_kept_(is_kept) {}

  void add(const char *track, const std::string &name, uint64_t begin, uint64_t end, uint64_t bytes) {
    if (is_kept_) {
      events_.push_back({track, name, begin, end, bytes});
    }
  }

  /* Writes the file. Throws InputError. */
  void write(const std::string &path) const;

private:
  struct Event {
    const char *track;
    std::string name;
    uint64_t begin, end, bytes;
  };

  const bool is_kept_;
  std::vector<Event> events_;
};

/* A text as a JSON string, quotes included. */
std::string json(const std::string &text);

#endif
