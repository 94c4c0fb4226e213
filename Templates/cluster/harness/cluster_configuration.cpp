/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster_configuration.h"

#include <cctype>
#include <fstream>
#include <map>
#include <sstream>

#include "cluster_errors.h"

namespace {

struct Key {
  const char *name;
  uint32_t Configuration::*field;
  uint32_t least, most;
};

constexpr uint32_t ANY = UINT32_MAX;

const Key KEYS[] = {
    {"cores", &Configuration::cores, 1, 16},
    {"l1_bytes", &Configuration::l1_bytes, 4096, 1u << 20},
    {"l2_bytes", &Configuration::l2_bytes, 4096, 1u << 26},
    {"tcdm_banks", &Configuration::tcdm_banks, 1, 64},
    {"l2_latency_cycles", &Configuration::l2_latency_cycles, 1, 1000},
    {"barrier_cycles", &Configuration::barrier_cycles, 1, 1000},
    {"dma_bytes_per_cycle", &Configuration::dma_bytes_per_cycle, 4, 64},
    {"dma_latency_cycles", &Configuration::dma_latency_cycles, 0, 100000},
    {"dma_line_cycles", &Configuration::dma_line_cycles, 0, 1000},
    {"dma_queue", &Configuration::dma_queue, 1, 1024},
    {"icache_bytes", &Configuration::icache_bytes, 0, 1u << 20},
    {"icache_line_bytes", &Configuration::icache_line_bytes, 4, 256},
    {"icache_ways", &Configuration::icache_ways, 1, 64},
    {"icache_refill_cycles", &Configuration::icache_refill_cycles, 1, 10000},
    {"ram_bytes", &Configuration::ram_bytes, 0, 1u << 30},
    {"ram_burst_bytes", &Configuration::ram_burst_bytes, 4, 1u << 20},
    {"ram_read_first_cycles", &Configuration::ram_read_first_cycles, 1, ANY},
    {"ram_read_next_cycles", &Configuration::ram_read_next_cycles, 1, ANY},
    {"ram_write_first_cycles", &Configuration::ram_write_first_cycles, 1, ANY},
    {"ram_write_next_cycles", &Configuration::ram_write_next_cycles, 1, ANY},
    {"flash_bytes", &Configuration::flash_bytes, 0, 1u << 30},
    {"flash_burst_bytes", &Configuration::flash_burst_bytes, 0, 1u << 20},
    {"flash_first_cycles", &Configuration::flash_first_cycles, 0, ANY},
    {"flash_next_cycles", &Configuration::flash_next_cycles, 0, ANY},
    {"master_stack_bytes", &Configuration::master_stack_bytes, 0, 1u << 20},
    {"worker_stack_bytes", &Configuration::worker_stack_bytes, 0, 1u << 20},
    {"code_reserve_bytes", &Configuration::code_reserve_bytes, 0, 1u << 26},
};

uint32_t number(const std::string &path, const std::string &key, const std::string &value) {
  const bool digits =
      !value.empty() && value.size() <= 10 && value.find_first_not_of("0123456789") == std::string::npos;
  const unsigned long long result = digits ? std::stoull(value) : UINT64_MAX;
  if (result > UINT32_MAX) {
    throw InputError(path + ": '" + key + "' is '" + value + "', not a number of cycles or bytes");
  }
  return static_cast<uint32_t>(result);
}

bool is_power(uint32_t value) {
  return value != 0 && (value & (value - 1)) == 0;
}

void check_banks(const std::string &path, const Configuration &machine) {
  if (!is_power(machine.tcdm_banks)) {
    throw InputError(path + text(": 'tcdm_banks' is %u, not a power of two", machine.tcdm_banks));
  }
}

void check_cache(const std::string &path, const Configuration &machine) {
  const uint32_t line = machine.icache_line_bytes;
  const uint32_t way = machine.icache_bytes / machine.icache_ways;
  if (machine.icache_bytes != 0 && (!is_power(line) || !is_power(way / line) || way % line != 0 ||
                                    machine.icache_bytes % machine.icache_ways != 0)) {
    throw InputError(path + text(": %u bytes of instruction cache are not %u ways of 2^n lines of %u bytes",
                                 machine.icache_bytes, machine.icache_ways, line));
  }
}

} // namespace

Configuration read_configuration(const std::string &path) {
  std::ifstream file(path);
  if (!file) {
    throw InputError("cannot read '" + path + "'");
  }
  std::map<std::string, std::string> values;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string key, value, rest;
    if (!(words >> key) || key[0] == '#') {
      continue;
    }
    if (!(words >> value) || words >> rest || !values.emplace(key, value).second) {
      throw InputError(path + ": '" + line + "' is not a key with one value, given once");
    }
  }
  Configuration machine = {};
  for (const Key &key : KEYS) {
    const auto found = values.find(key.name);
    if (found == values.end()) {
      throw InputError(path + ": no value for '" + key.name + "'");
    }
    const uint32_t value = number(path, key.name, found->second);
    if (value < key.least || value > key.most) {
      throw InputError(path + text(": '%s' is %u, not %u to %u", key.name, value, key.least, key.most));
    }
    machine.*key.field = value;
    values.erase(found);
  }
  if (!values.empty()) {
    throw InputError(path + ": unknown key '" + values.begin()->first + "'");
  }
  check_banks(path, machine);
  check_cache(path, machine);
  return machine;
}
