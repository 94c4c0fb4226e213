/* SPDX-License-Identifier: Apache-2.0 */
/* A layer written by hand, and one mistake in it: which one, the environment says. Each copies 32 bytes
 * through L1 and adds 1 to them, two tiles of 16 bytes, on 4 cores. */
#include <stdlib.h>
#include <string.h>

#include "dory_pipeline.h"
#include "simulation.h"

enum { TILE = 16, CORES = 4, INPUT = 0, OUTPUT = 32, SPENT = 64, HEAD = 104, L1_INPUT = 0, L1_OUTPUT = 32 };

static dory_pipeline_t pipeline;
static const char *mistake;

static bool is(const char *name) {
  return strcmp(mistake, name) == 0;
}

/* The byte of L1 that a core uses in the wrong way. */
static int8_t *stray(uint32_t offset) {
  return (int8_t *)dory_l1(0) + offset;
}

static void add_one(const void *argument) {
  const dory_tile_t *tile = argument;
  const int32_t core = dory_core_id();
  const int32_t share = TILE / CORES;
  const int8_t *input = tile->input[0];
  int8_t *output = tile->output;
  for (int32_t i = core * share; i < (core + 1) * share; i++) {
    output[i] = (int8_t)(input[i] + 1);
  }
  if (core == 1) {
    if (is("race of two writes")) {
      output[0] = 0;
    } else if (is("the same written twice")) {
      output[0] = (int8_t)(input[0] + 1);
    } else if (is("race of a read and a write")) {
      output[4] = output[3];
    } else if (is("read beyond the tile")) {
      output[4] = *stray(L1_INPUT + TILE * 2 - 1);
    } else if (is("write beyond the tile")) {
      *stray(L1_OUTPUT + TILE * 2 - 1) = 0;
    } else if (is("write to the input")) {
      *(int8_t *)(uintptr_t)tile->input[0] = 0;
    } else if (is("past the end of L1")) {
      *stray(64) = 0;
    } else if (is("where the host has no memory")) {
      *(stray(0) + (INT64_C(1) << 44)) = 0;
    } else if (is("read of what was not written")) {
      output[4] = output[5 + share];
    } else if (is("misaligned word")) {
      memset(output + 4, 0, 4);
      *(volatile int32_t *)(void *)(output + 5) += 1;
    } else if (is("memset beyond the tile")) {
      memset(output + 4, 0, 20);
    } else if (is("memset of a length that is not known")) {
      memset(output + 4, 0, (size_t)(atoi("5") * 4));
    } else if (is("memcpy over the input")) {
      memcpy((void *)(uintptr_t)tile->input[0], output + 4, 3);
    } else if (is("memmove beyond the tile")) {
      memset(output + 4, 0, 4);
      memmove(output + TILE - 1, output + 4, 2);
    } else if (is("memcmp beyond the tile")) {
      output[4] = (int8_t)memcmp(input, input + 1, TILE);
    } else if (is("change of what was not written")) {
      output[5 + share] ^= 1;
    } else if (is("variable of all cores")) {
      static volatile int32_t shared;
      shared = output[4];
      output[4] = (int8_t)shared;
    } else if (is("variable of who starts kernels")) {
      ((dory_tile_t *)(uintptr_t)tile)->pass = 1;
    } else if (is("far below L1")) {
      *stray((uint32_t)0) = *(stray(0) - 70000);
    }
  }
}

static dory_copy_t load_of(int32_t index) {
  return (dory_copy_t){.l1 = L1_INPUT + (uint32_t)(index * TILE),
                       .l2 = INPUT + (uint32_t)(index * TILE),
                       .lines = 1,
                       .bytes = TILE};
}

static dory_copy_t store_of(int32_t index) {
  return (dory_copy_t){.l1 = L1_OUTPUT + (uint32_t)(index * TILE),
                       .l2 = OUTPUT + (uint32_t)(index * TILE),
                       .lines = 1,
                       .bytes = TILE};
}

