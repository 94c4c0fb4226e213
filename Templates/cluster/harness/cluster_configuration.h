/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of the simulated machine. */
#ifndef CLUSTER_CONFIGURATION_H
#define CLUSTER_CONFIGURATION_H

#include <cstdint>
#include <string>

/* Durations are cycles of the cluster clock. */
struct Configuration {
  uint32_t cores;               /* 1 to 16 */
  uint32_t l1_bytes, l2_bytes;  /* whole memories, stacks and code included */
  uint32_t tcdm_banks;          /* of L1, interleaved by words; 1 to 64 */
  uint32_t l2_latency_cycles;   /* of a core's access to L2 */
  uint32_t barrier_cycles;      /* from the last core's arrival until all go on */
  uint32_t dma_bytes_per_cycle; /* in each direction */
  uint32_t dma_latency_cycles;  /* from the command to its first byte */
  uint32_t dma_line_cycles;     /* after each line of a command with several */
  uint32_t dma_queue;           /* commands that wait or are under way, in both directions together */
  uint32_t icache_bytes;        /* shared by all cores; 0: every fetch is a hit */
  uint32_t icache_line_bytes;
  uint32_t icache_ways;
  uint32_t icache_refill_cycles; /* what a miss adds when no other refill is under way */
  uint32_t ram_bytes;
  uint32_t ram_burst_bytes;
  uint32_t ram_read_first_cycles,
      ram_read_next_cycles; /* of a transfer's first burst and of each other one */
  uint32_t ram_write_first_cycles, ram_write_next_cycles;
  uint32_t flash_bytes; /* 0: no flash */
  uint32_t flash_burst_bytes;
  uint32_t flash_first_cycles, flash_next_cycles;
  uint32_t master_stack_bytes, worker_stack_bytes; /* of L1, and */
  uint32_t code_reserve_bytes;                     /* of L2: only the linker needs them */
};

/* Reads lines `key value`, each key of Configuration once. Throws InputError. */
Configuration read_configuration(const std::string &path);

#endif
