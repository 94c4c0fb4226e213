/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_host.h"

#include "cluster_errors.h"

/* The checksum of ISO 3309 (polynomial 0xEDB88320, reflected) of more bytes after those that gave `crc`. */
static uint32_t crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  crc = ~crc;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xEDB88320) : 0);
    }
  }
  return ~crc;
}

Host::File Host::open(const std::string &path, const char *option, const char *mode) {
  if (path.empty()) {
    throw UsageError(text("missing option '%s'", option));
  }
  File file(fopen(path.c_str(), mode));
  if (file == nullptr) {
    throw InputError(text("cannot %s '%s'", *mode == 'r' ? "read" : "write", path.c_str()));
  }
  return file;
}

uint8_t *Host::bytes(HostLevel level, uint32_t address, uint32_t count) {
  Memory &memory = level == HostLevel::ram       ? memories_.ram
                   : level == HostLevel::flash   ? memories_.flash
                   : memories_.l1.holds(address) ? memories_.l1
                                                 : memories_.l2;
  uint8_t *found = memory.at(address, count);
  if (found == nullptr) {
    throw Fault(text("a tensor of %u bytes at 0x%08x of %s, which has %u", count, address - memory.base,
                     memory.name, memory.size()));
  }
  return found;
}

void Host::read_weights(uint32_t ram_bytes, uint32_t flash_bytes, uint32_t crc) {
  uint8_t *ram = bytes(HostLevel::ram, 0, ram_bytes);
  uint8_t *flash = bytes(HostLevel::flash, 0, flash_bytes);
  const File file = open(files_.weights, "--weights", "rb");
  const size_t got = fread(ram, 1, ram_bytes, file.get()) + fread(flash, 1, flash_bytes, file.get());
  if (got != uint64_t(ram_bytes) + flash_bytes || fgetc(file.get()) != EOF) {
    throw InputError(text("'%s' is not of %u bytes", files_.weights.c_str(), ram_bytes + flash_bytes));
  }
  const uint32_t found = crc32(crc32(0, ram, ram_bytes), flash, flash_bytes);
  if (found != crc) {
    throw InputError(
        text("'%s' has checksum 0x%08x, this network needs 0x%08x", files_.weights.c_str(), found, crc));
  }
}

bool Host::next_sample() {
  if (input_ == nullptr) {
    input_ = open(files_.input, "--input", "rb");
    output_ = open(files_.output, "--output", "wb");
  }
  if (samples_ == files_.samples) {
    return false;
  }
  const int first = fgetc(input_.get());
  if (first == EOF) {
    if (files_.samples >= 0) {
      throw InputError(
          text("'%s' holds %ld samples, %ld were asked for", files_.input.c_str(), samples_, files_.samples));
    }
    return false;
  }
  ungetc(first, input_.get());
  samples_++;
  return true;
}

void Host::read_input(HostLevel level, uint32_t address, uint32_t count) {
  const size_t got = input_ == nullptr ? 0 : fread(bytes(level, address, count), 1, count, input_.get());
  if (got != count) {
    throw InputError(
        text("'%s' ends after %zu of the %u bytes of an input", files_.input.c_str(), got, count));
  }
}

void Host::write(File &file, const std::string &path, const uint8_t *from, uint32_t count) {
  if (file == nullptr || fwrite(from, 1, count, file.get()) != count) {
    throw InputError("cannot write '" + path + "'");
  }
}

void Host::write_output(HostLevel level, uint32_t address, uint32_t count) {
  write(output_, files_.output, bytes(level, address, count), count);
}

void Host::write_layer(HostLevel level, uint32_t address, uint32_t count) {
  if (files_.layers.empty()) {
    return;
  }
  if (layers_ == nullptr) {
    layers_ = open(files_.layers, "--layers", "wb");
  }
  write(layers_, files_.layers, bytes(level, address, count), count);
  /* Whoever waits for the run sees by the file how far it is. */
  if (fflush(layers_.get()) != 0) {
    throw InputError("cannot write '" + files_.layers + "'");
  }
}

void Host::close(File &file, const std::string &path) {
  if (file != nullptr && fclose(file.release()) != 0) {
    throw InputError("cannot write '" + path + "'");
  }
}

void Host::finish() {
  close(output_, files_.output);
  close(layers_, files_.layers);
}