/* Loads, computes and stores a tile. */
static void run_tile(int32_t index) {
  dory_dma_t load = {0}, store = {0}, other = {0};
  dory_copy_t copy = load_of(index);
  pipeline.tile = (dory_tile_t){.rows = {index, 1},
                                .columns = {0, TILE},
                                .channels = {0, 1},
                                .input_rows = {index, 1},
                                .input_columns = {0, TILE},
                                .input_channels = {0, 1},
                                .first_pass = true,
                                .last_pass = true,
                                .input[0] = dory_l1(L1_INPUT + (uint32_t)(index * TILE)),
                                .output = dory_l1(L1_OUTPUT + (uint32_t)(index * TILE))};
  if (is("tile of no rows")) {
    pipeline.tile.rows.size = 0;
  } else if (is("tile past the last column")) {
    pipeline.tile.columns.begin = 1;
  } else if (is("tile out of L1")) {
    pipeline.tile.output = dory_l1(L1_OUTPUT + 2 * TILE);
  }
  dory_dma_open(&load);
  if (is("copy out of L2")) {
    copy.l2 = 4096;
  } else if (is("copy where nothing lies")) {
    copy.l2 = SPENT + 32;
  } else if (is("copy of what has ended")) {
    copy.l2 = SPENT;
    copy.bytes = 8;
  } else if (is("copy of what makes words")) {
    copy.l2 = SPENT;
    copy.bytes = 15;
  } else if (is("copy past a slot")) {
    copy.bytes = TILE + 4;
  } else if (is("empty copy")) {
    copy.bytes = 0;
  } else if (is("copy that does not arrive")) {
    copy.bytes = TILE - 1;
  } else if (is("lines over one another")) {
    copy.lines = 2;
    copy.bytes = 8;
    copy.l1_stride = 4;
    copy.l2_stride = 8;
  }
  if (!is("copy without a group")) {
    dory_dma_load(&load, &copy);
  } else {
    dory_dma_load(&other, &copy);
  }
  if (is("two copies to one place")) {
    dory_dma_load(&load, &copy);
  }
  if (!is("no wait for the input")) {
    dory_dma_wait(&load);
  }
  dory_cluster_run(add_one, &pipeline.tile);
  dory_dma_wait(&load);
  copy = store_of(index);
  dory_dma_open(&store);
  dory_dma_store(&store, &copy);
  if (is("kernel during the store")) {
    dory_cluster_run(add_one, &pipeline.tile);
  }
  if (!is("no wait for the output")) {
    dory_dma_wait(&store);
  }
}

static void load_network(void) {
  dory_l3_t request = {0};
  dory_ram_read(&request, 0, SPENT, 16);
  if (is("request started twice")) {
    dory_ram_read(&request, 0, SPENT, 16);
  }
  dory_l3_wait(&request);
  if (is("misaligned request")) {
    dory_ram_read(&request, 2, SPENT, 16);
  }
}

static void run_network(void) {
  static const dory_tensor_t output = {"output", DORY_L2, OUTPUT, 2 * TILE};
  static const dory_tensor_t spent = {"spent", DORY_L2, SPENT, 16};
  dory_l3_t request = {0};
  pipeline.layer = (dory_layer_t){.input = {{2, TILE, 1}},
                                  .output = {2, TILE, 1},
                                  .input_bits = {8},
                                  .output_bits = 8,
                                  .passes = 1,
                                  .operand[DORY_INPUT0] = {.l1 = {L1_INPUT, TILE, 2}},
                                  .operand[DORY_OUTPUT] = {.l1 = {L1_OUTPUT, TILE, 2}}};
  dory_layer_begin(0, "fetch");
  dory_ram_read(&request, 0, SPENT, 16);
  dory_l3_wait(&request);
  dory_layer_done(0, &spent);
  dory_layer_begin(1, "add");
  if (is("access outside of kernels")) {
    ((volatile int8_t *)dory_l2(0))[0] = 1;
  } else if (is("memset outside of kernels")) {
    memset(dory_l1(0), 0, 4);
  }
  dory_ram_read(&request, 0, HEAD, is("more than the head") ? 24 : 16);
  dory_l3_wait(&request);
  run_tile(0);
  dory_ram_read(&request, 16, HEAD, is("two slots at once") ? 16 : 8);
  dory_l3_wait(&request);
  run_tile(1);
  dory_layer_done(1, &output);
}

static void begin(void) {
  const char *name = getenv("MISTAKE");
  mistake = name == NULL ? "" : name;
  load_network();
}

static const dory_tensor_t inputs[] = {{"input", DORY_L2, INPUT, 2 * TILE}};
static const dory_tensor_t outputs[] = {{"output", DORY_L2, OUTPUT, 2 * TILE}};

static const simulation_area_t areas[] = {
    {"input", SIMULATOR_L2, INPUT, 2 * TILE, 0, 1, 0, 0, 1},
    {"output", SIMULATOR_L2, OUTPUT, 2 * TILE, 0, 1, 0, 1, 1},
    {"spent", SIMULATOR_L2, SPENT, 16, 2, 1, 0, -1, 0},
    {"later", SIMULATOR_L2, SPENT, 16, 2, 1, 0, 1, 1},
    {"constants", SIMULATOR_L3, 0, 64, 0, 1, 0, -1, 1},
    {"head", SIMULATOR_L2, HEAD, 8, 0, 3, 2, 1, 1},
    {"add input0", SIMULATOR_L1, L1_INPUT, TILE, 0, 2, 0, 1, 1},
    {"add output", SIMULATOR_L1, L1_OUTPUT, TILE, 0, 2, 0, 1, 1},
};

const simulation_t simulation = {
    .level_bytes = {64, 128, 64, 0},
    .cores = CORES,
    .inputs = 1,
    .outputs = 1,
    .input = inputs,
    .output = outputs,
    .input_bytes = 2 * TILE,
    .output_bytes = 2 * TILE,
    .ram_weights_bytes = 64,
    .weights_crc32 = 0x758D6336u, /* of 64 zeros, by zlib */
    .load = begin,
    .run = run_network,
    .areas = sizeof areas / sizeof *areas,
    .area = areas,
};
