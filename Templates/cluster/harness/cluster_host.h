/* SPDX-License-Identifier: Apache-2.0 */
/* The files around a run: what RAM and flash hold at the start, inputs, outputs, layers. They are read and
 * written at once, in no simulated time. */
#ifndef CLUSTER_HOST_H
#define CLUSTER_HOST_H

#include <cstdio>
#include <memory>
#include <string>

#include "cluster_memory.h"

/* Paths, empty where an option is absent. */
struct HostFiles {
  std::string weights, input, output, layers;
  long samples = -1; /* -1: as many as the input file holds */
};

/* Where bytes lie: in what the cores address, in RAM or in flash. */
enum class HostLevel : uint32_t { cores, ram, flash };

class Host {
public:
  Host(const HostFiles &files, Memories &memories) : files_(files), memories_(memories) {}

  /* Fills RAM and flash from the weights file, which has exactly these sizes and this checksum. */
  void read_weights(uint32_t ram_bytes, uint32_t flash_bytes, uint32_t crc);

  /* Whether there is another sample to run. */
  bool next_sample();

  void read_input(HostLevel level, uint32_t address, uint32_t bytes);
  void write_output(HostLevel level, uint32_t address, uint32_t bytes);
  void write_layer(HostLevel level, uint32_t address, uint32_t bytes);

  /* Closes the files, so that an error in writing shows. */
  void finish();

private:
  struct Close {
    void operator()(FILE *file) const { fclose(file); }
  };
  using File = std::unique_ptr<FILE, Close>;

  static File open(const std::string &path, const char *option, const char *mode);
  uint8_t *bytes(HostLevel level, uint32_t address, uint32_t count);
  void write(File &file, const std::string &path, const uint8_t *from, uint32_t count);
  static void close(File &file, const std::string &path);

  const HostFiles &files_;
  Memories &memories_;
  File input_, output_, layers_;
  long samples_ = 0;
};

#endif
